/**
 * Logins and owners in syncs of tables with go-libfossil: what users of ours may change with its
 * client, and what its server makes of users of ours. Runs where `TRILOBITE_LIBFOSSIL` names a
 * checkout of the library.
 * @module
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'

import {
  createRepo,
  openRepo,
  putUser,
  type Repo,
  sync,
  type SyncResult,
  systemEnv,
} from 'trilobite'
import {
  defineTable,
  deleteRow,
  listRows,
  putRow,
  type TableDefinition,
  tables,
} from 'trilobite/tables'
import { httpTransport } from 'trilobite/transport/http'
import { decodeMessage, encodeMessage } from 'trilobite/xfer'

import {
  baseSec,
  define,
  go,
  type Login,
  projectCode,
  put,
  requireGoOrSkip,
  syncTheirs,
  theirLines,
  theirServer,
} from './go-tables.suite.ts'
import { makeFolder, ourServer, rows } from './stock.suite.ts'

type Rule = TableDefinition['conflict']
/** Rows by key: the text, or `deleted`. */
type Noted = Readonly<Record<string, string>>

const amy = { user: 'amy', password: 'of amy' }
const bob = { user: 'bob', password: 'of bob' }
const root = { user: 'root', password: 'of root' }
const rita = { user: 'rita', password: 'of rita' }
const olga = { user: 'olga', password: 'of olga' }
const nobody = { user: 'nobody', password: '' }
/** Two who write, an administrator, one who only reads, and one who may do nothing. */
const users = [
  { ...amy, capabilities: 'gio' },
  { ...bob, capabilities: 'gio' },
  { ...root, capabilities: 'gioa' },
  { ...rita, capabilities: 'go' },
  { ...olga, capabilities: '' },
  { ...nobody, capabilities: '' },
]

function tableOf(conflict: Rule): TableDefinition {
  return {
    name: 'notes',
    columns: [
      { name: 'id', type: 'text', key: true },
      { name: 'text', type: 'text' },
    ],
    conflict,
  }
}

/** A user with a repository of their own, and the server that it syncs with. */
interface Client {
  readonly file: string
  readonly put: (id: string, text: string, atSec: number) => Promise<void>
  readonly rm: (id: string, atSec: number) => Promise<void>
  readonly noted: () => Promise<Noted>
}

/** One with the library; `sync` resolves with what the server says to it. */
interface TheirClient extends Client {
  readonly sync: (login?: Login) => Promise<readonly string[]>
}

/** One of ours; `say` sends cards without a login. */
interface OurClient extends Client {
  readonly sync: (login?: Login) => Promise<SyncResult>
  readonly say: (cards: string) => Promise<string>
}

/** A server of ours with a table that has one row, which is nobody's. */
async function serveOurs(
  t: TestContext,
  conflict: Rule,
): Promise<{ ours: string; join: (login: Login) => Promise<TheirClient> }> {
  const folder = makeFolder(t)
  const ours = join(folder, 'ours.fossil')
  {
    using repo = createRepo(ours, systemEnv, { projectCode })
    for (const { user: login, ...rights } of users) putUser(repo, { login, ...rights })
    defineTable(repo, tableOf(conflict))
    putRow(repo, 'notes', { id: 'common', text: 'of nobody' }, { mtimeSec: baseSec })
  }
  const url = await ourServer(t, ours)
  return { ours, join: (login) => theirClient(login, { folder, url, conflict }) }
}

async function theirClient(
  login: Login,
  { folder, url, conflict }: { folder: string; url: string; conflict: Rule },
): Promise<TheirClient> {
  const file = join(folder, `${login.user}.fossil`)
  await go('new', file, projectCode)
  return {
    file,
    put: (id, text, atSec) => put(file, 'notes', { id, text }, atSec),
    rm: async (id, atSec) => {
      await go('rm', file, 'notes', JSON.stringify({ id }), baseSec + atSec)
    },
    noted: () => theirNoted(file, conflict),
    sync: async (as = login) => {
      const { Rounds, Errors } = await syncTheirs(file, url, as)
      assert.ok(Rounds <= 2, `${Rounds} rounds`)
      return Errors ?? []
    },
  }
}

