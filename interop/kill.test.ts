/**
 * Processes that are killed in the middle of a clone or of a push: whatever was acknowledged is
 * there, no file is damaged, and who comes after them finishes the work.
 * @module
 */

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  createRepo,
  FossilError,
  openRepo,
  putUser,
  setConfig,
  storeLocal,
  sync,
  systemEnv,
  type Transport,
} from 'trilobite'
import { httpTransport, serve } from 'trilobite/transport/http'
import { RandomSource } from 'trilobite/sim'

import { requireFossilOrSkip } from '../tools/ensure-fossil.ts'
import {
  agree,
  commit,
  held,
  makeFolder,
  makeTheirs,
  prepareClone,
  rows,
  said,
  stockServer,
  writeRows,
} from './stock.suite.ts'

function start(...args: string[]): ChildProcess {
  const script = join(import.meta.dirname, 'kill-child.ts')
  return spawn(process.execPath, ['--conditions=@trilobite/source', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Ends a child at once, wherever it is, and waits until it has. */
async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}

/** A file that its writer left as it was: whoever may write opens it first, and it is sound. */
function recovers(path: string): void {
  openRepo(path, systemEnv).close()
  assert.deepEqual(rows(path, 'PRAGMA integrity_check'), ['ok'])
}

/**
 * The point at which a clone is killed: at a byte of a reply, or just after the last one. Both
 * count from 1.
 */
interface End {
  readonly reply: number
  readonly byte: number
}

/**
 * Starts a clone ten times; `arm` sees to it that each dies where it is told. Each goes on with
 * what the ones before it kept, and the last one, which is left alone, ends with all there is.
 */
async function killTenTimes(
  clone: { from: string; url: string; to: string; seed: number },
  arm: (child: ChildProcess | undefined, end: End) => void,
): Promise<void> {
  const { from, url, to, seed } = clone
  const random = new RandomSource(seed).stream('kills')
  const all = held(from).length
  prepareClone(to)
  let before = 0
  for (let kills = 0; kills < 10; kills++) {
    const child = start('clone', to, url)
    arm(child, { reply: random.next().int(1, 4), byte: random.next().int(1, 2500) })
    const [, signal] = await once(child, 'close')
    assert.equal(signal, 'SIGKILL')
    recovers(to)
    const now = held(to).length
    assert.ok(now >= before && now < all, `${before}, then ${now} of ${all}`)
    before = now
  }
  assert.ok(before > 20, `${before} artifacts`)
  arm(undefined, { reply: 0, byte: 0 })
  assert.equal(await said(start('clone', to, url), /clone (\w+)/), 'complete')
}

test('a clone that is killed ten times goes on each time, to the same artifacts', async (t) => {
  const folder = makeFolder(t)
  const [theirs, ours] = [join(folder, 'theirs.fossil'), join(folder, 'ours.fossil')]
  using served = createRepo(theirs, systemEnv)
  commit(served, 60)
  setConfig(served, 'max-download', '1000')
  let answered = 0
  let end: End | undefined
  let child: ChildProcess | undefined
  const server = await serve({
    file: theirs,
    env: systemEnv,
    // As the reply leaves: the child dies before it reads it, or while it stores it.
    observer: (event) => {
      if (event.type === 'http.answered' && ++answered === end?.reply) child?.kill('SIGKILL')
    },
  })
  t.after(() => server.close())
  await killTenTimes({ from: theirs, url: server.url, to: ours, seed: 1 }, (next, at) => {
    ;[answered, child, end] = [0, next, at]
  })
  assert.deepEqual(held(ours), held(theirs))
})

test('so does a clone of stock that is killed at any byte of its replies', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const folder = makeFolder(t)
  const [theirs, ours] = [join(folder, 'theirs.fossil'), join(folder, 'ours.fossil')]
  await makeTheirs(theirs, { commits: 150 })
  writeRows(theirs, "REPLACE INTO config(name, value) VALUES('max-download', 1000)")
  const line = await FatalLine.open(t, await stockServer(t, theirs))
  const clone = { from: theirs, url: line.url, to: ours, seed: 3 }
  await killTenTimes(clone, (child, end) => line.arm(child, end))
  await agree(300, theirs, ours)
})

/** A line to a server that answers once a connection, as stock does; it kills who uses it. */
class FatalLine {
  readonly url: string
  #replies = 0
  #end: End | undefined
  #child: ChildProcess | undefined

  private constructor(url: string) {
    this.url = url
  }

  static async open(t: TestContext, server: string): Promise<FatalLine> {
    const port = Number(new URL(server).port)
    const lines = createServer({ allowHalfOpen: true })
    lines.listen(0, '127.0.0.1')
    await once(lines, 'listening')
    t.after(() => lines.close())
    const address = lines.address()
    assert.ok(typeof address === 'object' && address !== null)
    const line = new FatalLine(`http://127.0.0.1:${address.port}/`)
    lines.on('connection', (socket) => line.#join(socket, connect(port, '127.0.0.1')))
    return line
  }

  /** Kills `child` at that byte of that reply, or a while after the reply if it is shorter. */
  arm(child: ChildProcess | undefined, end: End): void {
    this.#replies = 0
    this.#end = end
    this.#child = child
  }

  #join(client: Socket, server: Socket): void {
    const isFatal = ++this.#replies === this.#end?.reply
    let left = isFatal ? (this.#end?.byte ?? 0) : Infinity
    // Who was killed does not take leave.
    for (const socket of [client, server]) socket.on('error', () => socket.destroy())
    client.pipe(server)
    server.on('data', (part: Buffer) => {
      client.write(part.subarray(0, left))
      if (part.length >= left) this.#child?.kill('SIGKILL')
      left = Math.max(0, left - part.length)
    })
    server.on('end', () => {
      client.end()
      if (isFatal) void this.#killSoon(left)
    })
  }

  /** The reply is on its way into the repository for as long as this loop turns. */
  async #killSoon(turns: number): Promise<void> {
    const child = this.#child
    for (let left = turns; left > 0; left--) await nextTurn()
    child?.kill('SIGKILL')
  }
}

test('what a server acknowledged is there after it was killed twenty times', async (t) => {
  const folder = makeFolder(t)
  const [theirs, ours] = [join(folder, 'theirs.fossil'), join(folder, 'ours.fossil')]
  using repo = createRepo(ours, systemEnv)
  createRepo(theirs, systemEnv, { projectCode: repo.projectCode }).close()
  {
    using served = openRepo(theirs, systemEnv)
    putUser(served, { login: 'nobody', capabilities: 'gio' })
  }
  setConfig(repo, 'max-upload', '1000')
  const random = new RandomSource(2).stream('kills')
  let child: ChildProcess | undefined
  t.after(() => child && kill(child))
  let interrupted = 0
  for (let kills = 0; kills < 20; kills++) {
    child = start('serve', theirs)
    using transport = httpTransport(await said(child, /listening on (\S+)/))
    for (let i = 0; i < 12; i++) {
      storeLocal(repo, Buffer.from(`${kills}.${i}\n${'a line of every artifact\n'.repeat(8)}`))
    }
    const dying = new DyingServer(transport, child, random.next().int(1, 4))
    const result = await sync(repo, dying, { push: true, pull: true }).catch((error: unknown) => {
      assert.ok(FossilError.is(error, 'transport'), String(error))
      return undefined
    })
    await kill(child)
    if (result === undefined) interrupted++
    recovers(theirs)
    assert.ok(result === undefined || result.complete)
    acknowledgedIsThere(ours, theirs)
  }
  assert.ok(interrupted > 10, `${interrupted} syncs were interrupted`)
  child = start('serve', theirs)
  using transport = httpTransport(await said(child, /listening on (\S+)/))
  assert.ok((await sync(repo, transport)).complete)
  assert.equal(rows(ours, 'SELECT rid FROM unsent').length, 0)
  acknowledgedIsThere(ours, theirs)
  assert.deepEqual(held(theirs), held(ours))
})

/** Asserts that the server holds all that the client no longer keeps for the next push. */
function acknowledgedIsThere(client: string, server: string): void {
  const there = new Set(held(server))
  const sent = rows(client, 'SELECT uuid FROM blob WHERE rid NOT IN (SELECT rid FROM unsent)')
  assert.deepEqual(
    sent.filter((hash) => !there.has(hash)),
    [],
  )
}

/** A line to a server that is killed while it works on the `fatal`-th request, or just after. */
class DyingServer implements Transport {
  readonly #line: Transport
  readonly #child: ChildProcess
  #left: number

  constructor(line: Transport, child: ChildProcess, fatal: number) {
    this.#line = line
    this.#child = child
    this.#left = fatal
  }

  async exchange(request: Uint8Array): Promise<Uint8Array> {
    const reply = this.#line.exchange(request)
    if (--this.#left > 0) return await reply
    reply.catch(() => {})
    // The request is on its way for as long as this loop turns.
    for (let turns = (request.length % 5) * 40; turns > 0; turns--) await nextTurn()
    await kill(this.#child)
    return await reply
  }
}
