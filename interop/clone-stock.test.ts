/**
 * Clones between us and stock Fossil, in both directions and over HTTP: large ones in many rounds,
 * interrupted ones that go on, and forged ones, which we refuse.
 * @module
 */

import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import {
  createRepo,
  FossilError,
  openRepo,
  setConfig,
  sync,
  systemEnv,
  type Transport,
  writeUnversioned,
  putUser,
} from 'trilobite'
import { httpTransport } from 'trilobite/transport/http'
import { decodeMessage, parseCards } from 'trilobite/xfer'

import { corpus } from '../tools/corpus.ts'
import { requireFossilOrSkip, runFossil } from '../tools/ensure-fossil.ts'
import {
  agree,
  cloneInto,
  cloneTo,
  clusters,
  commit,
  fossil,
  held,
  heldPrivately,
  isSound,
  makeFolder,
  makeLarge,
  makeTheirs,
  ourServer,
  prepareClone,
  rows,
  stockServer,
  writeRows,
} from './stock.suite.ts'

/** Makes a server give little at a time, so that there are many rounds. */
function limitReplies(path: string, sizeBytes: number): void {
  writeRows(path, `REPLACE INTO config(name, value) VALUES('max-download', ${sizeBytes})`)
}

test('stock clones over a thousand artifacts from us, and we clone its clone', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const ours = await makeLarge(join(folder, 'ours.fossil'))
  assert.ok(held(ours).length > 1100 && clusters(ours) > 10, `${clusters(ours)} clusters`)
  limitReplies(ours, 20_000)
  const theirs = join(folder, 'theirs.fossil')
  const said = await fossil(folder, 'clone', await ourServer(t, ours), theirs, '--no-open')
  assert.match(said, /Clone done/)
  assert.match(said, /Round-trips: [1-9]\d /)
  await agree(1100, ours, theirs)

  await runFossil(['user', 'capabilities', 'nobody', 'gio', '-R', theirs])
  limitReplies(theirs, 20_000)
  const again = join(folder, 'again.fossil')
  const result = await cloneTo(again, await stockServer(t, theirs))
  assert.ok(result.complete && result.rounds > 10, `${result.rounds} rounds`)
  assert.equal(result.artifactsReceived, held(ours).length)
  await agree(1100, theirs, again)
  assert.equal(clusters(again), clusters(ours))
})

test('what stock cloned from us it commits, pushes, pulls and syncs', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const ours = join(folder, 'ours.fossil')
  using repo = createRepo(ours, systemEnv)
  putUser(repo, { login: 'nobody', capabilities: 'gioy' })
  commit(repo, 5)
  const mtimeSec = 1_700_000_000
  writeUnversioned(repo, { name: 'a.txt', content: Buffer.from('unversioned\n'), mtimeSec })
  const url = await ourServer(t, ours)
  const [theirs, checkout] = [join(folder, 'theirs.fossil'), join(folder, 'checkout')]
  assert.match(await fossil(folder, 'clone', url, theirs, '-u', '--no-open'), /Clone done/)
  await agree(15, ours, theirs)
  assert.equal(await fossil(folder, 'uv', 'cat', 'a.txt', '-R', theirs), 'unversioned\n')

  mkdirSync(checkout)
  await fossil(checkout, 'open', theirs, 'trunk')
  writeFileSync(join(checkout, 'a.txt'), 'theirs\n')
  const committed = await fossil(checkout, 'commit', '-m', 'theirs', '--no-warnings')
  assert.match(committed, /New_Version/)
  await agree(17, ours, theirs)
  assert.match(await fossil(checkout, 'push'), /Push done/)
  commit(repo, 2, { name: 'later' })
  assert.match(await fossil(checkout, 'pull'), /Pull done/)
  await agree(23, ours, theirs)
  writeFileSync(join(checkout, 'b.txt'), 'unversioned, theirs\n')
  await fossil(checkout, 'uv', 'add', 'b.txt')
  assert.match(await fossil(checkout, 'uv', 'sync'), /done/)
  assert.match(await fossil(checkout, 'sync'), /Round-trips: 1 .*sent: 0 .*received: 0/)
  const files = 'SELECT name, mtime, hash, sz FROM unversioned ORDER BY name'
  assert.deepEqual(rows(theirs, files), rows(ours, files))
  await agree(23, ours, theirs)
})

