/**
 * Sync with stock Fossil, each as client and as server: afterwards both hold the same artifacts,
 * and stock finds nothing wrong with either file.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  accessOf,
  type ArtifactHash,
  attachFile,
  checkin,
  createRepo,
  FossilError,
  fullAccess,
  handleXfer,
  type Repo,
  setConfig,
  sync,
  systemEnv,
  type Transport,
  writeWiki,
} from 'trilobite'
import { openDatabase } from 'trilobite/db/node'

import { requireFossilOrSkip, runFossil } from '../tools/ensure-fossil.ts'

/** A repository of stock's, and one of ours of the same project. */
interface Pair {
  readonly theirs: string
  readonly ours: Repo
}

const startSec = 1_700_000_000

async function fossil(...args: string[]): Promise<string> {
  const { stdout, stderr } = await runFossil(args)
  return (stdout + stderr).replaceAll('\r', '\n')
}

/** A git history of `commits` commits: two files, of which each commit changes both. */
function gitHistory(commits: number): string {
  const lines: string[] = []
  for (let i = 0; i < commits; i++) {
    const common = Array.from({ length: 12 }, (_, line) => `line ${line} of every version\n`).join(
      '',
    )
    const message = `change ${i}`
    lines.push('commit refs/heads/trunk', `committer A <a@example.org> ${startSec + i} +0000`)
    lines.push(`data ${message.length}`, message)
    for (const name of ['one.txt', 'two.txt']) {
      const content = `${name} after ${i}\n${common}`
      lines.push(`M 100644 inline ${name}`, `data ${content.length}`, content)
    }
  }
  return `${lines.join('\n')}\n`
}

/** Stock's repository with an imported history, or none; whoever asks has `capabilities`. */
async function makePair(
  t: TestContext,
  { commits = 0, capabilities = 'giorxz' }: { commits?: number; capabilities?: string } = {},
): Promise<Pair> {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-sync-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  const theirs = join(folder, 'theirs.fossil')
  if (commits === 0) await runFossil(['new', theirs])
  else await runFossil(['import', '--git', theirs], { input: gitHistory(commits) })
  await runFossil(['user', 'capabilities', 'nobody', capabilities, '-R', theirs])
  await runFossil(['user', 'capabilities', 'anonymous', 'hz', '-R', theirs])
  const [projectCode] = rows(theirs, "SELECT value FROM config WHERE name = 'project-code'")
  const ours = createRepo(join(folder, 'ours.fossil'), systemEnv, {
    projectCode: projectCode ?? assert.fail('stock made no repository'),
  })
  t.after(() => ours.close())
  return { theirs, ours }
}

function rows(path: string, sql: string): string[] {
  const db = openDatabase(path, { readOnly: true })
  try {
    return db.prepare(sql).all().flat().map(String)
  } finally {
    db.close()
  }
}

function writeTheirs(path: string, sql: string): void {
  const db = openDatabase(path)
  db.exec(sql)
  db.close()
}

const publicHeld = `SELECT uuid FROM blob
  WHERE size >= 0 AND rid NOT IN (SELECT rid FROM private) ORDER BY uuid`
const privateHeld = `SELECT uuid FROM blob
  WHERE size >= 0 AND rid IN (SELECT rid FROM private) ORDER BY uuid`

/** Both files hold the same, and stock approves of both. Returns how many public artifacts. */
async function agree({ theirs, ours }: Pair): Promise<number> {
  for (const path of [theirs, ours.path]) {
    const integrity = await fossil('test-integrity', '-R', path)
    assert.match(integrity, /checked: +0 errors/)
    assert.match(integrity, /integrity-check: ok/)
    assert.doesNotMatch(integrity, /skip phantom/)
    assert.equal(await fossil('test-phantoms', '-R', path), '')
    assert.deepEqual(rows(path, 'SELECT count(*) FROM phantom'), ['0'])
    assert.match(await fossil('test-missing', '-R', path), /^0 missing or shunned references/m)
    assert.match(await fossil('test-clusters', '-R', path), /^all artifacts reachable/m)
  }
  const held = rows(theirs, publicHeld)
  assert.deepEqual(rows(ours.path, publicHeld), held)
  return held.length
}

