/**
 * Logins between us and stock Fossil, over HTTP: who may not clone without one clones with it, and
 * then pulls, pushes and syncs private branches and unversioned files.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  createRepo,
  FossilError,
  openRepo,
  putUser,
  readUnversioned,
  sync,
  type SyncOptions,
  type SyncResult,
  systemEnv,
  writeUnversioned,
} from 'trilobite'
import { httpTransport } from 'trilobite/transport/http'

import { requireFossilOrSkip } from '../tools/ensure-fossil.ts'
import {
  addTheirUser,
  agree,
  cloneInto,
  cloneTo,
  commit,
  fossil,
  held,
  heldPrivately,
  loggedIn,
  makeFolder,
  makeTheirs,
  ourServer,
  prepareClone,
  rows,
  stockServer,
} from './stock.suite.ts'

const alice = { user: 'alice', password: 'open sesame' }
const mtimeSec = 1_700_000_000
/** Options of `clone`: later commands log in, too. */
const remember = ['--save-http-password', '--no-open']
const aliceInUrl = 'open%20sesame'

/** A repository of ours that nobody may do anything with, and alice everything but `setup`. */
function makeOurs(path: string): string {
  using repo = createRepo(path, systemEnv)
  for (const login of ['nobody', 'anonymous']) putUser(repo, { login, capabilities: '' })
  putUser(repo, { login: 'alice', password: alice.password, capabilities: 'giorxy' })
  putUser(repo, { login: 'bob', password: 'b', capabilities: 'gio' })
  putUser(repo, { login: 'reader1', password: 'r', capabilities: 'go' })
  commit(repo, 5)
  commit(repo, 2, { isPrivate: true, name: 'secret' })
  writeUnversioned(repo, { name: 'notes.txt', content: Buffer.from('unversioned\n'), mtimeSec })
  return path
}

function heldPublicly(path: string): string[] {
  const secret = new Set(heldPrivately(path))
  return held(path).filter((hash) => !secret.has(hash))
}

async function syncOurs(path: string, url: string, options: SyncOptions = {}): Promise<SyncResult> {
  using repo = openRepo(path, systemEnv)
  using transport = httpTransport(url)
  return await sync(repo, transport, options)
}

test('stock clones from us with a login, and not without or with a wrong one', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const ours = makeOurs(join(folder, 'ours.fossil'))
  const url = await ourServer(t, ours)
  const refused = await fossil(folder, 'clone', url, 'no.fossil', '--no-open')
  assert.match(refused, /not authorized to clone/)
  const wrong = loggedIn(url, 'alice', 'wrong')
  assert.match(await fossil(folder, 'clone', wrong, 'no.fossil', '--no-open'), /login failed/)

  const right = loggedIn(url, 'bob', 'b')
  assert.match(await fossil(folder, 'clone', right, 'bob.fossil', '--no-open'), /Clone done/)
  const bob = join(folder, 'bob.fossil')
  assert.ok(heldPrivately(ours).length > 2)
  assert.deepEqual(held(bob), heldPublicly(ours))
})

test('stock clones private artifacts with a user who has x, and syncs them', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const ours = makeOurs(join(folder, 'ours.fossil'))
  const url = loggedIn(await ourServer(t, ours), 'alice', aliceInUrl)
  const theirs = join(folder, 'theirs.fossil')
  const cloned = await fossil(folder, 'clone', url, theirs, ...remember, '--private', '-u')
  assert.match(cloned, /Clone done/)
  await agree(15, ours, theirs)
  assert.equal(await fossil(folder, 'uv', 'cat', 'notes.txt', '-R', theirs), 'unversioned\n')

  const checkout = join(folder, 'checkout')
  mkdirSync(checkout)
  await fossil(checkout, 'open', theirs, 'trunk')
  for (const [file, flags] of [
    ['public.txt', []],
    ['private.txt', ['--private']],
  ] as const) {
    writeFileSync(join(checkout, file), `${file}\n`)
    await fossil(checkout, 'add', file)
    const args = ['commit', '-m', file, '--no-warnings', ...flags]
    assert.match(await fossil(checkout, ...args), /New_Version/)
  }
  await fossil(checkout, 'uv', 'add', 'public.txt')
  assert.match(await fossil(checkout, 'sync', url, '--once', '--private'), /Sync done/)
  assert.match(await fossil(checkout, 'uv', 'sync', url), /done/)
  await agree(19, ours, theirs)
  using repo = openRepo(ours, systemEnv)
  assert.deepEqual(readUnversioned(repo, 'public.txt'), new Uint8Array(Buffer.from('public.txt\n')))
  const [login] = rows(ours, 'SELECT login FROM rcvfrom JOIN user USING(uid) ORDER BY rcvid DESC')
  assert.equal(login, 'alice')
})