async function theirNoted(file: string, conflict: Rule): Promise<Noted> {
  const lines = await theirLines(file, tableOf(conflict))
  const all = lines.map(({ values, isDeleted }) => [
    values['id'],
    isDeleted ? 'deleted' : values['text'],
  ])
  return Object.fromEntries(all)
}

/** Rows of ours with their owners. */
function owned(file: string): Noted {
  using repo = openRepo(file, systemEnv)
  const all = listRows(repo, 'notes', { deleted: true }).map(({ values, isDeleted, owner }) => [
    values['id'],
    `${isDeleted ? 'deleted' : String(values['text'])}${owner === '' ? '' : `, of ${owner}`}`,
  ])
  return Object.fromEntries(all)
}

/** Rows that all who sync come to hold. */
function withoutOwners(noted: Noted): Noted {
  return Object.fromEntries(
    Object.entries(noted).map(([id, text]) => [id, text.replace(/, of .*/, '')]),
  )
}

suite('at a server of ours, a client of go-libfossil', () => {
  for (const conflict of ['self-write', 'owner-write'] as const) {
    test(`changes rows of its user and no others under ${conflict}`, async (t) => {
      if (!(await requireGoOrSkip(t))) return
      const { ours, join: enter } = await serveOurs(t, conflict)
      const [hers, his] = [await enter(amy), await enter(bob)]
      await hers.sync()
      await hers.put('amy', 'hers', 10)
      await hers.sync()
      await his.sync()
      await his.put('amy', 'overwritten', 20)
      await his.put('bob', 'his', 20)
      assert.deepEqual(await his.sync(), [])
      const first = { common: 'of nobody', amy: 'hers, of amy', bob: 'his, of bob' }
      assert.deepEqual(owned(ours), first)
      assert.deepEqual(await his.noted(), withoutOwners(first), 'it got the row that stands')

      await his.rm('amy', 30)
      await his.put('bob', 'his again', 30)
      await hers.put('amy', 'hers again', 40)
      await his.sync()
      assert.equal((await his.noted())['amy'], 'hers', 'what it deleted came back')
      await hers.sync()
      await his.sync()
      await his.rm('bob', 50)
      await his.sync()
      const second = { common: 'of nobody', amy: 'hers again, of amy', bob: 'deleted, of bob' }
      assert.deepEqual(owned(ours), second)
      assert.deepEqual(await his.noted(), withoutOwners(second))
    })

    test(`changes what is nobody’s under ${conflict} as the rule has it`, async (t) => {
      if (!(await requireGoOrSkip(t))) return
      const { ours, join: enter } = await serveOurs(t, conflict)
      const [his, rootly] = [await enter(bob), await enter(root)]
      await his.sync()
      await his.put('common', 'taken', 20)
      await his.sync()
      const isTaken = conflict === 'self-write'
      assert.deepEqual(owned(ours), { common: isTaken ? 'taken, of bob' : 'of nobody' })
      await rootly.sync()
      await rootly.put('common', 'by an administrator', 30)
      await rootly.sync()
      const text = 'by an administrator'
      assert.deepEqual(owned(ours), { common: isTaken ? `${text}, of bob` : text })
      await his.sync()
      assert.deepEqual(await his.noted(), { common: text })
    })
  }

  test('of one who may not write changes nothing, keeps its rows, and stops', async (t) => {
    if (!(await requireGoOrSkip(t))) return
    const { ours, join: enter } = await serveOurs(t, 'mtime-wins')
    const hers = await enter(rita)
    await hers.sync()
    assert.deepEqual(await hers.noted(), { common: 'of nobody' }, 'she reads')
    await hers.put('common', 'mine', 20)
    await hers.put('new', 'mine', 20)
    assert.deepEqual(await hers.sync(), ['message: pull only - not authorized to push'])
    assert.deepEqual(owned(ours), { common: 'of nobody' })
    assert.deepEqual(await hers.noted(), { common: 'mine', new: 'mine' })
    changeOurs(ours, (repo) => {
      putRow(repo, 'notes', { id: 'common', text: 'newer' }, { mtimeSec: baseSec + 30 })
    })
    await hers.sync()
    assert.deepEqual(await hers.noted(), { common: 'newer', new: 'mine' })
  })

  test('of one who may not read learns nothing', async (t) => {
    if (!(await requireGoOrSkip(t))) return
    const { ours, join: enter } = await serveOurs(t, 'mtime-wins')
    const hers = await enter(olga)
    assert.deepEqual(await hers.sync(), ['error: not authorized to read'])
    await assert.rejects(hers.noted(), /there is no table "notes"/)
    await define(hers.file, tableOf('mtime-wins'))
    await hers.put('common', 'older', -5)
    for (const login of [olga, { user: '', password: '' }]) {
      assert.deepEqual(await hers.sync(login), ['error: not authorized to read'])
    }
    assert.deepEqual(await hers.sync({ ...amy, password: 'wrong' }), ['error: login failed'])
    assert.deepEqual(await hers.noted(), { common: 'older' })
    assert.deepEqual(owned(ours), { common: 'of nobody' })
  })
})