/** Makes check-ins here, one after the other; returns the last. */
function commit(repo: Repo, count: number, asPrivate = false): ArtifactHash {
  let parent: ArtifactHash | undefined
  for (let i = 0; i < count; i++) {
    const text = `${repo.path} ${i} ${asPrivate}\n${'the same line again\n'.repeat(20)}`
    const changes = ['a.txt', 'b.txt'].map((name) => ({ name, content: Buffer.from(name + text) }))
    const options = { changes, comment: `ours ${i}`, user: 'us', isPrivate: asPrivate }
    const dateMs = (startSec + 100_000 + i) * 1000
    parent = checkin(repo, {
      ...options,
      dateMs,
      ...(parent ? { parent } : { newRoot: true }),
    }).hash
  }
  return parent ?? assert.fail('no check-in')
}

/** Stock as a server: one process for each exchange. */
function stockServer(path: string): Transport & { exchanges: number } {
  return {
    exchanges: 0,
    async exchange(request) {
      this.exchanges++
      const header =
        'POST / HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/x-fossil\r\n' +
        `Content-Length: ${request.length}\r\n\r\n`
      const input = Buffer.concat([Buffer.from(header), request])
      const { bytes } = await runFossil(['http', path, '--ipaddr', '127.0.0.1'], { input })
      const reply = Buffer.from(bytes)
      return new Uint8Array(reply.subarray(reply.indexOf('\r\n\r\n') + 4))
    },
  }
}

/** Our handler behind a socket; returns its address. */
async function ourServer(t: TestContext, repo: Repo, access = fullAccess): Promise<string> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const reply = handleXfer(repo, Buffer.concat(parts), { access })
      response.writeHead(200, {
        'Content-Type': 'application/x-fossil',
        'Content-Length': reply.length,
      })
      response.end(reply)
    })
  })
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a TCP port
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

/** Stock as a client. */
async function stockClient(
  verb: string,
  path: string,
  url: string,
  ...more: string[]
): Promise<string> {
  return await fossil(verb, url, '--once', '-R', path, ...more)
}

test('we pull well over a thousand artifacts from stock, deltas and clusters too', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t, { commits: 450 })
  let deltas = 0
  const result = await sync(pair.ours, stockServer(pair.theirs), {
    push: false,
    observer: (event) => {
      if (event.type === 'artifact.received' && event.isDelta) deltas++
    },
  })
  assert.equal(result.shortfall, undefined)
  assert.ok(deltas > 300, `${deltas} deltas`)
  assert.ok((await agree(pair)) > 1350)
  const idle = await sync(pair.ours, stockServer(pair.theirs))
  assert.ok(idle.complete)
  assert.equal(idle.rounds, 1)
})

test('we push well over a thousand artifacts to stock', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t)
  const tip = commit(pair.ours, 400)
  const result = await sync(pair.ours, stockServer(pair.theirs), { pull: false })
  assert.equal(result.shortfall, undefined)
  assert.equal(result.artifactsSent, 1200)
  await sync(pair.ours, stockServer(pair.theirs))
  assert.ok((await agree(pair)) > 1200)
  assert.match(await fossil('timeline', '-n', '3', '-R', pair.theirs), /ours 399/)
  assert.equal(
    await fossil('artifact', tip, '-R', pair.theirs),
    await fossil('artifact', tip, '-R', pair.ours.path),
  )
})

test('we and stock bring each other up to date at once, over clusters of both', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t, { commits: 120 })
  commit(pair.ours, 110)
  // A pull of somebody else makes our clusters.
  const url = await ourServer(t, pair.ours)
  const other = await makePair(t)
  writeTheirs(
    other.theirs,
    `UPDATE config SET value = '${codeOf(pair)}' WHERE name = 'project-code'`,
  )
  await stockClient('pull', other.theirs, url)
  const result = await sync(pair.ours, stockServer(pair.theirs))
  assert.equal(result.shortfall, undefined)
  assert.ok((await agree(pair)) > 690)
})

function codeOf({ theirs }: Pair): string {
  const [code] = rows(theirs, "SELECT value FROM config WHERE name = 'project-code'")
  return code ?? assert.fail('no project code')
}

test('private artifacts cross to stock and back only when asked for', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t, { commits: 3 })
  commit(pair.ours, 2, true)
  await commitPrivately(pair.theirs)
  const before = [rows(pair.theirs, privateHeld), rows(pair.ours.path, privateHeld)]
  assert.deepEqual(
    before.map(({ length }) => length),
    [2, 6],
  )
  assert.ok((await sync(pair.ours, stockServer(pair.theirs))).complete)
  assert.deepEqual([rows(pair.theirs, privateHeld), rows(pair.ours.path, privateHeld)], before)

  const result = await sync(pair.ours, stockServer(pair.theirs), { private: true })
  assert.equal(result.shortfall, undefined)
  assert.deepEqual(rows(pair.theirs, privateHeld), before.flat().sort())
  assert.deepEqual(rows(pair.ours.path, privateHeld), before.flat().sort())
  await agree(pair)
})