test('what we cloned from stock we push to, pull from and sync with', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const options = { commits: 30, capabilities: 'gioy' }
  const theirs = await makeTheirs(join(folder, 'theirs.fossil'), options)
  const file = join(folder, 'a.txt')
  writeFileSync(file, 'unversioned\n')
  await fossil(folder, 'uv', 'add', 'a.txt', '-R', theirs)
  const url = await stockServer(t, theirs)
  const ours = join(folder, 'ours.fossil')
  const cloned = await cloneTo(ours, url, { unversioned: true })
  assert.equal(cloned.artifactsReceived, held(theirs).length)
  await agree(60, theirs, ours)

  using repo = openRepo(ours, systemEnv)
  assert.equal(repo.isUnfinishedClone, false)
  using transport = httpTransport(url)
  commit(repo, 3)
  assert.ok((await sync(repo, transport, { pull: false })).complete)
  await agree(69, theirs, ours)
  writeFileSync(file, 'unversioned, changed\n')
  await fossil(folder, 'uv', 'add', 'a.txt', '-R', theirs)
  assert.ok((await sync(repo, transport, { push: false })).complete)
  const content = Buffer.from('ours\n')
  writeUnversioned(repo, { name: 'b.txt', content, mtimeSec: 1_700_000_000 })
  assert.ok((await sync(repo, transport, { unversioned: true })).complete)
  const files = 'SELECT name, mtime, hash, sz FROM unversioned ORDER BY name'
  assert.deepEqual(rows(ours, files), rows(theirs, files))
  assert.equal(rows(ours, files).length, 8)
  await agree(69, theirs, ours)
})

test('stock and we clone on under the smallest budget, one artifact a round', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const ours = join(folder, 'ours.fossil')
  using repo = createRepo(ours, systemEnv)
  commit(repo, 2)
  setConfig(repo, 'max-download', '1')
  const url = await ourServer(t, ours)
  const theirs = join(folder, 'theirs.fossil')
  assert.match(await fossil(folder, 'clone', url, theirs, '--no-open'), /Clone done/)
  const again = join(folder, 'again.fossil')
  assert.ok((await cloneTo(again, url)).rounds > 6)
  await agree(6, ours, theirs, again)
})

/** Changes the content of one artifact and leaves its name; returns the name. */
function forge(path: string): string {
  const [hash = ''] = rows(path, 'SELECT uuid FROM blob JOIN mlink ON fid = rid ORDER BY rid')
  const content = Buffer.from('something else\n')
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(content.length)
  const stored = Buffer.concat([prefix, deflateSync(content)]).toString('hex')
  const where = `(SELECT rid FROM blob WHERE uuid = '${hash}')`
  writeRows(
    path,
    `UPDATE blob SET content = x'${stored}', size = ${content.length} WHERE uuid = '${hash}';
     DELETE FROM delta WHERE rid = ${where} OR srcid = ${where}`,
  )
  return hash
}

test('an artifact that stock would take for another is refused by clone and pull', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const theirs = await makeTheirs(join(folder, 'theirs.fossil'), { commits: 1 })
  const honest = join(folder, 'honest.fossil')
  copyFileSync(theirs, honest)
  const forged = forge(theirs)
  assert.match(await fossil(folder, 'test-integrity', '-R', theirs), /wrong hash|incorrect/i)
  const url = await stockServer(t, theirs)
  const namesIt = (error: unknown): boolean =>
    FossilError.is(error, 'hash.mismatch') && error.detail.expected === forged

  const clone = prepareClone(join(folder, 'clone.fossil'))
  await assert.rejects(cloneInto(clone, url), namesIt)
  await assert.rejects(cloneInto(clone, url, { protocol: 2 }), namesIt)
  const [projectCode = ''] = rows(theirs, "SELECT value FROM config WHERE name = 'project-code'")
  const pulled = join(folder, 'pulled.fossil')
  using repo = createRepo(pulled, systemEnv, { projectCode })
  using transport = httpTransport(url)
  await assert.rejects(sync(repo, transport, { push: false }), namesIt)
  for (const path of [clone, pulled]) {
    assert.ok(!held(path).includes(forged))
    assert.deepEqual(rows(path, 'PRAGMA integrity_check'), ['ok'])
  }
  // The damage was the server's alone: with an honest one the clone goes on.
  assert.ok((await cloneInto(clone, await stockServer(t, honest))).complete)
  await agree(2, honest, clone)
})

/** Fails every `period`-th exchange, half of them after the server answered. */
function unreliable(inner: Transport, period: number): Transport & { failures: number } {
  let exchanges = 0
  return {
    failures: 0,
    async exchange(request) {
      const fails = ++exchanges % period === 0
      if (!fails) return await inner.exchange(request)
      this.failures++
      if (this.failures % 2 === 0) await inner.exchange(request)
      throw new FossilError('transport.failed', { reason: 'cut by the test' })
    },
  }
}