function changeOurs(file: string, change: (repo: Repo) => void): void {
  using repo = openRepo(file, systemEnv)
  change(repo)
}

/** A server of the library’s with a table that has one row, which is nobody's. */
async function serveTheirs(
  t: TestContext,
  conflict: Rule,
): Promise<{ theirs: string; join: (login: Login) => OurClient }> {
  const folder = makeFolder(t)
  const theirs = join(folder, 'theirs.fossil')
  await go('new', theirs, projectCode)
  for (const { user, password, capabilities } of users) {
    await go('user', theirs, user, password, capabilities)
  }
  await define(theirs, tableOf(conflict))
  await put(theirs, 'notes', { id: 'common', text: 'of nobody' }, 0)
  const url = await theirServer(t, theirs)
  return { theirs, join: (login) => ourClient(login, { folder, url }) }
}

function ourClient(login: Login, { folder, url }: { folder: string; url: string }): OurClient {
  const file = join(folder, `${login.user}.fossil`)
  createRepo(file, systemEnv, { projectCode }).close()
  return {
    file,
    put: async (id, text, atSec) =>
      changeOurs(file, (repo) => {
        putRow(repo, 'notes', { id, text }, { mtimeSec: baseSec + atSec })
      }),
    rm: async (id, atSec) =>
      changeOurs(file, (repo) => {
        deleteRow(repo, 'notes', { id }, { mtimeSec: baseSec + atSec })
      }),
    noted: async () => owned(file),
    sync: async (as = login) => {
      using repo = openRepo(file, systemEnv)
      using transport = httpTransport(url)
      const result = await sync(repo, transport, { tables: true, login: as })
      assert.ok(result.rounds <= 3, `${result.rounds} rounds`)
      return result
    },
    say: async (cards) => {
      using transport = httpTransport(url)
      const reply = await transport.exchange(encodeMessage(Buffer.from(cards)))
      return Buffer.from(decodeMessage(reply, { maxBytes: 1_000_000, mayBeEmpty: true })).toString()
    },
  }
}

async function isComplete(client: OurClient): Promise<void> {
  const { complete, shortfall } = await client.sync()
  assert.ok(complete, shortfall ?? 'complete')
}

/** A sync says that the server did not take what it brought. */
async function isNotTaken(client: OurClient): Promise<void> {
  assert.equal((await client.sync()).shortfall, 'some rows of tables could not be synced')
}

/** Rows of theirs with the owners that it keeps. */
function theirOwned(file: string): Noted {
  const sql = `SELECT id || ' ' || coalesce(text, 'deleted') || ', of ' || _owner FROM x_notes`
  return Object.fromEntries(
    rows(file, sql).map((line) => {
      const [, id = '', text = ''] = /^(\S+) (.*?)(?:, of )?$/.exec(line) ?? []
      return [id, text]
    }),
  )
}

