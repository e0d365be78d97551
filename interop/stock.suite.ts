/**
 * Repositories of stock Fossil and of ours, servers over each, and how to tell that they agree:
 * what the tests of this folder that clone and log in share.
 * @module
 */

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import {
  type ArtifactHash,
  checkin,
  clone,
  createClone,
  createRepo,
  fullAccess,
  handleXfer,
  openRepo,
  type Repo,
  sync,
  type SyncResult,
  systemEnv,
  type Transport,
} from 'trilobite'
import { openDatabase } from 'trilobite/db/node'
import { type HttpEvent, httpTransport, serve } from 'trilobite/transport/http'

import { findFossil, fossilEnv, runFossil } from '../tools/ensure-fossil.ts'

const startMs = 1_700_000_000_000

/** Runs stock; returns what it says. */
export async function fossil(cwd: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await runFossil(args, { cwd })
  return (stdout + stderr).replaceAll('\r', '\n')
}

/** A scratch folder; it goes when the test ends. */
export function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-interop-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}

/** Values of a query, row by row. */
export function rows(path: string, sql: string): string[] {
  const db = openDatabase(path, { readOnly: true })
  try {
    return db.prepare(sql).all().flat().map(String)
  } finally {
    db.close()
  }
}

/** Changes a file behind everybody's back. */
export function writeRows(path: string, sql: string): void {
  const db = openDatabase(path)
  try {
    db.exec(sql)
  } finally {
    db.close()
  }
}

/** Names of what a file holds; phantoms are not held. */
export function held(path: string): string[] {
  return rows(path, 'SELECT uuid FROM blob WHERE size >= 0 ORDER BY uuid')
}

/** Names of what a file holds and keeps to itself. */
export function heldPrivately(path: string): string[] {
  return rows(path, 'SELECT uuid FROM blob JOIN private USING(rid) WHERE size >= 0 ORDER BY uuid')
}

/** Stock finds nothing wrong with a file, also once it was rebuilt (a copy of it is). */
export async function isSound(path: string): Promise<void> {
  const integrity = await fossil(tmpdir(), 'test-integrity', '-R', path)
  assert.match(integrity, /checked: +0 errors/)
  assert.match(integrity, /integrity-check: ok/)
  assert.doesNotMatch(integrity, /skip phantom/)
  const copy = `${path}.copy`
  copyFileSync(path, copy)
  try {
    await fossil(tmpdir(), 'rebuild', copy)
    assert.equal(await fossil(tmpdir(), 'test-phantoms', '-R', copy), '')
    const missing = await fossil(tmpdir(), 'test-missing', '-R', copy)
    assert.match(missing, /^0 missing or shunned references/m)
    assert.match(await fossil(tmpdir(), 'test-clusters', '-R', copy), /^all artifacts reachable/m)
    assert.deepEqual(held(copy), held(path))
  } finally {
    rmSync(copy)
  }
}

/** Every file holds what the first one does, at least so much, and stock approves of each. */
export async function agree(atLeast: number, ...paths: readonly string[]): Promise<void> {
  const [first = assert.fail('no file')] = paths
  assert.ok(held(first).length >= atLeast, `${held(first).length} artifacts`)
  for (const path of paths) {
    assert.deepEqual(held(path), held(first), path)
    assert.deepEqual(heldPrivately(path), heldPrivately(first), path)
    assert.deepEqual(rows(path, 'SELECT count(*) FROM phantom'), ['0'])
    await isSound(path)
  }
}

/** Check-ins of two files each, which change with every one of them; returns the last. */
export function commit(
  repo: Repo,
  count: number,
  { isPrivate = false, name = 'ours' } = {},
): ArtifactHash {
  let parent: ArtifactHash | undefined
  for (let i = 0; i < count; i++) {
    const text = `${name} ${i}\n${'a line of every version\n'.repeat(20)}`
    const changes = ['a.txt', 'b.txt'].map((file) => ({
      name: file,
      content: Buffer.from(file + text),
    }))
    const described = { changes, comment: `${name} ${i}`, user: 'us', isPrivate }
    const dateMs = startMs + i * 1000
    parent = checkin(repo, {
      ...described,
      dateMs,
      ...(parent ? { parent } : { newRoot: true }),
    }).hash
  }
  return parent ?? assert.fail('no check-in')
}

