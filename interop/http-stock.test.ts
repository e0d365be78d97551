/**
 * Sync over real HTTP with stock Fossil: we as the client of its server, and it as the client of
 * ours. Afterwards both hold the same artifacts, and stock finds both files sound.
 * @module
 */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  checkin,
  createRepo,
  openRepo,
  storeLocal,
  sync,
  systemEnv,
  type Transport,
} from 'trilobite'
import { openDatabase } from 'trilobite/db/node'
import { type HttpEvent, httpTransport, serve } from 'trilobite/transport/http'
import { stdioTransport } from 'trilobite/transport/stdio'

import { findFossil, fossilEnv, requireFossilOrSkip, runFossil } from '../tools/ensure-fossil.ts'

import { stockListens } from './stock.suite.ts'

const startSec = 1_700_000_000

/** Runs stock; returns what it says. */
async function fossil(cwd: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await runFossil(args, { cwd })
  return (stdout + stderr).replaceAll('\r', '\n')
}

function gitHistory(name: string, commits: number): string {
  const lines: string[] = []
  for (let i = 0; i < commits; i++) {
    const content = `${name} ${i}\n${'a line of every version\n'.repeat(20)}`
    lines.push('commit refs/heads/trunk', `committer A <a@example.org> ${startSec + i} +0000`)
    lines.push('data 6', 'change', 'M 100644 inline file.txt', `data ${content.length}`, content)
  }
  return `${lines.join('\n')}\n`
}

/** A scratch folder; it goes when the test ends. */
function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-http-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}

/** A repository of stock's with some history. Whoever asks may clone, read and write. */
async function makeTheirs(path: string, commits = 5): Promise<string> {
  await runFossil(['import', '--git', path], { input: gitHistory(path, commits) })
  await runFossil(['user', 'capabilities', 'nobody', 'gio', '-R', path])
  return path
}

/** A repository of ours, of the same project, with artifacts of its own. */
async function makeOurs(path: string, theirs: string, artifacts = 5): Promise<string> {
  const [projectCode = ''] = rows(theirs, "SELECT value FROM config WHERE name = 'project-code'")
  using repo = createRepo(path, systemEnv, { projectCode })
  for (let i = 0; i < artifacts; i++) {
    storeLocal(repo, Buffer.from(`${path} ${i}\n${'our line\n'.repeat(30)}`))
  }
  await runFossil(['user', 'capabilities', 'nobody', 'gio', '-R', path])
  return path
}

function rows(path: string, sql: string): string[] {
  const db = openDatabase(path, { readOnly: true })
  try {
    return db.prepare(sql).all().flat().map(String)
  } finally {
    db.close()
  }
}

/** Names of what a file holds; phantoms are not held. */
function held(path: string): string[] {
  return rows(path, 'SELECT uuid FROM blob WHERE size >= 0 ORDER BY uuid')
}

/** Every file holds what the first one does, at least so much, and stock approves of each. */
async function agree(atLeast: number, ...paths: readonly string[]): Promise<void> {
  const names = held(paths[0] ?? '')
  assert.ok(names.length >= atLeast, `${names.length} artifacts`)
  for (const path of paths) {
    assert.deepEqual(held(path), names, path)
    assert.deepEqual(rows(path, 'SELECT count(*) FROM phantom'), ['0'])
    const integrity = await fossil(tmpdir(), 'test-integrity', '-R', path)
    assert.match(integrity, /checked: +0 errors/)
    assert.match(integrity, /integrity-check: ok/)
    assert.doesNotMatch(integrity, /skip phantom/)
  }
}