test('stock commits against us: what a reader may not, it is told', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const ours = makeOurs(join(folder, 'ours.fossil'))
  const served = await ourServer(t, ours)
  for (const [login, password] of [
    ['bob', 'b'],
    ['reader1', 'r'],
  ] as const) {
    const theirs = join(folder, `${login}.fossil`)
    const checkout = join(folder, login)
    mkdirSync(checkout)
    await fossil(folder, 'clone', loggedIn(served, login, password), theirs, ...remember)
    await fossil(checkout, 'open', theirs, 'trunk')
    writeFileSync(join(checkout, 'a.txt'), `by ${login}\n`)
    const said = await fossil(checkout, 'commit', '-m', `by ${login}`, '--no-warnings')
    assert.match(said, /New_Version/, said)
    const isTold = /not authorized to lock a check-in/.test(said)
    assert.equal(isTold, login === 'reader1', said)
  }
  assert.deepEqual(held(join(folder, 'bob.fossil')), heldPublicly(ours))
  assert.equal(held(join(folder, 'reader1.fossil')).length, heldPublicly(ours).length + 2)
})

test('we clone from stock with a login, and are refused without', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const theirs = await makeTheirs(join(folder, 'theirs.fossil'), { capabilities: '' })
  await addTheirUser(theirs, { login: 'alice', password: alice.password, capabilities: 'giory' })
  const url = await stockServer(t, theirs)
  const ours = prepareClone(join(folder, 'ours.fossil'))
  for (const [login, code, message] of [
    [undefined, 'sync.refused', /not authorized to clone/],
    [{ user: 'alice', password: 'wrong' }, 'login.failed', /login failed/],
  ] as const) {
    await assert.rejects(
      cloneInto(ours, url, login === undefined ? {} : { login }),
      (error) => FossilError.is(error, code) && message.test(error.message),
    )
  }
  assert.equal((await cloneInto(ours, url, { login: alice })).shortfall, undefined)
  await agree(10, theirs, ours)

  using repo = openRepo(ours, systemEnv)
  commit(repo, 3)
  writeUnversioned(repo, { name: 'notes.txt', content: Buffer.from('ours\n'), mtimeSec })
  await assert.rejects(syncOurs(ours, url), /not authorized/)
  const result = await syncOurs(ours, url, { login: alice, unversioned: true })
  assert.equal(result.shortfall, undefined)
  await agree(19, theirs, ours)
  assert.equal(await fossil(folder, 'uv', 'cat', 'notes.txt', '-R', theirs), 'ours\n')
})

test('we clone private artifacts from stock with a user who has x', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  for (const capabilities of ['', 'go']) {
    const name = capabilities === '' ? 'closed' : 'open'
    const theirs = await makeTheirs(join(folder, `${name}.fossil`), { capabilities })
    await addTheirUser(theirs, { login: 'alice', password: alice.password, capabilities: 'giox' })
    const checkout = join(folder, name)
    mkdirSync(checkout)
    await fossil(checkout, 'open', theirs, 'trunk')
    writeFileSync(join(checkout, 'file.txt'), 'private\n')
    await fossil(checkout, 'commit', '--private', '-m', 'private', '--no-warnings')
    assert.ok(heldPrivately(theirs).length >= 2)
    const url = await stockServer(t, theirs)
    const ours = join(folder, `ours-${name}.fossil`)
    await cloneTo(ours, url, { login: alice, private: true })
    await agree(12, theirs, ours)
    using repo = openRepo(ours, systemEnv)
    commit(repo, 2, { isPrivate: true })
    const result = await syncOurs(ours, url, { login: alice, private: true })
    assert.equal(result.shortfall, undefined)
    await agree(16, theirs, ours)
  }
})
