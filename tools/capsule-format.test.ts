/**
 * The format of a capsule is what its schema says.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { capsuleTexts, DefaultNode, shrinkFailure, type SimulationModel } from 'trilobite/dst'

import { type JsonObject, problemOf } from './json-schema.ts'

/** A node that fails when it has synced once. */
const model: SimulationModel = {
  config: {
    makeNode: ({ repo, transport }) => {
      const node = new DefaultNode(repo, transport)
      return {
        repo,
        tick: async (event) => {
          await node.tick(event)
          throw new RangeError('out of order')
        },
      }
    },
  },
}

test('a capsule satisfies the schema, and nothing that lacks a part of it does', async () => {
  const path = join(import.meta.dirname, '../docs/capsule.schema.json')
  const schema: JsonObject = JSON.parse(readFileSync(path, 'utf8'))
  const plan = 'leaves=1,operations=3,durationMs=20000,login=no,late=0'
  const result = await shrinkFailure({ seed: 1, plan }, { model })
  assert.equal(result.end, 'shrunk')
  const json: JsonObject = JSON.parse(capsuleTexts(result.capsule).file)
  assert.equal(problemOf(json, schema), undefined)
  for (const name of Object.keys(json)) {
    const { [name]: _, ...rest } = json
    assert.notEqual(problemOf(rest, schema), undefined, name)
  }
})