/** Stock's server over a file or a folder, on a port that it finds free. Returns its address. */
async function stockServer(t: TestContext, source: string): Promise<string> {
  const bin = findFossil()?.bin ?? assert.fail('no fossil')
  const child = spawn(bin, ['server', '--localhost', source], {
    env: fossilEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill())
  let said = ''
  return new Promise((resolve, reject) => {
    const listen = (part: Buffer): void => {
      said += part.toString()
      const port = stockListens.exec(said)?.[1]
      if (port !== undefined) resolve(`http://127.0.0.1:${port}/`)
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    child.once('close', (code) => reject(new Error(`fossil server ended with ${code}: ${said}`)))
  })
}

/** Syncs a file of ours, to the end. */
async function syncOurs(path: string, transport: Transport): Promise<{ rounds: number }> {
  using repo = openRepo(path, systemEnv)
  const result = await sync(repo, transport)
  assert.equal(result.shortfall, undefined)
  assert.ok(result.complete)
  return result
}

test('our client and the server of stock', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const theirs = await makeTheirs(join(folder, 'theirs.fossil'))
  const ours = await makeOurs(join(folder, 'ours.fossil'), theirs)

  await t.test('over a socket: both end with everything, and a second sync is quiet', async () => {
    using transport = httpTransport(await stockServer(t, theirs))
    await syncOurs(ours, transport)
    await agree(15, theirs, ours)
    assert.equal((await syncOurs(ours, transport)).rounds, 1)
    assert.equal(transport.stats.failures, 0)
  })

  await t.test('in a folder: the path names the repository', async () => {
    using repo = openRepo(ours, systemEnv)
    storeLocal(repo, Buffer.from('one more\n'))
    const address = await stockServer(t, folder)
    using transport = httpTransport(`${address}theirs`)
    await sync(repo, transport)
    using nowhere = httpTransport(`${address}nowhere`)
    await assert.rejects(() => sync(repo, nowhere), /HTTP 404 Not Found/)
    await agree(16, theirs, ours)
  })

  await t.test('over pipes: as over a socket', async () => {
    using repo = openRepo(ours, systemEnv)
    storeLocal(repo, Buffer.from('and one over pipes\n'))
    const fossilBin = findFossil()?.bin ?? ''
    const transport = stdioTransport({ fossilBin, repository: theirs, env: fossilEnv() })
    assert.ok((await sync(repo, transport)).complete)
    await agree(17, theirs, ours)
  })

  await t.test('over pipes, what nobody may not do the owner of the file may', async () => {
    using repo = openRepo(ours, systemEnv)
    storeLocal(repo, Buffer.from('and one by the owner\n'))
    // To read, newer servers take the `g` of nobody for enough.
    for (const login of ['nobody', 'anonymous']) {
      await runFossil(['user', 'capabilities', login, '', '-R', theirs])
    }
    const fossilBin = findFossil()?.bin ?? ''
    const options = { fossilBin, repository: theirs, env: fossilEnv() }
    await assert.rejects(() => sync(repo, stdioTransport(options)), /not authorized to/)
    await sync(repo, stdioTransport({ ...options, localAuth: true }))
    await agree(18, theirs, ours)
  })
})

/** A repository of stock's, and one of ours of the same project behind our server. */
interface Served {
  readonly folder: string
  readonly theirs: string
  readonly ours: string
  readonly url: string
  /** Runs `fossil COMMAND` on theirs against the address of ours. */
  readonly ask: (command: string, ...args: string[]) => Promise<string>
}

/** Serves a folder with one repository; the test fails where the server met the unexpected. */
async function serveOurs(t: TestContext): Promise<Served> {
  const folder = makeFolder(t)
  const theirs = await makeTheirs(join(folder, 'theirs.fossil'))
  const served = join(folder, 'served')
  mkdirSync(served)
  const ours = await makeOurs(join(served, 'ours.fossil'), theirs)
  const failures: HttpEvent[] = []
  const observer = (event: HttpEvent): void => {
    if (event.type === 'http.failed') failures.push(event)
  }
  const server = await serve({ folder: served, env: systemEnv, observer })
  t.after(async () => {
    await server.close()
    assert.deepEqual(failures, [])
  })
  const { url } = server
  const ask = (command: string, ...args: string[]): Promise<string> =>
    fossil(folder, command, `${url}ours`, '--once', '-R', theirs, ...args)
  return { folder, theirs, ours, url, ask }
}

test('stock pulls from our server, pushes to it and syncs with it', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const { folder, theirs, ours, ask } = await serveOurs(t)
  assert.match(await ask('pull'), /Pull done/)
  assert.equal(held(theirs).length, new Set([...held(theirs), ...held(ours)]).size)
  assert.ok(held(ours).length < held(theirs).length)
  assert.match(await ask('push'), /Push done/)
  await agree(15, theirs, ours)

  for (const flag of ['--verbose', '--httptrace']) {
    using repo = openRepo(ours, systemEnv)
    storeLocal(repo, Buffer.from(`ours again ${flag}\n`))
    assert.match(await ask('sync', flag), /Sync done/)
  }
  await agree(17, theirs, ours)
  // When it traces, stock sends and wants messages as they are.
  const traces = readdirSync(folder).filter((name) => name.startsWith('http-reply-'))
  const trace = readFileSync(join(folder, traces[0] ?? ''), 'latin1')
  assert.match(trace, /^content-type: application\/x-fossil-debug\r?$/im)
})