/** Checks in a private change of one file. */
async function commitPrivately(path: string): Promise<void> {
  const folder = `${path}.checkout`
  mkdirSync(folder)
  await runFossil(['open', path], { cwd: folder })
  writeFileSync(join(folder, 'one.txt'), `private\n${'a line like the others\n'.repeat(20)}`)
  await runFossil(['commit', '--private', '-m', 'private', '--no-warnings'], { cwd: folder })
}

test('stock refuses private content without the capability, and we say so', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t, { capabilities: 'gio' })
  await assert.rejects(
    sync(pair.ours, stockServer(pair.theirs), { private: true }),
    (error) =>
      FossilError.is(error, 'sync.refused') &&
      error.detail.message === 'not authorized to sync private content',
  )
})

test('stock that we may only read gives its pull, whatever we would have pushed', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  for (const commits of [0, 2]) {
    const pair = await makePair(t, { commits: 5, capabilities: 'gor' })
    if (commits > 0) commit(pair.ours, commits)
    const theirs = rows(pair.theirs, publicHeld)
    const result = await sync(pair.ours, stockServer(pair.theirs))
    assert.ok(result.pushRefused)
    assert.equal(result.complete, commits === 0)
    assert.deepEqual(rows(pair.theirs, publicHeld), theirs)
    const ours = new Set(rows(pair.ours.path, publicHeld))
    assert.ok(theirs.every((hash) => ours.has(hash)))
    assert.equal(rows(pair.ours.path, 'SELECT rid FROM unsent').length, commits * 3)
  }
})

test('a small budget of stock slows our pull; one that sends nothing is told of', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t, { commits: 20 })
  writeTheirs(pair.theirs, "REPLACE INTO config(name, value) VALUES('max-download', 1)")
  const starved = await sync(pair.ours, stockServer(pair.theirs))
  assert.equal(starved.complete, false)
  assert.equal(starved.missing.length, rows(pair.theirs, publicHeld).length)
  assert.ok(starved.rounds < 12, `${starved.rounds} rounds`)

  writeTheirs(pair.theirs, "UPDATE config SET value = 2500 WHERE name = 'max-download'")
  const slow = await sync(pair.ours, stockServer(pair.theirs))
  assert.equal(slow.shortfall, undefined)
  assert.ok(slow.rounds > 4, `${slow.rounds} rounds`)
  await agree(pair)
})

test('stock pulls well over a thousand artifacts from us', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t)
  commit(pair.ours, 400)
  const url = await ourServer(t, pair.ours)
  assert.match(await stockClient('pull', pair.theirs, url), /Pull done/)
  await stockClient('sync', pair.theirs, url)
  assert.ok((await agree(pair)) > 1200)
  assert.match(await fossil('timeline', '-n', '3', '-R', pair.theirs), /ours 399/)
  assert.match(
    await stockClient('sync', pair.theirs, url),
    /Round-trips: 1 .*sent: 0 .*received: 0/,
  )
})

test('stock pushes well over a thousand artifacts to us', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t, { commits: 450 })
  const url = await ourServer(t, pair.ours)
  assert.match(await stockClient('push', pair.theirs, url), /Push done/)
  await stockClient('sync', pair.theirs, url)
  assert.ok((await agree(pair)) > 1350)
})

test('stock syncs with us both ways, and private artifacts only when asked to', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t, { commits: 40 })
  commit(pair.ours, 30)
  commit(pair.ours, 2, true)
  await commitPrivately(pair.theirs)
  const before = [rows(pair.theirs, privateHeld), rows(pair.ours.path, privateHeld)]
  const url = await ourServer(t, pair.ours)
  await stockClient('sync', pair.theirs, url)
  assert.ok((await agree(pair)) > 200)
  assert.deepEqual([rows(pair.theirs, privateHeld), rows(pair.ours.path, privateHeld)], before)

  await stockClient('sync', pair.theirs, url, '--private')
  await agree(pair)
  assert.deepEqual(rows(pair.theirs, privateHeld), before.flat().sort())
  assert.deepEqual(rows(pair.ours.path, privateHeld), before.flat().sort())
})