/** A repository of ours of over 1,000 artifacts and over 10 clusters. */
export async function makeLarge(path: string): Promise<string> {
  using repo = createRepo(path, systemEnv)
  const [projectCode = ''] = rows(path, "SELECT value FROM config WHERE name = 'project-code'")
  for (let batch = 0; batch < 11; batch++) {
    commit(repo, 35, { name: `batch ${batch}` })
    // Clusters are made for who pulls.
    using other = createRepo(`${path}.${batch}`, systemEnv, { projectCode })
    const exchange = async (request: Uint8Array): Promise<Uint8Array> =>
      handleXfer(repo, request, { access: fullAccess })
    await sync(other, { exchange }, { push: false, maxRounds: 1 })
  }
  return path
}

/** The number of artifacts of a file that are clusters. */
export function clusters(path: string): number {
  return Number(rows(path, 'SELECT count(*) FROM tagxref WHERE tagid = 7')[0])
}

/** A repository of stock's with some history; `nobody` may do what `capabilities` say. */
export async function makeTheirs(
  path: string,
  { commits = 5, capabilities = 'gio' } = {},
): Promise<string> {
  const lines: string[] = []
  for (let i = 0; i < commits; i++) {
    const content = `theirs ${i}\n${'a line of every version\n'.repeat(20)}`
    lines.push('commit refs/heads/trunk')
    lines.push(`committer A <a@example.org> ${startMs / 1000 + i} +0000`)
    lines.push('data 6', 'change', 'M 100644 inline file.txt', `data ${content.length}`, content)
  }
  await runFossil(['import', '--git', path], { input: `${lines.join('\n')}\n` })
  await runFossil(['user', 'capabilities', 'nobody', capabilities, '-R', path])
  await runFossil(['user', 'capabilities', 'anonymous', '', '-R', path])
  return path
}

/** Makes a user in a repository of stock's. */
export async function addTheirUser(
  path: string,
  user: { login: string; password: string; capabilities: string },
): Promise<void> {
  const { login, password, capabilities } = user
  await runFossil(['user', 'new', login, 'contact', password, '-R', path])
  await runFossil(['user', 'capabilities', login, capabilities, '-R', path])
}

/** Resolves with what the first match of `pattern` in the output of `child` captures. */
export function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  let output = ''
  return new Promise((resolve, reject) => {
    const listen = (part: Buffer): void => {
      output += part.toString()
      const match = pattern.exec(output)?.[1]
      if (match !== undefined) resolve(match)
    }
    child.stdout?.on('data', listen)
    child.stderr?.on('data', listen)
    child.once('close', (code) => reject(new Error(`it ended with ${code}: ${output}`)))
  })
}

/** The line of stock's server once it listens; since 2.28 with `localhost:` before the port. */
export const stockListens = /Listening for HTTP requests on TCP port (?:localhost:)?(\d+)/

/** Stock's server over a file, on a port that it finds free. Returns its address. */
export async function stockServer(t: TestContext, path: string): Promise<string> {
  const bin = findFossil()?.bin ?? assert.fail('no fossil')
  const child = spawn(bin, ['server', '--localhost', path], {
    env: fossilEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill())
  const port = await said(child, stockListens)
  return `http://127.0.0.1:${port}/`
}

/** Our server over a file; the test fails where it met the unexpected. Returns its address. */
export async function ourServer(t: TestContext, file: string): Promise<string> {
  const failures: HttpEvent[] = []
  const observer = (event: HttpEvent): void => {
    if (event.type === 'http.failed') failures.push(event)
  }
  const server = await serve({ file, env: systemEnv, observer })
  t.after(async () => {
    await server.close()
    assert.deepEqual(failures, [])
  })
  return server.url
}

/** An address with a login in it. */
export function loggedIn(url: string, login: string, password: string): string {
  return url.replace('://', `://${login}:${password}@`)
}

/** A new file, prepared to become a clone. */
export function prepareClone(path: string): string {
  createClone(path, systemEnv).close()
  return path
}

/** Clones a server into a file that was prepared for it. */
export async function cloneInto(
  path: string,
  source: string | Transport,
  options: Parameters<typeof clone>[2] = {},
): Promise<SyncResult> {
  using repo = openRepo(path, systemEnv)
  if (typeof source !== 'string') return await clone(repo, source, options)
  using transport = httpTransport(source)
  return await clone(repo, transport, options)
}

/** Clones a server into a new file, to the end. */
export async function cloneTo(
  path: string,
  source: string | Transport,
  options: Parameters<typeof clone>[2] = {},
): Promise<SyncResult> {
  const result = await cloneInto(prepareClone(path), source, options)
  assert.equal(result.shortfall, undefined)
  return result
}
