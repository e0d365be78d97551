/**
 * Syncs with go-libfossil, each as client and as server: afterwards both hold the same artifacts,
 * unversioned files and rows. Runs where `TRILOBITE_LIBFOSSIL` names a checkout of the library.
 * @module
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import {
  createRepo,
  openRepo,
  putUser,
  type Repo,
  sync,
  systemEnv,
  writeUnversioned,
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

import {
  baseSec,
  define,
  go,
  type Line,
  projectCode,
  put,
  requireGoOrSkip,
  syncTheirs,
  theirLines,
  theirServer,
  type Values,
} from './go-tables.suite.ts'
import { commit, held, makeFolder, ourServer, rows } from './stock.suite.ts'

/** All that a repository holds. */
interface State {
  readonly artifacts: readonly string[]
  readonly unversioned: readonly string[]
  readonly tables: Readonly<Record<string, readonly Line[]>>
}

/** The files of the two sides, and how they sync. */
interface Pair {
  readonly ours: string
  readonly theirs: string
  readonly syncOnce: (options?: { isFirst?: boolean }) => Promise<Moved>
  /** Syncs a new repository of the client's kind with the server; returns what it comes to. */
  readonly newcomer: () => Promise<State>
}

/** Rows that moved, as far as the client tells. */
type Moved = { readonly received: number; readonly sent: number } | undefined

/** Both define it. */
const things: TableDefinition = {
  name: 'things',
  columns: [
    { name: 'id', type: 'integer', key: true },
    { name: 'part', type: 'text', key: true },
    { name: 'count', type: 'integer' },
    { name: 'size', type: 'real' },
    { name: 'title', type: 'text' },
  ],
  conflict: 'mtime-wins',
}

const notes = readings('notes')
const measures = readings('measures')
const definitions = [things, notes, measures]
const maxInteger = 2n ** 63n - 1n
const minInteger = -(2n ** 63n)

/** A table that only one side defines. */
function readings(name: string): TableDefinition {
  return {
    name,
    columns: [
      { name: 'at', type: 'real', key: true },
      { name: 'text', type: 'text' },
    ],
    conflict: 'mtime-wins',
  }
}

function thing(id: bigint, part: string, values: Values): Values {
  return { count: null, size: null, title: null, ...values, id, part }
}

async function fillTheirs(file: string): Promise<void> {
  await go('new', file, projectCode)
  await go('commit', file, 'go.txt', 'from Go\n')
  await go('uv', file, 'theirs.bin', 'unversioned, of theirs', baseSec + 1)
  await define(file, things)
  await define(file, measures)
  const title = '"quoted" <b> & ü 😀\u2028\n'
  const extreme = thing(maxInteger, 'max', { count: minInteger, size: 5e-324, title })
  await put(file, 'things', extreme, 1)
  await put(file, 'things', thing(2n ** 53n + 1n, '', { title: '' }), 2)
  await put(file, 'things', thing(1n, 'both', { title: 'older of theirs' }), 3)
  await put(file, 'things', thing(2n, 'both', { title: 'newer of theirs', size: 0.1 }), 14)
  await put(file, 'things', thing(3n, 'theirs', { title: 'goes' }), 5)
  await put(file, 'measures', { at: -1.5e-7, text: 'small' }, 6)
  await put(file, 'measures', { at: 1e21, text: 'great' }, 7)
}

function fillOurs(file: string): void {
  using repo = createRepo(file, systemEnv, { projectCode })
  putUser(repo, { login: 'nobody', capabilities: 'gioy' })
  commit(repo, 2)
  const content = Buffer.from('unversioned, of ours')
  writeUnversioned(repo, { name: 'ours.bin', content, mtimeSec: baseSec + 2 })
  defineTable(repo, things)
  defineTable(repo, notes)
  const write = (table: string, values: Values, atSec: number): void => {
    putRow(repo, table, values, { mtimeSec: baseSec + atSec })
  }
  const size = Number.MAX_VALUE
  write('things', thing(minInteger, 'min', { count: maxInteger, size, title: '\\ \u0001' }), 21)
  write('things', thing(-(2n ** 53n) - 1n, 'exact', { size: -0.1 }), 22)
  write('things', thing(1n, 'both', { title: 'newer of ours', count: 1n }), 23)
  write('things', thing(2n, 'both', { title: 'older of ours' }), 4)
  write('things', thing(4n, 'ours', { title: 'goes' }), 25)
  write('notes', { at: 0.1, text: 'a note' }, 26)
  write('notes', { at: 3, text: 'whole' }, 27)
}

function byTime(lines: readonly Line[]): Line[] {
  return [...lines].sort((a, b) => a.mtimeSec - b.mtimeSec)
}

function files(path: string): Omit<State, 'tables'> {
  const sql = "SELECT name || ' ' || mtime || ' ' || hash FROM unversioned ORDER BY name"
  return { artifacts: held(path), unversioned: rows(path, sql) }
}

function ourState(path: string): State {
  using repo = openRepo(path, systemEnv)
  const linesOf = (name: string): Line[] =>
    listRows(repo, name, { deleted: true }).map(({ values, mtimeSec, isDeleted }) => {
      return { values, mtimeSec, isDeleted }
    })
  const found = tables(repo).map(({ name }) => [name, byTime(linesOf(name))])
  return { ...files(path), tables: Object.fromEntries(found) }
}

async function theirState(path: string): Promise<State> {
  const found: Record<string, Line[]> = {}
  for (const definition of definitions) {
    found[definition.name] = byTime(await theirLines(path, definition))
  }
  return { ...files(path), tables: found }
}

