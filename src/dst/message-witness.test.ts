/**
 * The witness of messages that fail: what one left behind is found, and nothing else is.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { FossilError } from '../base/error.ts'
import { setConfig, unsetConfig } from '../repo/config.ts'
import type { Repo } from '../repo/repo.ts'
import { setPushTrouble } from '../repo/unsent.ts'
import { addArtifacts, bodyOf, makeRepo } from '../sync/pair.suite.ts'
import type { Card } from '../xfer/card.ts'
import { MessageWitness } from './message-witness.ts'
import type { Finding } from './world.ts'

const refusal = bodyOf({ type: 'error', text: 'wrong project' })
const mismatch = new FossilError('hash.mismatch', { expected: 'a', actual: 'b' })

/** Lets a node answer a request, and do something besides. */
async function answered(reply: Uint8Array, besides: (repo: Repo) => void): Promise<Finding[]> {
  using repo = makeRepo('server')
  const witness = new MessageWitness()
  const seen = await witness.answers({ id: 'master', repo }, () => {
    besides(repo)
    return Promise.resolve(reply)
  })
  assert.equal(seen, reply)
  return witness.leftovers
}

/** Lets a sync of a node end with an error, after it has done something with the last reply. */
function ended(error: Error | undefined, besides: (repo: Repo) => void): Finding[] {
  using repo = makeRepo('client')
  const witness = new MessageWitness()
  const node = { id: 'leaf-0', repo }
  witness.arrives(node, 'master')
  besides(repo)
  witness.ends(node, 'master', error ? { type: 'synced', error } : { type: 'none' })
  witness.ends(node, 'master', { type: 'synced', error: mismatch })
  return witness.leftovers
}

const write = (repo: Repo): void => void addArtifacts(repo, { to: 1 })
const nothing = (): void => {}
const writeAndUndo = (repo: Repo): void => {
  setConfig(repo, 'long', 'y'.repeat(50_000))
  unsetConfig(repo, 'long')
}

suite('a request that is answered with an error', () => {
  test('may leave nothing', async () => {
    assert.deepEqual(await answered(refusal, nothing), [])
    const [finding] = await answered(refusal, write)
    assert.equal(finding?.nodeId, 'master')
    assert.match(finding.detail, /^a request answered with "wrong project" left something in blob,/)
  })

  test('is one also where the project is told first', async () => {
    const push: Card = { type: 'push', serverCode: 'x', projectCode: 'ab'.repeat(20) }
    const reply = bodyOf(push, { type: 'error', text: 'not authorized to clone' })
    assert.equal((await answered(reply, write)).length, 1)
  })

  test('is compared by what is in the tables, not by how it is stored', async () => {
    assert.deepEqual(await answered(refusal, writeAndUndo), [])
  })

  test('is not the one that is answered with anything else', async () => {
    const reply = bodyOf({ type: 'comment', text: 'timestamp' }, { type: 'error', text: 'late' })
    assert.deepEqual(await answered(reply, write), [])
  })
})

suite('a reply that ends a sync', () => {
  test('may leave nothing but the note that a push was not answered', () => {
    assert.deepEqual(ended(mismatch, nothing), [])
    assert.deepEqual(
      ended(mismatch, (repo) => setPushTrouble(repo, 'unanswered')),
      [],
    )
    const [finding, ...others] = ended(mismatch, (repo) => setConfig(repo, 'cookie', 'x'))
    assert.deepEqual(others, [])
    assert.equal(
      finding?.detail,
      'a reply that ended a sync with hash.mismatch left something in config',
    )
  })

  test('is none where the sync ended well, or something else ended it', () => {
    const lost = new FossilError('transport.failed', { reason: 'lost' })
    for (const error of [undefined, lost, new Error('a bug')]) {
      assert.deepEqual(ended(error, write), [])
    }
  })
})
