/**
 * Failures as files: a planted bug is shrunk, and its capsule and its test file are what they say.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { FossilError } from '../../base/error.ts'
import { sql } from '../canary/plant.ts'
import { simulate } from '../simulate.ts'
import { type Capsule, formatCapsule, parseCapsule } from './capsule.ts'
import { replayCapsule } from './replay-capsule.ts'
import type { SimulationModel } from '../sweep/model-file.ts'
import { shrinkFailure } from './shrink.ts'
import { testFileOf } from './test-file.ts'
import { whyFails } from './why.ts'

/** Forgets after each sync what it still has to announce. */
const forgetful = sql('DELETE FROM unclustered')
const model: SimulationModel = { config: { makeNode: forgetful } }
const plan = 'hostile,leaves=2,operations=12,durationMs=20000,topology=star,late=0'
const source = { seed: 7, plan }

async function shrunk(): Promise<Capsule> {
  const result = await shrinkFailure(source, { model })
  assert.equal(result.end, 'shrunk')
  assert.ok(result.isMinimal)
  return result.capsule
}

const capsule = await shrunk()

suite('a capsule', () => {
  test('holds the shortest run that fails in the same way', async () => {
    const { signature } = await simulate({ ...model, ...source })
    assert.deepEqual(capsule.signature, signature)
    assert.ok(capsule.operations.length <= 1, JSON.stringify(capsule.operations))
    assert.deepEqual(capsule.faults, [])
    assert.equal(capsule.plan.split(',')[0], 'calm')
    assert.match(capsule.origin.plan, /leaves=2/)
    assert.equal(capsule.code.model, true)
  })

  test('is replayed to the same trace', async () => {
    const { end, misfits, report } = await replayCapsule(capsule, { model })
    assert.deepEqual([end, misfits], ['same', []])
    assert.equal(report.traceHash, capsule.traceHash)
  })

  test('converges where the bug is mended', async () => {
    const { end, report } = await replayCapsule(capsule)
    assert.deepEqual([end, report.verdict], ['converged', 'converged'])
  })

  test('is read as it is written', () => {
    assert.deepEqual(parseCapsule(formatCapsule(capsule)), capsule)
  })

  test('that is none is refused, and nothing is made of it', () => {
    const text = formatCapsule(capsule)
    const json = (change: object): string => JSON.stringify({ ...JSON.parse(text), ...change })
    const malformed = [
      '',
      '[]',
      '{}',
      json({ capsule: 2 }),
      json({ seed: 1.5 }),
      json({ plan: 3 }),
      json({ operations: {} }),
      json({ operations: [{ atMs: 0 }] }),
      json({ faults: [{ site: '' }] }),
      json({ signature: { verdict: 'converged', role: 'none', cause: '' } }),
      json({ origin: null }),
      json({ code: {} }),
      json({ traceHash: null }),
    ]
    for (const each of malformed) {
      assert.throws(
        () => parseCapsule(each),
        (error) => FossilError.is(error, 'option.invalid'),
        each,
      )
    }
  })

  test('of operations that are not there any more says so', async () => {
    const unknown = { ...capsule, operations: [{ ...begin, op: 'fly' }] }
    await assert.rejects(
      () => replayCapsule(unknown),
      (error) => FossilError.is(error, 'option.invalid') && /fly/.test(error.message),
    )
  })

  test('that no longer fits says what does not', async () => {
    const faults = [{ site: 'net/leaf-0→master/replyLost', use: 'poll#900.round#1', outcome: true }]
    const operations = [{ ...begin, outcome: 'refused' as const }]
    const { misfits } = await replayCapsule({ ...capsule, operations, faults })
    assert.deepEqual(misfits, [
      'master#1 (begin) was refused and is acknowledged',
      'the fault net/leaf-0→master/replyLost did not come up at poll#900.round#1',
    ])
  })
})

const begin = {
  atMs: 0,
  node: 'master',
  id: 'master#1',
  op: 'begin',
  args: { user: 'admin', comment: 'begin', changes: [] },
}

suite('a shrunk failure', () => {
  test('is none where the run converges', async () => {
    assert.deepEqual(await shrinkFailure(source), { end: 'converged' })
  })

  test('shrinks from its capsule to the same', async () => {
    const again = await shrinkFailure(capsule, { model })
    assert.equal(again.end, 'shrunk')
    const { signature, operations, faults, origin } = again.capsule
    assert.deepEqual([signature, faults, origin], [capsule.signature, [], capsule.origin])
    assert.equal(operations.length, capsule.operations.length)
  })

  test('names what is necessary', async () => {
    const reasons = await whyFails(capsule, { model, redraws: 2 })
    assert.ok(reasons?.isCalm)
    assert.deepEqual(reasons.signature, capsule.signature)
    assert.equal(reasons.items.length, capsule.operations.length)
    assert.ok(reasons.items.length > 0)
    for (const { isNecessary, failsWhenRedrawn } of reasons.items) {
      assert.ok(isNecessary)
      // Whatever is drawn anew, it shows.
      assert.deepEqual(failsWhenRedrawn, { failed: 2, of: 2 })
    }
    assert.equal(await whyFails(capsule), undefined)
  })
})

suite('the test file of a failure', () => {
  test('takes from a model nothing that the plan says', () => {
    const text = testFileOf(capsule, { model: './my-agent.ts' })
    assert.doesNotMatch(text, /\.\.\.model,|workloads/)
  })

  const faults = [{ site: 'net/leaf-0→master/replyLost', use: 'poll#3.round#1', outcome: true }]
  const story: Capsule = {
    ...capsule,
    operations: [{ ...begin, args: { comment: `it's "so"\n` }, outcome: 'acknowledged' }],
    faults,
    code: {
      trilobite: '0.1.0',
      node: '26.0.0',
      commit: '0123456789abcdef0123456789abcdef01234567',
    },
  }

  test('reads as a story', () => {
    const text = testFileOf(story)
    assert.match(
      text,
      /Found by seed 7 at commit 0123456789, and shrunk to 1 operation and 1 fault\.\n/,
    )
    assert.match(text, /\/\/ 0 s: master does begin\n/)
    assert.match(text, /\/\/ leaf-0 to master, poll 3, round 1: the reply is lost\n/)
    assert.match(text, /args: \{ comment: 'it\\'s "so"\\n' \} \},\n/)
    assert.match(text, /test\('announced holds on a client', \(\) =>\n/)
  })

  test('imports the model that takes part in it', () => {
    const text = testFileOf(story, { model: './my-agent.ts', hasWorkloads: true })
    assert.match(text, /import model from '\.\/my-agent\.ts'\n/)
    assert.match(text, /\.\.\.model\.config,/)
    assert.match(text, /workloads: model\.workloads,/)
  })
})