test('several clients of stock at once all get through', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const { folder, theirs, ours, url } = await serveOurs(t)
  const copies = Array.from({ length: 4 }, (_, i) => join(folder, `copy-${i}.fossil`))
  for (const [i, copy] of copies.entries()) {
    copyFileSync(theirs, copy)
    using repo = openRepo(copy, systemEnv)
    storeLocal(repo, Buffer.from(`by client ${i}\n`))
  }
  const syncAll = (): Promise<string[]> =>
    Promise.all(copies.map((copy) => fossil(folder, 'sync', `${url}ours`, '--once', '-R', copy)))
  for (const said of [...(await syncAll()), ...(await syncAll())]) assert.match(said, /Sync done/)
  await agree(19, ours, ...copies)
})

test('stock is told what it may not, and what is not there', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const { folder, theirs, ours, url, ask } = await serveOurs(t)
  await runFossil(['user', 'capabilities', 'nobody', 'go', '-R', ours])
  assert.match(await ask('sync'), /pull only - not authorized to push/)
  const before = held(ours)
  using repo = openRepo(theirs, systemEnv)
  storeLocal(repo, Buffer.from('nobody may push this\n'))
  assert.match(await ask('push'), /not authorized to write/)
  assert.deepEqual(held(ours), before)
  const said = await fossil(folder, 'pull', `${url}nowhere`, '--once', '-R', theirs)
  assert.match(said, /404 Not Found/)
})

test('what builds on a file that stock shuns reaches it whole, with the sync after', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const theirs = await makeTheirs(join(folder, 'theirs.fossil'))
  const ours = await makeOurs(join(folder, 'ours.fossil'), theirs)
  using repo = openRepo(ours, systemEnv)
  using transport = httpTransport(await stockServer(t, theirs))
  const common = 'a line of every version\n'.repeat(40)
  const version = (number: number): Uint8Array => Buffer.from(`version ${number}\n${common}`)
  const change = (number: number) => ({
    comment: `version ${number}`,
    user: 'us',
    changes: [{ name: 'notes.txt', content: version(number) }],
  })
  const { newArtifacts } = checkin(repo, change(1))
  assert.ok((await sync(repo, transport)).complete)
  const db = openDatabase(theirs)
  for (const hash of newArtifacts.slice(0, 1)) {
    db.prepare<[]>('INSERT INTO shun(uuid, mtime) VALUES(?, 0)').run(hash)
  }
  db.close()
  await fossil(folder, 'rebuild', theirs)
  checkin(repo, change(2))
  // Stock makes nothing of the delta, and answers nobody who sends it.
  await assert.rejects(sync(repo, transport), { code: 'transport.status' })
  assert.ok((await sync(repo, transport)).complete)
  assert.deepEqual(rows(theirs, 'SELECT count(*) FROM phantom'), ['0'])
})