test('a clone of the npm corpus goes on after every failure, to the same artifacts', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const theirs = join(folder, 'theirs.fossil')
  copyFileSync(await corpus('npm-history'), theirs)
  await runFossil(['user', 'capabilities', 'nobody', 'go', '-R', theirs])
  limitReplies(theirs, 5000)
  using transport = httpTransport(await stockServer(t, theirs))
  const whole = join(folder, 'whole.fossil')
  const { rounds } = await cloneTo(whole, transport)
  assert.ok(rounds > 20, `${rounds} rounds`)
  await agree(399, theirs, whole)
  for (const period of [2, 3, 7]) {
    const path = prepareClone(join(folder, `every-${period}.fossil`))
    const line = unreliable(transport, period)
    let isComplete = false
    for (let attempt = 0; !isComplete && attempt < 2 * rounds; attempt++) {
      isComplete = await cloneInto(path, line).then(
        ({ complete }) => complete,
        (error: unknown) => {
          assert.ok(FossilError.is(error, 'transport.failed'), String(error))
          return false
        },
      )
    }
    assert.ok(line.failures > 2, `${line.failures} failures`)
    assert.deepEqual(held(path), held(theirs))
    using repo = openRepo(path, systemEnv)
    assert.equal(repo.isUnfinishedClone, false)
    if (period === 3) await isSound(path)
  }
})

/** A line that notes of which types the artifacts are that come over it. */
function noting(inner: Transport): Transport & { types: Set<string> } {
  const types = new Set<string>()
  return {
    types,
    async exchange(request) {
      const reply = await inner.exchange(request)
      for (const { type } of parseCards(decodeMessage(reply, { maxBytes: 1 << 24 }))) {
        if (type === 'file' || type === 'cfile') types.add(type)
      }
      return reply
    },
  }
}

test('a clone of stock by protocol 2 is that by protocol 3, private artifacts apart', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const theirs = await makeTheirs(join(folder, 'theirs.fossil'), { commits: 40 })
  limitReplies(theirs, 1000)
  {
    using repo = openRepo(theirs, systemEnv)
    commit(repo, 2, { isPrivate: true, name: 'private' })
  }
  const hidden = new Set(heldPrivately(theirs))
  assert.equal(hidden.size, 6)
  const shown = held(theirs).filter((hash) => !hidden.has(hash))
  using transport = httpTransport(await stockServer(t, theirs))
  for (const protocol of [2, 3] as const) {
    const path = join(folder, `by-${protocol}.fossil`)
    const line = noting(transport)
    const result = await cloneTo(path, line, { protocol })
    assert.ok(result.rounds > 10, `${result.rounds} rounds`)
    assert.deepEqual([...line.types], [protocol === 2 ? 'file' : 'cfile'])
    assert.deepEqual(held(path), shown)
    assert.deepEqual(heldPrivately(path), [])
    await isSound(path)
  }
  const path = prepareClone(join(folder, 'interrupted.fossil'))
  const line = unreliable(transport, 4)
  let isComplete = false
  for (let attempt = 0; !isComplete && attempt < 50; attempt++) {
    const before = held(path).length
    isComplete = await cloneInto(path, line, { protocol: 2 }).then(
      ({ complete }) => complete,
      (error: unknown) => {
        assert.ok(FossilError.is(error, 'transport.failed'), String(error))
        return false
      },
    )
    assert.ok(isComplete || held(path).length > before || before === shown.length)
  }
  assert.ok(line.failures > 5, `${line.failures} failures`)
  assert.deepEqual(held(path), shown)
})

test('a clone goes on at another server of the project, and not of another project', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const theirs = await makeTheirs(join(folder, 'theirs.fossil'), { commits: 40 })
  limitReplies(theirs, 2000)
  const other = join(folder, 'other.fossil')
  copyFileSync(theirs, other)
  writeRows(other, `UPDATE config SET value = '${'b'.repeat(40)}' WHERE name = 'server-code'`)
  using repo = openRepo(other, systemEnv)
  commit(repo, 3, { name: 'only there' })
  using transport = httpTransport(await stockServer(t, theirs))
  const path = prepareClone(join(folder, 'ours.fossil'))
  await assert.rejects(cloneInto(path, unreliable(transport, 3)), /cut by the test/)
  const before = held(path)
  assert.ok(before.length > 0 && before.length < held(theirs).length)

  const strange = await makeTheirs(join(folder, 'strange.fossil'))
  const strangeUrl = await stockServer(t, strange)
  await assert.rejects(cloneInto(path, strangeUrl), (error) =>
    FossilError.is(error, 'sync.wrongproject'),
  )
  assert.deepEqual(held(path), before)

  const result = await cloneInto(path, await stockServer(t, other))
  assert.equal(result.shortfall, undefined)
  await agree(89, other, path)
})
