/**
 * The global forms, each inside a node and outside.
 * @module
 */

import './world.ts'
import assert from 'node:assert/strict'
import childProcess, { exec } from 'node:child_process'
import crypto, { getRandomValues, randomInt, randomUUID } from 'node:crypto'
import { lookup } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { get } from 'node:http'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { suite, test } from 'node:test'
import { setTimeout as later } from 'node:timers'
import { scheduler, setInterval as ticking, setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { createGzip, gunzipSync, gzip } from 'node:zlib'
import { fromUtf8, hex, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { runInside, runOutside } from './context.ts'
import { startMs, Surroundings } from './surroundings.suite.ts'

const fail = (): never => assert.fail('cleared')

suite('timers', () => {
  test('fire in virtual time, with their arguments, in the order of their times', async () => {
    const node = new Surroundings()
    const fired: unknown[] = []
    const note = (...what: unknown[]): void => void fired.push([node.uptimeMs(), ...what])
    await node.run(() => {
      setTimeout(note, 20, 'b', 2)
      later(note, 10.7, 'a')
      setTimeout(note, -1, 'at once')
      setImmediate(note, 'first')
      process.nextTick(note, 'tick')
    })
    await node.pass(30)
    assert.deepEqual(fired, [
      [0, 'tick'],
      [0, 'first'],
      [1, 'at once'],
      [10, 'a'],
      [20, 'b', 2],
    ])
  })

  test('are cleared as objects, as numbers and as text, also by code that is no node', async () => {
    const node = new Surroundings()
    const made = await node.run(() => {
      const timers = Array.from({ length: 4 }, () => setTimeout(fail, 10))
      clearTimeout(timers[0])
      clearTimeout(Number(timers[1]))
      clearInterval(String(Number(timers[2])))
      {
        using _disposed = setTimeout(fail, 10)
      }
      clearImmediate(setImmediate(fail))
      clearTimeout(undefined)
      return timers[3]
    })
    clearTimeout(made)
    await node.pass(20)
  })

  test('repeat until they are cleared, and their callback may do that', async () => {
    const node = new Surroundings()
    const fired: number[] = []
    await node.run(() => {
      const timer = setInterval(() => {
        fired.push(node.uptimeMs())
        if (fired.length === 3) clearInterval(timer)
      }, 5)
    })
    await node.pass(100)
    assert.deepEqual(fired, [5, 10, 15])
  })

  test('are refreshed, and are objects like those of Node', async () => {
    const node = new Surroundings()
    const fired: [number, boolean][] = []
    const timer = await node.run(() => {
      const own = setTimeout(function (this: unknown) {
        fired.push([node.uptimeMs(), this === own])
      }, 10)
      return own
    })
    assert.deepEqual([timer.unref().hasRef(), timer.ref().hasRef()], [false, true])
    await node.pass(8)
    assert.equal(timer.refresh(), timer)
    await node.pass(12)
    timer.refresh()
    await node.pass(20)
    timer.close()
    timer.refresh()
    await node.pass(20)
    assert.deepEqual(fired, [
      [18, true],
      [30, true],
    ])
  })

  test('as promises take virtual time, and end when their signal aborts', async () => {
    const node = new Surroundings()
    const seen: unknown[] = []
    const note = (what: unknown): void => void seen.push([node.uptimeMs(), what])
    const giveUp = new AbortController()
    await node.run(() => {
      void sleep(10, 'slept').then(note)
      void promisify(setTimeout)(15, 'promisified').then(note)
      void scheduler.wait(20).then(() => note('waited'))
      const { signal } = giveUp
      sleep(100, 0, { signal }).catch((error: unknown) => note(Reflect.get(Object(error), 'code')))
      setTimeout(() => giveUp.abort(), 30)
    })
    await node.pass(200)
    assert.deepEqual(seen, [
      [10, 'slept'],
      [15, 'promisified'],
      [20, 'waited'],
      [30, 'ABORT_ERR'],
    ])
  })

  test('as an iterator miss nothing where their consumer is slow', async () => {
    const node = new Surroundings()
    const seen: number[] = []
    const consume = async (): Promise<void> => {
      for await (const _ of ticking(10)) {
        seen.push(node.uptimeMs())
        if (seen.length === 1) await sleep(25)
        if (seen.length === 5) return
      }
    }
    await node.run(() => void consume())
    await node.pass(200)
    assert.deepEqual(seen, [10, 35, 35, 40, 50])
  })

  test('refuse what is no function, as Node does', async () => {
    const make: unknown = setTimeout
    assert.ok(typeof make === 'function')
    await assert.rejects(
      new Surroundings().run(() => void make('text', 1)),
      TypeError,
    )
  })
})

test('a signal of a timeout aborts in virtual time, with the reason that Node gives', async () => {
  const node = new Surroundings()
  const signal = await node.run(() => AbortSignal.timeout(50))
  await node.pass(49)
  assert.equal(signal.aborted, false)
  await node.pass(1)
  assert.equal(signal.reason instanceof DOMException && signal.reason.name, 'TimeoutError')
})

test('a signal of a timeout that no timer of Node holds aborts after a millisecond', async () => {
  const node = new Surroundings()
  const [short, long] = await node.run(() =>
    [2 ** 31, 2 ** 31 - 1].map((ms) => AbortSignal.timeout(ms)),
  )
  await node.pass(1)
  assert.equal(short?.aborted, true)
  assert.equal(long?.aborted, false)
  await node.run(() => assert.throws(() => AbortSignal.timeout(2 ** 32), RangeError))
})

suite('clocks', () => {
  test('are those of the node', async () => {
    const node = new Surroundings()
    await node.pass(1_500)
    await node.run(() => {
      const nowMs = startMs + 1_500
      assert.equal(Date.now(), nowMs)
      assert.equal(new Date().getTime(), nowMs)
      assert.equal(Date(), new Date(nowMs).toString())
      assert.equal(performance.now(), 1_500)
      assert.equal(performance.timeOrigin, startMs)
      assert.equal(process.hrtime.bigint(), 1_500_000_000n)
      assert.deepEqual(process.hrtime([0, 700_000_000]), [0, 800_000_000])
      assert.equal(process.uptime(), 1.5)
      const full = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeZone: 'UTC' })
      assert.equal(full.format(), 'Thursday, January 1, 2026')
      assert.equal(full.format(0), 'Thursday, January 1, 1970')
      const Temporal: unknown = Reflect.get(globalThis, 'Temporal')
      if (Temporal === undefined) return
      const Now = Object(Reflect.get(Object(Temporal), 'Now'))
      assert.equal(String(Now.instant()), '2026-01-01T00:00:01.5Z')
      assert.equal(String(Now.plainDateTimeISO('UTC')), '2026-01-01T00:00:01.5')
    })
  })

  test('leave Date the class that it was', async () => {
    await new Surroundings().run(() => {
      class Day extends Date {}
      assert.ok(new Date() instanceof Date && new Day() instanceof Day)
      assert.equal(new Day().getTime(), startMs)
      assert.equal(new Date(2026, 0, 2, 3).getDate(), 2)
      assert.equal(new Date('2020-02-02').toISOString(), '2020-02-02T00:00:00.000Z')
      assert.equal(Date.UTC(1970, 0), 0)
      assert.equal(Date.parse('1970-01-01'), 0)
      assert.equal(new Date().constructor, Date)
      assert.deepEqual([Date.name, Date.length], ['Date', 7])
    })
  })
})

