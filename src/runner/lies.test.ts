/**
 * Lies: the model says how a message can be changed, the runner when, as a fault like any other.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { FossilError } from '../base/error.ts'
import type { Decision, Override } from '../sim/decision.ts'
import { calmLink, type LinkConfig, noFaults } from '../sim/link.ts'
import type { TraceEvent } from '../sim/trace.ts'
import type { Lie, Mutation, MutationContext } from './mutation.ts'
import { Simulation } from './simulation.ts'
import { counters, type CounterWorld, counting, messageOf } from './toy.suite.ts'

/** A counter that has never counted. */
const forgetful: Mutation = {
  name: 'forgetful',
  mutate: () => messageOf({ counts: new Map() }),
}

const stale: Mutation = {
  name: 'stale',
  mutate: (_message, draw, { earlier }) =>
    earlier.length === 0 ? undefined : draw.pick(earlier).bytes,
}

const lyingLink: LinkConfig = { ...calmLink, lies: { requests: 300_000, replies: 100_000 } }

interface Run {
  readonly simulation: Simulation<CounterWorld>
  readonly lies: Lie[]
  readonly events: (type: string) => TraceEvent[]
}

interface RunOptions {
  readonly link?: LinkConfig
  readonly mutations?: readonly Mutation[]
  readonly overrides?: readonly Override[]
  readonly unlisted?: 'drawn' | 'benign'
}

/** Two counters that count for a minute. */
async function runOf(options: RunOptions = {}): Promise<Run> {
  const { link = lyingLink, mutations = [forgetful, stale], overrides, unlisted } = options
  const lines: string[] = []
  const lies: Lie[] = []
  const model = {
    ...counters(),
    message: { mutations },
    lied: (lie: Lie): void => void lies.push(lie),
  }
  const simulation = new Simulation<CounterWorld>(model, {
    seed: 4,
    pollIntervalMs: 3_000,
    link,
    checks: { every: 50, from: 0, thoroughEvery: 1 },
    overrides,
    unlisted,
    onTraceLine: (line) => void lines.push(line),
  })
  counting(simulation).start()
  await simulation.runUntil(simulation.clock().startMs + 60_000)
  const events = (type: string): TraceEvent[] =>
    lines.map((line): TraceEvent => JSON.parse(line)).filter((event) => event.type === type)
  return { simulation, lies, events }
}

function lastOf(site: string): (decision: Decision) => boolean {
  return (decision) => decision.site.endsWith(site)
}