async function syncOurs(repo: Repo, url: string, how: true | 'plain'): Promise<Moved> {
  using transport = httpTransport(url)
  const result = await sync(repo, transport, { unversioned: true, tables: how })
  assert.deepEqual([result.complete, result.shortfall, result.messages], [true, undefined, []])
  assert.equal(result.tables?.peer, 'plain')
  return result.tables
}

async function syncAll(file: string, url: string): Promise<undefined> {
  assert.equal((await syncTheirs(file, url)).Errors, null)
}

async function makeFiles(t: TestContext): Promise<[ours: string, theirs: string, fresh: string]> {
  const folder = makeFolder(t)
  const paths = ['ours', 'theirs', 'fresh'].map((name) => join(folder, `${name}.fossil`))
  const [ours = '', theirs = '', fresh = ''] = paths
  fillOurs(ours)
  await fillTheirs(theirs)
  return [ours, theirs, fresh]
}

async function ourClient(t: TestContext): Promise<Pair> {
  const [ours, theirs, fresh] = await makeFiles(t)
  const url = await theirServer(t, theirs)
  return {
    ours,
    theirs,
    syncOnce: async ({ isFirst = false } = {}) => {
      using repo = openRepo(ours, systemEnv)
      return await syncOurs(repo, url, isFirst ? 'plain' : true)
    },
    newcomer: async () => {
      using repo = createRepo(fresh, systemEnv, { projectCode })
      await syncOurs(repo, url, true)
      return ourState(fresh)
    },
  }
}

async function theirClient(t: TestContext): Promise<Pair> {
  const [ours, theirs, fresh] = await makeFiles(t)
  const url = await ourServer(t, ours)
  return {
    ours,
    theirs,
    syncOnce: () => syncAll(theirs, url),
    newcomer: async () => {
      await go('new', fresh, projectCode)
      await syncAll(fresh, url)
      return await theirState(fresh)
    },
  }
}

/** Both sides hold the same; returns it. */
async function agreed({ ours, theirs }: Pair): Promise<State> {
  const state = ourState(ours)
  assert.deepEqual(await theirState(theirs), state)
  return state
}

function thingIn({ tables: { things: lines = [] } }: State, id: bigint): Values | undefined {
  return lines.find(({ values, isDeleted }) => values['id'] === id && !isDeleted)?.values
}

/** Each side deletes a row and changes one that the other wrote last. */
async function changeBoth({ ours, theirs }: Pair): Promise<void> {
  await go('rm', theirs, 'things', '{"id":3,"part":"theirs"}', baseSec + 30)
  await put(theirs, 'things', thing(1n, 'both', { title: 'theirs again' }), 31)
  using repo = openRepo(ours, systemEnv)
  deleteRow(repo, 'things', { id: 4n, part: 'ours' }, { mtimeSec: baseSec + 32 })
  const values = thing(2n, 'both', { title: 'ours again' })
  putRow(repo, 'things', values, { mtimeSec: baseSec + 33 })
}

function isFirstState(state: State): void {
  assert.deepEqual([state.artifacts.length, state.unversioned.length], [8, 2])
  assert.deepEqual(
    Object.entries(state.tables).map(([name, lines]) => `${name} ${lines.length}`),
    ['measures 2', 'notes 2', 'things 8'],
  )
  assert.equal(thingIn(state, 1n)?.['title'], 'newer of ours')
  assert.equal(thingIn(state, 2n)?.['title'], 'newer of theirs')
  const { count, size } = thingIn(state, maxInteger) ?? {}
  assert.deepEqual([count, size], [minInteger, 5e-324])
}

function isSecondState(state: State): void {
  const gone = state.tables['things']?.filter(({ isDeleted }) => isDeleted)
  assert.deepEqual(
    gone?.map(({ values }) => values['id']),
    [3n, 4n],
  )
  assert.equal(thingIn(state, 1n)?.['title'], 'theirs again')
  assert.equal(thingIn(state, 2n)?.['title'], 'ours again')
}

for (const [title, connect] of [
  ['as the server of our client', ourClient],
  ['as the client of our server', theirClient],
] as const) {
  test(`go-libfossil ${title} holds the same artifacts, files and rows`, async (t) => {
    if (!(await requireGoOrSkip(t))) return
    const pair = await connect(t)
    await pair.syncOnce({ isFirst: true })
    isFirstState(await agreed(pair))

    await changeBoth(pair)
    await pair.syncOnce()
    const second = await agreed(pair)
    isSecondState(second)

    const idle = await pair.syncOnce()
    assert.deepEqual([idle?.received ?? 0, idle?.sent ?? 0], [0, 0])
    assert.deepEqual(await agreed(pair), second)
    assert.deepEqual(await pair.newcomer(), second)
  })
}

test('go-libfossil takes no change of a row under owner-write, and our sync says so', async (t) => {
  if (!(await requireGoOrSkip(t))) return
  const pair = await ourClient(t)
  const locked: TableDefinition = { ...readings('locked'), conflict: 'owner-write' }
  await define(pair.theirs, locked)
  await put(pair.theirs, 'locked', { at: 1, text: 'theirs' }, 40)
  await pair.syncOnce()
  {
    using repo = openRepo(pair.ours, systemEnv)
    putRow(repo, 'locked', { at: 1, text: 'ours' }, { mtimeSec: baseSec + 41 })
  }
  await assert.rejects(pair.syncOnce(), /some rows of tables could not be synced/)
  const [line] = await theirLines(pair.theirs, locked)
  assert.equal(line?.values['text'], 'theirs')
})
