/**
 * Exchanges that come again much later, and exchanges that are long.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Override } from '../sim/decision.ts'
import { calmLink, type LinkConfig } from '../sim/link.ts'
import type { TraceEvent } from '../sim/trace.ts'
import { FossilError } from '../base/error.ts'
import type { Model } from './model.ts'
import { Simulation } from './simulation.ts'
import type { CheckedWorld } from './invariants.ts'

const link: LinkConfig = {
  ...calmLink,
  latency: { minMs: 10, meanMs: 10, maxMs: 10 },
  timeoutMs: 1_000,
}

/** `asker` sends one request, and `server` answers each with `answerBytes` bytes. */
function askOnce(answerBytes: number, told: string[]): Model<CheckedWorld> {
  const ask = async (exchange: () => Promise<Uint8Array>, now: () => number): Promise<void> => {
    try {
      const reply = await exchange()
      told.push(`${reply.length} bytes at ${now()}`)
    } catch (error) {
      told.push(FossilError.is(error) ? `${error.message} at ${now()}` : String(error))
    }
  }
  let lives = 0
  return {
    name: 'asker and server',
    topology: { nodes: ['server', 'asker'], links: [{ from: 'asker', to: 'server' }] },
    invariants: [],
    world: () => ({ nodes: [] }),
    state: () => [],
    start: (id, _world, host) => {
      if (id === 'server') {
        const life = ++lives
        return {
          answer: () => {
            told.push(`answered in life ${life}`)
            return Promise.resolve(new Uint8Array(answerBytes))
          },
        }
      }
      const startMs = host.clock.nowMs()
      const now = (): number => host.clock.nowMs() - startMs
      host.after(0, () => void ask(() => host.exchange('server', new Uint8Array(100)), now))
      return { looksAt: ['server'] }
    },
  }
}

function start(
  model: Model<CheckedWorld>,
  options: { link?: LinkConfig; overrides?: readonly Override[] },
): { simulation: Simulation<CheckedWorld>; lines: TraceEvent[] } {
  const lines: TraceEvent[] = []
  const simulation = new Simulation(model, {
    seed: 1,
    pollIntervalMs: 1_000,
    link,
    checks: { every: 0, from: 0, thoroughEvery: 0 },
    onTraceLine: (line) => void lines.push(JSON.parse(line)),
    ...options,
  })
  return { simulation, lines }
}

suite('a stale request', () => {
  const stale = { site: 'net/asker→server/stale', use: 0, outcome: 120_000 }

  test('reaches the next life of its receiver, and nobody hears the reply', async () => {
    const told: string[] = []
    const { simulation, lines } = start(askOnce(5, told), { overrides: [stale] })
    await simulation.runUntil(simulation.clock().startMs + 60_000)
    simulation.crash('server')
    simulation.crash('asker')
    simulation.restart('server')
    await simulation.runUntil(simulation.clock().startMs + 180_000)
    assert.deepEqual(told, ['answered in life 1', '5 bytes at 20', 'answered in life 2'])
    const late = lines.filter(({ message }) => message === 'request.stale')
    assert.deepEqual(
      late.map(({ type, node }) => [type, node]),
      [['arrival', 'server']],
    )
    assert.equal(lines.filter(({ type }) => type === 'reply.unheard').length, 1)
    assert.equal(simulation.network.counts().stale, 1)
    simulation.close()
  })

  test('is lost where its receiver is down', async () => {
    const told: string[] = []
    const { simulation, lines } = start(askOnce(5, told), { overrides: [stale] })
    await simulation.runUntil(simulation.clock().startMs + 60_000)
    simulation.crash('server')
    await simulation.runUntil(simulation.clock().startMs + 180_000)
    assert.equal(told.length, 2)
    assert.ok(lines.some(({ type, message }) => type === 'lost' && message === 'request.stale'))
    simulation.close()
  })
})

suite('a long exchange', () => {
  const slow = { ...link, bytesPerSecond: 1_000 }

  test('takes the time of both messages, however soon a sender gives up on silence', async () => {
    const told: string[] = []
    const { simulation } = start(askOnce(20_000, told), { link: slow })
    await simulation.runUntil(simulation.clock().startMs + 60_000)
    assert.deepEqual(told, ['answered in life 1', `20000 bytes at ${100 + 10 + 20_000 + 10}`])
    simulation.close()
  })

  test('fails in time where the silence is no matter of its length', async () => {
    const told: string[] = []
    const cut = { site: 'net/asker→server/delayed', use: 0, outcome: 5_000 }
    const { simulation } = start(askOnce(300, told), { link: slow, overrides: [cut] })
    await simulation.runUntil(simulation.clock().startMs + 60_000)
    assert.match(told[0] ?? '', /timeout at 1100$/)
    simulation.close()
  })
})