suite('a lie', () => {
  test('is a decision of its link and direction, named by the exchange', async () => {
    const { simulation, lies } = await runOf()
    const decisions = simulation.decisions()
    assert.ok(decisions.length > 10)
    for (const { site, use, outcome } of decisions) {
      assert.match(site, /^net\/(left→right|right→left)\/(lied|replyLied)$/)
      assert.match(String(use), /^poll#\d+\.round#\d+$/)
      assert.ok(outcome === 'forgetful' || outcome === 'stale')
    }
    assert.equal(simulation.lies, decisions.length)
    assert.deepEqual(
      lies.map(({ mutation, isReply }) => [mutation, isReply]),
      decisions.map(({ site, outcome }) => [outcome, site.endsWith('replyLied')]),
    )
  })

  test('strikes each direction at its own rate', async () => {
    const requests = await runOf({
      link: { ...calmLink, lies: { requests: 1_000_000, replies: 0 } },
    })
    assert.deepEqual(requests.simulation.decisions().filter(lastOf('/replyLied')), [])
    assert.ok(
      requests.events('request').every(({ faults }) => JSON.stringify(faults) === '["lied"]'),
    )
    const replies = await runOf({
      link: { ...calmLink, lies: { requests: 0, replies: 1_000_000 } },
    })
    assert.deepEqual(replies.simulation.decisions().filter(lastOf('/lied')), [])
    assert.ok(replies.events('reply').every(({ faults }) => JSON.stringify(faults) === '["lied"]'))
  })

  test('is in the trace as it is sent, behind the decision', async () => {
    const { events } = await runOf({ mutations: [forgetful] })
    const lied = [...events('request'), ...events('reply')].filter(({ faults }) => faults)
    const { length } = messageOf({ counts: new Map() })
    assert.ok(lied.length > 10 && lied.every(({ bytes }) => bytes === length))
    assert.equal(events('fault').length, lied.length)
  })

  test('is told by the mutation of another name where that one does not apply', async () => {
    const never: Mutation = { name: 'never', mutate: () => undefined }
    const same: Mutation = { name: 'same', mutate: (message) => message.slice() }
    const { simulation } = await runOf({ mutations: [never, forgetful, same] })
    assert.deepEqual(
      new Set(simulation.decisions().map(({ outcome }) => outcome)),
      new Set(['forgetful']),
    )
    assert.deepEqual((await runOf({ mutations: [never, same] })).simulation.decisions(), [])
  })

  test('knows the request that it answers, and what its node has said before', async () => {
    const seen: MutationContext[] = []
    const watching: Mutation = {
      name: 'watching',
      mutate: (_message, _draw, context) => void seen.push(context),
    }
    await runOf({
      mutations: [watching],
      link: { ...calmLink, lies: { requests: 1_000_000, replies: 1_000_000 } },
    })
    const replies = seen.filter(({ request }) => request !== undefined)
    assert.ok(replies.length > 10 && replies.length < seen.length)
    assert.equal(seen[0]?.earlier.length, 0)
    assert.ok(
      seen.every(
        ({ earlier, to }) => earlier.length <= 8 && earlier.every((each) => each.to === to),
      ),
    )
    assert.ok(replies.at(-1)?.earlier.length === 8)
  })

  test('is not told where the message is lost', async () => {
    const rates = { ...noFaults, requestLost: 1_000_000 }
    const { simulation } = await runOf({ link: { ...lyingLink, rates } })
    assert.equal(simulation.lies, 0)
  })

  test('is told by nobody where a link or the model has none, or faults have ended', async () => {
    assert.equal((await runOf({ link: calmLink })).simulation.lies, 0)
    assert.equal((await runOf({ mutations: [] })).simulation.lies, 0)
    const { simulation } = await runOf()
    const { lies } = simulation
    simulation.endFaults()
    assert.ok(await simulation.settle(600_000))
    simulation.checkSettled()
    assert.equal(simulation.lies, lies)
  })
})

suite('a replay', () => {
  test('of the decisions alone is the same run', async () => {
    const first = await runOf()
    const again = await runOf({ overrides: first.simulation.decisions(), unlisted: 'benign' })
    assert.ok(first.simulation.lies > 10)
    assert.equal(again.simulation.traceHash(), first.simulation.traceHash())
  })

  test('without one lie moves no other, and with another mutation tells that', async () => {
    const first = await runOf({ mutations: [forgetful, stale] })
    const [cancelled, changed, ...others] = first.simulation.decisions()
    assert.ok(cancelled && changed)
    const { simulation } = await runOf({
      overrides: [
        { ...cancelled, outcome: null },
        { ...changed, outcome: changed.outcome === 'stale' ? 'forgetful' : 'stale' },
      ],
    })
    const [other, ...rest] = simulation.decisions()
    assert.deepEqual([other?.site, other?.use], [changed.site, changed.use])
    assert.notEqual(other?.outcome, changed.outcome)
    assert.deepEqual(rest, others)
  })

  test('that asks for a mutation of no such name is a typed error', async () => {
    const [decision] = (await runOf()).simulation.decisions()
    assert.ok(decision)
    await assert.rejects(
      runOf({ overrides: [{ ...decision, outcome: 'honest' }] }),
      (error) => FossilError.is(error, 'option.invalid') && /forgetful, stale/.test(error.message),
    )
  })
})
