/**
 * A foreign wait is traced to the line that began it, on request.
 * @module
 */

import assert from 'node:assert/strict'
import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { suite, test } from 'node:test'
import { FossilError } from '../base/error.ts'
import type { TickOutcome } from './model.ts'
import { Ticks } from './ticks.ts'

const sourceLines = readFileSync(import.meta.filename, 'utf8').split('\n')

/** The line of this file that ends with a comment of this name. */
function lineOf(name: string): string {
  const at = sourceLines.findIndex((line) => line.endsWith(`// ${name}`))
  assert.ok(at >= 0, name)
  return `${import.meta.filename}:${at + 1}`
}

type Exchange = () => Promise<void>
type Tick = (exchange: Exchange) => Promise<unknown>

async function inner(): Promise<void> {
  await Promise.resolve()
  await new Promise(() => {}) // a helper
}

/** Ticks by the comment at the end of the line that begins the wait. */
const ticks: Record<string, Tick> = {
  'a promise that nobody resolves': async () => {
    await new Promise(() => {}) // a promise that nobody resolves
  },
  'a promise that is returned': () => new Promise(() => {}), // a promise that is returned
  'an address': async () => {
    await Promise.resolve()
    await lookup('localhost') // an address
  },
  'a file': async () => {
    await readFile(import.meta.filename) // a file
  },
  'a helper': async () => {
    await inner()
  },
  'a wait after an exchange': async (exchange) => {
    await exchange()
    await new Promise(() => {}) // a wait after an exchange
  },
}

/** A node on its own, and all that happens to it: it ticks, and its exchange ends. */
function alone(
  tick: (exchange: Exchange, run: Ticks) => Promise<unknown>,
  tracesWaits: boolean,
): { run: Ticks; start: () => Promise<void>; end: () => Promise<void> } {
  let arrive: (() => void) | undefined
  const exchange: Exchange = () =>
    new Promise<void>((resolve) => {
      arrive = resolve
    })
  const isWaiting = (): boolean => arrive !== undefined
  const run = new Ticks({ isWaiting, onBegin: () => () => {}, tracesWaits })
  const node = {
    tick: async (): Promise<TickOutcome> => {
      await tick(exchange, run)
      return 'idle'
    },
  }
  const start = (): Promise<void> => {
    run.begin(node, { nodeId: 'node', type: 'timer', timeMs: 0 }, () => {})
    return run.react()
  }
  const end = (): Promise<void> => {
    run.wake('node')
    arrive?.()
    arrive = undefined
    return run.react()
  }
  return { run, start, end }
}

/** The place that the error of a foreign wait names. */
async function foreignWait(tick: Tick, tracesWaits = true): Promise<string | undefined> {
  const { run, start, end } = alone(tick, tracesWaits)
  using _ = run
  try {
    await start()
    await end()
  } catch (error) {
    if (FossilError.is(error, 'sim.foreignWait')) return error.detail.at
    throw error
  }
  return assert.fail('it waits')
}

suite('a foreign wait is traced to its line', () => {
  for (const [name, tick] of Object.entries(ticks)) {
    test(name, async () => assert.equal(await foreignWait(tick), lineOf(name)))
  }
})

test('a node that went on by itself is traced to what woke it', async () => {
  const { promise: at, resolve: tell } = Promise.withResolvers<string | undefined>()
  const aside = async (run: Ticks): Promise<void> => {
    await readFile(import.meta.filename) // what woke it
    const error = run.foreignWait('node')
    tell(FossilError.is(error, 'sim.foreignWait') ? error.detail.at : undefined)
  }
  const { run, start, end } = alone((exchange, own) => Promise.all([aside(own), exchange()]), true)
  using _ = run
  await start()
  assert.equal(await at, lineOf('what woke it'))
  await assert.rejects(end(), { code: 'sim.foreignWait' })
})

test('nothing is traced unless it is asked for', async () => {
  assert.equal(await foreignWait(inner, false), undefined)
})