test('stock pushes what builds on what we shun, and comes to an end', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t, { commits: 6 })
  const [shunned] = rows(
    pair.theirs,
    `SELECT uuid FROM mlink JOIN event ON objid = mid JOIN blob ON blob.rid = fid
      ORDER BY event.mtime, uuid LIMIT 1`,
  )
  writeTheirs(pair.ours.path, `INSERT INTO shun(uuid) VALUES('${shunned}')`)
  const url = await ourServer(t, pair.ours)
  for (let round = 0; round < 2; round++) {
    assert.match(await stockClient('push', pair.theirs, url), /Push done/)
    // The other file and the manifests are here; of this file every version builds on the last.
    assert.equal(rows(pair.ours.path, 'SELECT uuid FROM blob WHERE size >= 0').length, 12 + 4)
    assert.deepEqual(rows(pair.ours.path, 'SELECT count(*) FROM phantom'), ['1'])
  }
})

test('what is damaged here, and what either side lost, comes back from the other', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t, { commits: 120 })
  await sync(pair.ours, stockServer(pair.theirs))
  await agree(pair)
  const held = rows(pair.theirs, publicHeld)
  const [damaged = '', lost = ''] = [held[10], held[20]]
  const damage = `UPDATE blob SET content = zeroblob(30) WHERE uuid = '${damaged}'`
  writeTheirs(pair.ours.path, damage)
  const mended = await sync(pair.ours, stockServer(pair.theirs), { verily: true })
  assert.equal(mended.shortfall, undefined)
  await agree(pair)

  writeTheirs(pair.theirs, `DELETE FROM blob WHERE uuid = '${lost}'`)
  const url = await ourServer(t, pair.ours)
  assert.match(await stockClient('pull', pair.theirs, url, '--verily'), /Pull done/)
  assert.deepEqual(rows(pair.theirs, publicHeld), held)
})

test('stock hears our refusals', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t, { commits: 2 })
  const before = rows(pair.ours.path, publicHeld)
  const readOnly = await ourServer(t, pair.ours, accessOf('o'))
  assert.match(await stockClient('push', pair.theirs, readOnly), /not authorized to write/)
  const closed = await ourServer(t, pair.ours, accessOf(''))
  assert.match(await stockClient('pull', pair.theirs, closed), /not authorized to read/)
  const open = await ourServer(t, pair.ours, accessOf('io'))
  const said = await stockClient('pull', pair.theirs, open, '--private')
  assert.match(said, /not authorized to sync private content/)
  assert.deepEqual(rows(pair.ours.path, publicHeld), before)
})

test('stock completes its pull under our smallest budget', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t)
  commit(pair.ours, 4)
  setConfig(pair.ours, 'max-download', '1')
  const url = await ourServer(t, pair.ours)
  await stockClient('sync', pair.theirs, url)
  assert.ok((await agree(pair)) > 12)
})

test('an attachment whose push was not answered reaches stock with the sync after', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t)
  const author = { user: 'us' }
  writeWiki(pair.ours, { title: 'Home', content: 'text' }, author)
  attachFile(pair.ours, { page: 'Home' }, { fileName: 'a', content: Buffer.from('a') }, author)
  const server = stockServer(pair.theirs)
  const deaf: Transport = {
    async exchange(request) {
      await server.exchange(request)
      throw new FossilError('transport.failed', { reason: 'the reply was lost' })
    },
  }
  await assert.rejects(sync(pair.ours, deaf))
  // Sent once more, it makes stock fail on a UNIQUE constraint, at every sync from then on.
  const result = await sync(pair.ours, server)
  assert.deepEqual([result.shortfall, result.artifactsSent], [undefined, 0])
  assert.ok((await agree(pair)) >= 3)
})

test('what stock sends as a delta of itself is reported, and the rest comes', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const pair = await makePair(t)
  const content = Buffer.from('the same line again\n'.repeat(20))
  const common = { user: 'us', comment: 'text' }
  const added = checkin(pair.ours, {
    ...common,
    changes: [{ name: 'old', content }],
    dateMs: startSec * 1000,
  })
  // The rename says that it is older than the file: then stock takes the file for its own parent.
  checkin(pair.ours, {
    ...common,
    changes: [{ name: 'new', content: undefined, renamedFrom: 'old' }],
    parent: added.hash,
    dateMs: (startSec - 100) * 1000,
    allowOlder: true,
  })
  const server = stockServer(pair.theirs)
  assert.ok((await sync(pair.ours, server)).complete)
  const other = createRepo(`${pair.ours.path}2`, systemEnv, { projectCode: codeOf(pair) })
  t.after(() => other.close())
  const result = await sync(other, server)
  const [file] = added.newArtifacts
  assert.deepEqual([result.complete, result.missing], [false, [file]])
  assert.equal(rows(other.path, publicHeld).length, rows(pair.theirs, publicHeld).length - 1)
})
