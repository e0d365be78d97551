/**
 * Processes that are killed in the middle of a clone or of a push: whatever was acknowledged is
 * there, no file is damaged, and who comes after them finishes the work.
 * @module
 */

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  createRepo,
  FossilError,
  openRepo,
  projectCode,
  putUser,
  setConfig,
  storeLocal,
  sync,
  systemEnv,
  type Transport,
} from 'trilobite'
import { httpTransport, serve } from 'trilobite/transport/http'
import { RandomSource } from 'trilobite/sim'

import { commit, held, makeFolder, prepareClone, rows, said } from './stock.suite.ts'

function start(...args: string[]): ChildProcess {
  const script = join(import.meta.dirname, 'kill-child.ts')
  return spawn(process.execPath, ['--conditions=source', script, ...args], {
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

test('a clone that is killed ten times goes on each time, to the same artifacts', async (t) => {
  const folder = makeFolder(t)
  const [theirs, ours] = [join(folder, 'theirs.fossil'), join(folder, 'ours.fossil')]
  using served = createRepo(theirs, systemEnv)
  commit(served, 60)
  setConfig(served, 'max-download', '1000')
  let answered = 0
  let killAfter = 0
  let child: ChildProcess | undefined
  const server = await serve({
    file: theirs,
    env: systemEnv,
    // As the reply leaves: the child dies before it reads it, or while it stores it.
    observer: (event) => {
      if (event.type === 'http.answered' && ++answered === killAfter) child?.kill('SIGKILL')
    },
  })
  t.after(() => server.close())

  const random = new RandomSource(1).stream('kills')
  prepareClone(ours)
  let before = 0
  for (let kills = 0; kills < 10; kills++) {
    answered = 0
    killAfter = random.next().int(1, 4)
    child = start('clone', ours, server.url)
    const [, signal] = await once(child, 'close')
    assert.equal(signal, 'SIGKILL')
    recovers(ours)
    const now = held(ours).length
    assert.ok(now >= before && now < held(theirs).length, `${before}, then ${now}`)
    before = now
  }
  assert.ok(before > 20, `${before} artifacts`)
  killAfter = 0
  assert.equal(await said(start('clone', ours, server.url), /clone (\w+)/), 'complete')
  assert.deepEqual(held(ours), held(theirs))
})

test('what a server acknowledged is there after it was killed twenty times', async (t) => {
  const folder = makeFolder(t)
  const [theirs, ours] = [join(folder, 'theirs.fossil'), join(folder, 'ours.fossil')]
  using repo = createRepo(ours, systemEnv)
  createRepo(theirs, systemEnv, { projectCode: projectCode(repo) }).close()
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
      assert.ok(FossilError.is(error, 'transport.failed'), String(error))
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

/** What the client no longer keeps for the next push, the server holds. */
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
