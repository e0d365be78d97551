/**
 * The report of a simulation at its end, for each verdict.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { SimReport } from '../dst/sim-report.ts'
import { simulate } from '../dst/simulate.ts'
import { noFaults } from '../sim/link.ts'
import { jsonReport, textReport } from './sim-report.ts'

const converged = await simulate({ seed: 2, leaves: 2, durationMs: 10_000 })
const stalled: SimReport = { ...converged, verdict: 'stalled' }
const violated: SimReport = {
  ...converged,
  verdict: 'violated',
  violation: {
    invariant: 'phantoms',
    node: 'leaf-1',
    detail: 'it is not listed',
    step: 77,
    simulatedMs: 12_345,
  },
}
const said = { wallMs: 100, replay: 'npx trilobite sim run --seed 2' }

suite('of a run with every kind of artifact', () => {
  test('what was done is named by operation, for people and for programs', async () => {
    const report = await simulate({
      seed: 2,
      leaves: 2,
      durationMs: 20_000,
      allKinds: true,
      operationCount: 120,
    })
    const { operations } = report
    const text = textReport(report, said)
    assert.match(text, /\n {2}operation +acknowledged +refused +impossible\n/)
    for (const name of ['branch', 'forum']) {
      const { acknowledged, refused, impossible } = operations[name] ?? assert.fail()
      const row = new RegExp(`\\n {2}${name} +${acknowledged} +${refused} +${impossible}\\n`)
      assert.match(text, row)
    }
    assert.deepEqual(jsonReport(report, said.replay)['operations'], operations)
  })
})

suite('text', () => {
  test('begins with the verdict and the seed', () => {
    assert.match(textReport(converged, said), /^converged: .* \(seed 2: 3 repositories, /)
    assert.match(textReport(stalled, said), /^stalled: .* \(seed 2: /)
    assert.match(textReport(violated, said), /^violated: .* \(seed 2: /)
  })

  test('of a violation says what, where, when and how to see it again', () => {
    const text = textReport(violated, said)
    for (const line of [
      '  invariant        phantoms\n',
      '  node             leaf-1\n',
      '  detail           it is not listed\n',
      '  first bad event  77, at 12.345 s simulated\n',
      '  replay           npx trilobite sim run --seed 2\n',
    ]) {
      assert.ok(text.includes(line), line)
    }
  })

  test('of a stall says how long it took, and of a core who is in it', () => {
    const core = { nodes: ['master', 'leaf-0'], broken: { 'leaf-1': 'cut' as const } }
    const restless = [{ node: 'leaf-0', lacks: '2 artifacts of master' }]
    const text = textReport({ ...stalled, restless, limitMs: 90_000, core }, said)
    for (const line of [
      '  not at rest      leaf-0\n  lacks            2 artifacts of master\n',
      '  time for it      90.000 s\n',
      '  core             master, leaf-0; broken for good: leaf-1 cut\n',
      '\nbroken for good\n  leaf-1  cut\n',
    ]) {
      assert.ok(text.includes(line), line)
    }
  })

  test('of a stall says how to see it again; of a success it does not', () => {
    assert.ok(textReport(stalled, said).includes(said.replay))
    assert.ok(!textReport(converged, said).includes(said.replay))
  })

  test('sets simulated time against wall time, however little that is', () => {
    const report = { ...converged, simulatedMs: 60_000 }
    assert.match(textReport(report, said), /\n60\.0 s simulated in 0\.1 s \(600x\)\n/)
    assert.match(textReport(report, { ...said, wallMs: 0 }), /\(60000x\)/)
  })

  test('tells of what was lost for good, where anything was', () => {
    assert.doesNotMatch(textReport(converged, said), /losses/)
    const lost = {
      hash: 'a'.repeat(40),
      node: 'leaf-1',
      removal: 'purged',
      simulatedMs: 9_000,
    } as const
    const report = { ...converged, losses: [lost] }
    const row = /\nlosses\n {2}artifact +node +at +why\n {2}a{16} +leaf-1 +9\.0 s +purged\n/
    assert.match(textReport(report, said), row)
    assert.deepEqual(jsonReport(report, said.replay)['losses'], [lost])
  })

  test('lists the faults that struck, or none', () => {
    const episodes = { clog: 0, partial: 0, swizzle: 0, clockJump: 0, clockDrift: 0, broken: 0 }
    const calm = { ...noFaults, ...episodes, partitioned: 0, lies: 0, crash: 0, buggify: 0 }
    assert.match(textReport({ ...converged, faults: calm }, said), /faults injected\n {2}none\n/)
    const one = { ...calm, replyLost: 3 }
    assert.match(
      textReport({ ...converged, faults: one }, said),
      /faults injected\n {2}replyLost {2}3\n/,
    )
  })

  test('that is quiet is the verdict, and what a failure needs', () => {
    assert.equal(textReport(converged, { ...said, quiet: true }), 'converged\n')
    const lines = textReport(violated, { ...said, quiet: true })
      .trimEnd()
      .split('\n')
    assert.equal(lines[0], 'violated')
    assert.ok(lines.some((line) => line.startsWith('  replay  ')))
    assert.ok(lines.every((line) => line === 'violated' || line.startsWith('  ')))
  })
})

suite('of a run with unversioned files', () => {
  const uv = { writes: 7, deletes: 2, refused: 1, sent: 5, received: 12, gimmes: 11 }
  const nodes = converged.nodes.map((node) => ({ ...node, uvFiles: 4 }))
  const report: SimReport = { ...converged, uv, nodes }

  test('the text has a table of them, and how many each node has', () => {
    const text = textReport(report, said)
    assert.match(text, /\n {2}node +artifacts +private +phantoms +files +syncs +errors\n/)
    assert.match(text, /\n {2}master +\d+ +0 +0 +4 +- +-\n/)
    assert.match(text, /\nunversioned files\n {2}writes +7\n {2}deletes +2\n {2}refused +1\n/)
    assert.ok(!/unversioned|files/.test(textReport(converged, said)))
  })

  test('the object has them, too', () => {
    const object = jsonReport(report, said.replay)
    assert.deepEqual(object['uv'], uv)
    assert.match(JSON.stringify(object['nodes']), /"phantoms":0,"uvFiles":4}/)
    assert.ok(!/uv/.test(JSON.stringify(jsonReport(converged, said.replay))))
  })
})

suite('JSON', () => {
  test('has the same fields whatever the verdict, and a violation where there is one', () => {
    const fields = Object.keys(jsonReport(converged, said.replay))
    const failed = [...fields, 'story', 'replay']
    assert.deepEqual(Object.keys(jsonReport(stalled, said.replay)), failed)
    const keys = Object.keys(jsonReport(violated, said.replay))
    assert.deepEqual(keys, [...fields, 'violation', 'story', 'replay'])
    assert.deepEqual(jsonReport(violated, said.replay)['violation'], violated.violation)
  })

  test('says nothing that depends on the machine', () => {
    const text = JSON.stringify(jsonReport(converged, said.replay))
    assert.equal(JSON.stringify(JSON.parse(text)), text)
    assert.ok(!/wall|host|path/i.test(text))
  })
})
