/**
 * Every operation that writes artifacts has a forecast: one without would be believed in all that
 * it writes.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { operationGroups } from '../operations/all.ts'
import { simulate } from '../simulate.ts'
import { forecasts } from './forecasts.ts'

/** Operations of people who write nothing new: they move, hide and bring back what is there. */
const othersGroups = ['upkeep', 'graveyard', 'local', 'byHand', 'looks'] as const

test('operations that make artifacts have forecasts', async () => {
  const made = new Set<string>()
  const onTraceLine = (line: string): void => {
    const { type, op, artifacts }: Readonly<Record<string, unknown>> = JSON.parse(line)
    if (type === 'operation' && typeof op === 'string' && Number(artifacts) > 0) made.add(op)
  }
  const names = Object.values(operationGroups).flatMap((group) => group.map(({ name }) => name))
  const plan = `calm,leaves=2,operations=300,durationMs=120000,private=yes,mix=${names.join('+')}`
  for (const seed of [1, 2]) await simulate({ seed, plan, config: { onTraceLine } })
  const others = new Set<string>(
    othersGroups.flatMap((group) => operationGroups[group].map(({ name }) => name)),
  )
  const unforeseen = [...made].filter((name) => !forecasts.has(name) && !others.has(name))
  assert.deepEqual(unforeseen, ['release'])
  assert.deepEqual(
    [...forecasts.keys()].filter((name) => !made.has(name)),
    [],
  )
})
