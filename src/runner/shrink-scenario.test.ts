/**
 * Shrinking of scenarios whose causes are known: no network, a function says what fails.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import type { Override } from '../sim/decision.ts'
import type { ArgumentValues } from './arguments.ts'
import type { Intention } from './operations.ts'
import type { Scenario } from './scenario.ts'
import { shrinkScenario, type ShrinkingModel } from './shrink-scenario.ts'
import type { Signature } from './signature.ts'

interface Toy {
  readonly size: number
}

type ToyScenario = Scenario<Toy>

const lost: Signature = { verdict: 'violated', invariant: 'kept', role: 'client', cause: 'gone' }
const stuck: Signature = { verdict: 'stalled', role: 'client', cause: '' }

function operation(number: number, args: ArgumentValues = {}): Intention {
  return { atMs: number * 1_234, node: 'leaf', id: `leaf#${number}`, op: 'write', args }
}

function fault(use: number, outcome: Override['outcome'] = true): Override {
  return { site: 'net/leaf→hub/replyLost', use, outcome }
}

const scenario: ToyScenario = {
  seed: 1,
  options: { size: 8 },
  operations: Array.from({ length: 20 }, (_, index) => operation(index)),
  faults: Array.from({ length: 10 }, (_, use) => fault(use, use + 100)),
}

/** A model that fails as a function says. */
function toy(fails: (scenario: ToyScenario) => Signature | undefined): ShrinkingModel<Toy> {
  return {
    run: (candidate) => Promise.resolve(fails(candidate)),
    withFewerNodes: () => [],
    simplerOptions: ({ options: { size } }) => (size > 1 ? [{ size: size / 2 }] : []),
  }
}

const needsBoth = ({ operations, faults, options }: ToyScenario): Signature | undefined => {
  const ids = new Set(operations.map(({ id }) => id))
  const isHit = ids.has('leaf#3') && ids.has('leaf#17')
  return isHit && faults.some(({ use }) => use === 4) && options.size >= 2 ? lost : undefined
}

const needsArguments = ({ operations: [first] }: ToyScenario): Signature | undefined => {
  const { parent, text, list } = first?.args ?? {}
  const isWhole = parent === 'leaf#1' && typeof text === 'string' && Array.isArray(list)
  return isWhole && list.includes(22) ? lost : undefined
}

/** The first comes at three seconds or later; the other is free. */
const needsLate = (candidate: ToyScenario): Signature | undefined => {
  const [first] = candidate.operations
  return (first?.atMs ?? 0) >= 3_000 ? needsBoth(candidate) : undefined
}

const oftenStuck = (candidate: ToyScenario): Signature | undefined =>
  needsBoth(candidate) ?? (candidate.operations.length < 5 ? stuck : undefined)

const unlimited = { isSpent: () => false }

suite('shrinking a scenario', () => {
  test('leaves what the failure needs, and nothing else', async () => {
    const shrunk = await shrinkScenario(scenario, toy(needsBoth), unlimited)
    assert.ok(shrunk?.isMinimal)
    const { operations, faults, options } = shrunk.scenario
    assert.deepEqual(
      operations.map(({ id }) => id),
      ['leaf#3', 'leaf#17'],
    )
    assert.deepEqual(
      faults.map(({ use }) => use),
      [4],
    )
    assert.deepEqual(options, { size: 2 })
    assert.deepEqual(shrunk.signature, lost)
  })

  test('moves no operation before one that came before it', async () => {
    const late = { ...scenario, operations: scenario.operations.slice(3) }
    const shrunk = await shrinkScenario(late, toy(needsLate), unlimited)
    assert.deepEqual(
      shrunk?.scenario.operations.map(({ id, atMs }) => [id, atMs]),
      [
        ['leaf#3', 3_000],
        ['leaf#17', 20_000],
      ],
    )
  })

  test('rounds times and amounts', async () => {
    const shrunk = await shrinkScenario(scenario, toy(needsBoth), unlimited)
    assert.deepEqual(
      shrunk?.scenario.operations.map(({ atMs }) => atMs),
      [0, 0],
    )
    assert.deepEqual(
      shrunk?.scenario.faults.map(({ outcome }) => outcome),
      [0],
    )
  })

  test('simplifies arguments and leaves references alone', async () => {
    const args = { parent: 'leaf#1', text: 'some words', list: [1, 22, 3], flag: true }
    const one = { ...scenario, operations: [operation(1, args)], faults: [] }
    const shrunk = await shrinkScenario(one, toy(needsArguments), unlimited)
    assert.deepEqual(shrunk?.scenario.operations[0]?.args, {
      parent: 'leaf#1',
      text: 'some',
      list: [22],
    })
  })

  test('does not slide to another failure', async () => {
    const shrunk = await shrinkScenario(scenario, toy(oftenStuck), unlimited)
    assert.deepEqual(shrunk?.signature, lost)
    assert.equal(shrunk.scenario.operations.length, 2)
  })

  test('leaves out what came to nothing before anything else', async () => {
    const idle = { ...operation(30), op: 'idle' }
    const vain = { ...operation(31), outcome: 'impossible' as const }
    const operations = [...scenario.operations, idle, vain]
    const seen: number[] = []
    const model = toy(needsBoth)
    const run: typeof model.run = (candidate) => {
      seen.push(candidate.operations.length)
      return model.run(candidate)
    }
    await shrinkScenario({ ...scenario, operations }, { ...model, run }, unlimited)
    assert.deepEqual(seen.slice(0, 2), [22, 20])
  })

  test('makes no run twice', async () => {
    const seen = new Set<string>()
    const model = toy(needsBoth)
    const run: typeof model.run = (candidate) => {
      const key = JSON.stringify(candidate)
      assert.ok(!seen.has(key), key)
      seen.add(key)
      return model.run(candidate)
    }
    const shrunk = await shrinkScenario(scenario, { ...model, run }, unlimited)
    assert.equal(shrunk?.runs, seen.size)
  })

  test('ends with the shortest so far where the budget is spent', async () => {
    let left = 12
    const shrunk = await shrinkScenario(scenario, toy(needsBoth), { isSpent: () => left-- <= 0 })
    assert.ok(shrunk && !shrunk.isMinimal)
    assert.deepEqual(needsBoth(shrunk.scenario), lost)
    assert.equal(shrunk.runs, 13)
  })

  test('has nothing to do where nothing fails', async () => {
    assert.equal(
      await shrinkScenario(
        scenario,
        toy(() => undefined),
        unlimited,
      ),
      undefined,
    )
  })
})