test('randomness is that of the node, and in range', async () => {
  const drawn = [1, 2].map(() => {
    const found: unknown[] = []
    runInside(new Surroundings(), () => {
      found.push(Math.random(), randomInt(10), randomInt(5, 7), randomUUID(), crypto.randomUUID())
      found.push(hex(crypto.randomBytes(4)), hex(getRandomValues(new Uint8Array(2))))
      found.push(globalThis.crypto.getRandomValues(new Uint16Array(2)).join(), crypto.randomUUID())
      found.push(hex(crypto.randomFillSync(new Uint8Array(4), 1, 2)))
    })
    return found
  })
  assert.deepEqual(drawn[0], drawn[1])
  const [fraction, digit, five, uuid] = drawn[0] ?? []
  assert.ok(Number(fraction) > 0 && Number(fraction) < 1)
  assert.ok(Number(digit) < 10 && [5, 6].includes(Number(five)))
  assert.match(
    String(uuid),
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  assert.equal(new Set(drawn[0]).size, drawn[0]?.length)
  assert.throws(() => runInside(new Surroundings(), () => randomInt(5, 1)), RangeError)
})

/** FIPS 180-2, appendix B.1. */
const sha256OfAbc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

test('what threads do is done at once', async () => {
  const seen: string[] = []
  await new Surroundings().run(() => {
    const data = Uint8Array.from(utf8('xabcx')).subarray(1, 4)
    void globalThis.crypto.subtle
      .digest({ name: 'sha-256' }, data)
      .then((digest) => seen.push(hex(new Uint8Array(digest))))
    gzip('zipped', (_error, zipped) => seen.push(fromUtf8(gunzipSync(zipped))))
    crypto.pbkdf2('password', 'salt', 1, 4, 'sha1', (_error, key) => seen.push(hex(key)))
    crypto.randomBytes(2, (_error, bytes) => seen.push(hex(bytes)))
    void new Blob(['of a ', 'blob']).text().then((text) => seen.push(text))
  })
  // RFC 6070, the first vector.
  assert.deepEqual(seen.sort(), ['0102', '0c60c80f', sha256OfAbc, 'of a blob', 'zipped'].sort())
})

suite('fetch', () => {
  test('is an exchange with a node, of bodies alone', async () => {
    const node = new Surroundings()
    node.answer = (request) => Promise.resolve(utf8(`echo of ${fromUtf8(request)}`))
    const seen: unknown[] = []
    await node.run(async () => {
      const body = new URLSearchParams({ q: '1' })
      const replies = [
        await fetch('http://peer:8080/path', { method: 'PUT', body }),
        await fetch(new Request('https://PEER/', { method: 'POST', body: utf8('bytes') })),
      ]
      for (const { ok, status, url } of replies) seen.push(ok, status, url)
      seen.push(await replies[0]?.text(), await replies[1]?.text())
    })
    const urls = ['http://peer:8080/path', 'https://peer/']
    assert.deepEqual(seen, [true, 200, urls[0], true, 200, urls[1], 'echo of q=1', 'echo of bytes'])
  })

  test('fails as that of Node, because of the error of the exchange', async () => {
    const node = new Surroundings()
    const cause = new FossilError('transport.failed', { reason: 'simulated: refused' })
    node.answer = () => Promise.reject(cause)
    const told = await node.run(() => fetch('http://peer/').catch((error: unknown) => error))
    assert.ok(told instanceof TypeError)
    assert.deepEqual([told.message, told.cause], ['fetch failed', cause])
  })

  test('ends with the reason of its signal', async () => {
    const node = new Surroundings()
    node.answer = () => new Promise(() => {})
    const reason = new RangeError('no patience')
    const told = await node.run(() => {
      const own = new AbortController()
      const errors = [
        fetch('http://peer/', { signal: AbortSignal.timeout(10) }),
        fetch(new Request('http://peer/', { signal: own.signal })),
        fetch('http://peer/', { signal: AbortSignal.abort(reason) }),
      ].map((reply) => reply.catch((error: unknown) => error))
      setTimeout(() => own.abort(reason), 5)
      return errors
    })
    await node.pass(20)
    const [timeout, aborted, never] = await Promise.all(told)
    assert.equal(timeout instanceof DOMException && timeout.name, 'TimeoutError')
    assert.deepEqual([aborted, never], [reason, reason])
    assert.equal(node.requests.length, 2)
  })
})

/** Forms that are refused, by the name that the error gives them. */
const refused: Record<string, () => unknown> = {
  fetch: () => fetch('http://elsewhere/'),
  WebSocket: () => new WebSocket('ws://peer/'),
  'crypto.subtle.generateKey': () =>
    globalThis.crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt']),
  'crypto.generateKeyPairSync': () => crypto.generateKeyPairSync('ed25519'),
  'fs.readFileSync': () => readFileSync(import.meta.filename),
  'fs.promises.readFile': () => readFile(import.meta.filename),
  'fs.readFile': () => promisify(createRequire(import.meta.url)('fs').readFile)('/'),
  'dns.lookup': () => lookup('localhost', () => {}),
  'dns.promises.Resolver': () => new Resolver(),
  'WebAssembly.compile': () => Reflect.get(globalThis, 'WebAssembly').compile(new Uint8Array()),
  'net.connect': () => connect(80),
  'http.get': () => get('http://peer/'),
  'child_process.exec': () => promisify(exec)('true'),
  'child_process.spawnSync': () => childProcess.spawnSync('true'),
  'worker_threads.Worker': () => new Worker(import.meta.filename),
  MessageChannel: () => new MessageChannel(),
  'zlib.createGzip': () => createGzip(),
  CompressionStream: () => new CompressionStream('gzip'),
}

for (const [api, use] of Object.entries(refused)) {
  test(`${api} is refused to a node, and the caller named`, async () => {
    const node = new Surroundings()
    await assert.rejects(
      node.run(async () => use()),
      (error) => {
        assert.ok(FossilError.is(error, 'sim.unsimulated'))
        assert.deepEqual([error.detail.node, error.detail.api], ['here', api])
        assert.match(error.detail.at ?? '', /world\.test\.ts:\d+$/)
        assert.deepEqual(node.failures, [error])
        return true
      },
    )
  })
}

test('Node loads modules and prints on behalf of a node', async () => {
  const node = new Surroundings()
  await node.run(() => {
    const load = createRequire(import.meta.url)
    assert.equal(load('../../tsconfig.json').compilerOptions.strict, true)
    console.log('printed by a node')
  })
  assert.deepEqual(node.failures, [])
})

suite('outside of nodes', () => {
  test('everything is real', async () => {
    const realMs = Date.now()
    assert.ok(realMs > startMs && new Date().getTime() >= realMs)
    const [first, second] = [Math.random(), Math.random()]
    assert.notEqual(first, second)
    await new Promise<void>((done) => setTimeout(done, 2))
    await sleep(2)
    assert.ok(Date.now() > realMs && performance.now() > 0)
    assert.ok(readFileSync(import.meta.filename).length > 0)
    assert.equal(AbortSignal.timeout(10_000).aborted, false)
    assert.equal(
      setTimeout(() => {}, 1)
        .unref()
        .hasRef(),
      false,
    )
    const digest = await globalThis.crypto.subtle.digest('SHA-256', Uint8Array.from(utf8('abc')))
    assert.equal(hex(new Uint8Array(digest)), sha256OfAbc)
    await assert.rejects(fetch('nonsense:'), TypeError)
  })

  test('is whatever a node has run there', async () => {
    const node = new Surroundings()
    await node.run(() => {
      assert.ok(runOutside(() => Date.now()) > startMs)
      assert.ok(runOutside(() => readFileSync(import.meta.filename)).length > 0)
      assert.equal(Date.now(), startMs)
    })
  })

  test('goes on while a node waits, and what continues the node is inside', async () => {
    const node = new Surroundings()
    const seen: number[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const ended = await node.run(() => [promise.then(() => seen.push(Date.now()))])
    resolve()
    await Promise.all(ended)
    assert.deepEqual(seen, [startMs])
  })
})
