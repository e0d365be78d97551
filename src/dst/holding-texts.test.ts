/**
 * Lines that tell what nodes come to hold: all of it, nothing else, and no part of the run.
 * @module
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { holdingTexts } from './holding-texts.ts'
import { simulate } from './simulate.ts'
import { TraceLines } from './trace-lines.suite.ts'

const options = {
  seed: 8,
  plan: 'leaves=2,operations=30,durationMs=20000,mix=kinds+uv+upkeep+tables,faults=crash',
}

test('lines of holdings add up to what each node holds, and the run is the same', async () => {
  const { lines, onTraceLine } = new TraceLines()
  const ended = new Map<string, readonly string[]>()
  const { traceHash, verdict } = await simulate({
    ...options,
    config: { onTraceLine, describesHoldings: true },
    onEnd: (simulator) => {
      for (const { id, repo } of simulator.nodes()) ended.set(id, holdingTexts(repo).sort())
    },
  })
  assert.equal(verdict, 'converged')
  const held = new Map<string, Set<string>>()
  const digest = createHash('sha256')
  for (const line of lines) {
    if (!line.includes('"type":"holding"')) {
      digest.update(`${line}\n`)
      continue
    }
    const { node, gained = [], lost = [] }: HoldingLine = JSON.parse(line)
    const things = held.get(node) ?? new Set()
    for (const thing of lost) assert.ok(things.delete(thing), `${node} had ${thing}`)
    for (const thing of gained) things.add(thing)
    held.set(node, things)
  }
  assert.deepEqual(
    [...ended].map(([id, things]) => [id, [...new Set(things)]]),
    [...ended.keys()].map((id) => [id, [...(held.get(id) ?? [])].sort()]),
  )
  assert.equal(digest.digest('hex'), traceHash)
  assert.equal((await simulate(options)).traceHash, traceHash)
})

interface HoldingLine {
  readonly node: string
  readonly gained?: readonly string[]
  readonly lost?: readonly string[]
}