suite('at a server of go-libfossil, our client', () => {
  test('writes as the user who it logs in as', async (t) => {
    if (!(await requireGoOrSkip(t))) return
    const { theirs, join: enter } = await serveTheirs(t, 'self-write')
    const hers = enter(amy)
    await hers.sync()
    for (const [text, atSec] of [
      ['hers', 10],
      ['hers again', 20],
    ] as const) {
      await hers.put('amy', text, atSec)
      await isComplete(hers)
      assert.deepEqual(theirOwned(theirs), { common: 'of nobody', amy: `${text}, of amy` })
    }
    await assert.rejects(hers.sync({ ...amy, password: 'wrong' }), { code: 'login.failed' })
    const his = enter(bob)
    await isComplete(his)
    assert.equal((await his.noted())['amy'], 'hers again', 'it is not told whose')
  })

  test('overwrites rows of others under self-write, and deletes none of them', async (t) => {
    if (!(await requireGoOrSkip(t))) return
    const { theirs, join: enter } = await serveTheirs(t, 'self-write')
    const [hers, his] = [enter(amy), enter(bob)]
    await hers.sync()
    await hers.put('amy', 'hers', 10)
    await isComplete(hers)
    await his.sync()
    await his.rm('amy', 20)
    await isNotTaken(his)
    await his.put('amy', 'his', 30)
    await isComplete(his)
    assert.deepEqual(theirOwned(theirs), { common: 'of nobody', amy: 'his, of bob' })
  })

  test('changes no row under owner-write, and deletes its own', async (t) => {
    if (!(await requireGoOrSkip(t))) return
    const { theirs, join: enter } = await serveTheirs(t, 'owner-write')
    const [hers, his] = [enter(amy), enter(bob)]
    await hers.sync()
    await hers.put('amy', 'hers', 10)
    await isComplete(hers)
    await his.sync()
    await his.put('amy', 'his', 20)
    await isNotTaken(his)
    await his.rm('amy', 30)
    await isNotTaken(his)
    await hers.put('amy', 'hers again', 40)
    await isNotTaken(hers)
    assert.deepEqual(theirOwned(theirs), { common: 'of nobody', amy: 'hers, of amy' })
    await hers.rm('amy', 50)
    await isComplete(hers)
    assert.deepEqual(theirOwned(theirs), { common: 'of nobody', amy: 'deleted, of amy' })
  })

  test('of one who may not write pulls, and says that its rows were not accepted', async (t) => {
    if (!(await requireGoOrSkip(t))) return
    const { theirs, join: enter } = await serveTheirs(t, 'mtime-wins')
    const hers = enter(rita)
    await isComplete(hers)
    await hers.put('common', 'mine', 20)
    await put(theirs, 'notes', { id: 'new', text: 'theirs' }, 20)
    const { pushRefused, shortfall, messages } = await hers.sync()
    assert.deepEqual([pushRefused, messages], [true, ['push denied: insufficient capabilities']])
    assert.equal(shortfall, 'the server does not accept rows of tables from us')
    assert.deepEqual(await hers.noted(), { common: 'mine', new: 'theirs' })
    assert.equal((await theirNoted(theirs, 'mtime-wins'))['common'], 'of nobody')
  })

  test('of one who may not read is refused; whoever asks by key hash gets the row', async (t) => {
    if (!(await requireGoOrSkip(t))) return
    const { join: enter } = await serveTheirs(t, 'mtime-wins')
    const hers = enter(olga)
    await assert.rejects(hers.sync(), /sync\.refused: pull denied/)
    changeOurs(hers.file, (repo) => assert.deepEqual(tables(repo), []))
    const hash = createHash('sha1').update('id=common').digest('hex')
    const reply = await hers.say(`xgimme notes ${hash}\n`)
    assert.match(reply, new RegExp(`^xrow notes ${hash} ${baseSec} \\d+\n.*"of nobody"`))
    // A definition is taken, too.
    const json = '{"columns":[{"name":"id","type":"text","pk":true}],"conflict":"mtime-wins"}'
    assert.equal(await hers.say(`schema planted 1 0 0 ${json.length}\n${json}\n`), '')
    const writer = enter(amy)
    await isComplete(writer)
    changeOurs(writer.file, (repo) => {
      const names = tables(repo).map(({ name }) => name)
      assert.deepEqual(names, ['notes', 'planted'])
    })
  })
})
