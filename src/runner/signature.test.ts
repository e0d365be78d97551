/**
 * Signatures of failures: the same for the same way to fail, others for other ways.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { FossilError } from '../base/error.ts'
import type { Topology } from './model.ts'
import { signatureOf, signatureText } from './signature.ts'
import type { RunOutcome } from './verdict.ts'

const topology: Topology = {
  nodes: ['master', 'leaf-1', 'leaf-10'],
  links: [
    { from: 'leaf-1', to: 'master' },
    { from: 'leaf-10', to: 'leaf-1' },
  ],
}

const moment = { step: 12, simulatedMs: 5 }

function violated(node: string, detail: string): RunOutcome {
  return { verdict: 'violated', violation: { invariant: 'nothing-lost', node, detail, ...moment } }
}

function failed(error: Error): RunOutcome {
  return { verdict: 'failed', failure: { node: 'master', error, ...moment } }
}

function stalled(...nodes: string[]): RunOutcome {
  const restless = nodes.map((node) => ({ node, lacks: 'it looks at nothing' }))
  return { verdict: 'stalled', restless }
}

function textOf(outcome: RunOutcome): string | undefined {
  const signature = signatureOf(outcome, topology)
  return signature && signatureText(signature)
}

suite('signatures', () => {
  test('leave out hashes, names of nodes, quoted texts and numbers', () => {
    const hash = 'f1841f0e1e954a6b624984cec66d72bb89b53b7e'
    const detail = `${hash} came from leaf-10 as "a b" in 12 parts`
    const said = 'violated nothing-lost on a client: <hash> came from <node> as <text> in <n> parts'
    assert.equal(textOf(violated('leaf-10', detail)), said)
  })

  test('take a number for one, whatever the length of its fraction', () => {
    const texts = ['2461041.5012345678', '2461041.25', '7'].map((time) =>
      textOf(violated('master', `it has mtime ${time}`)),
    )
    assert.deepEqual(
      new Set(texts),
      new Set(['violated nothing-lost on a server: it has mtime <n>']),
    )
  })

  test('tell servers, clients and peers apart', () => {
    const roles = ['master', 'leaf-1', 'leaf-10', 'nobody'].map(
      (node) => signatureOf(violated(node, 'gone'), topology)?.role,
    )
    assert.deepEqual(roles, ['server', 'peer', 'client', 'none'])
  })

  test('name a coded error by its code, and any other by its message', () => {
    const coded = new FossilError('artifact.missing', { name: 'abc' })
    assert.equal(textOf(failed(coded)), 'failed on a server: artifact.missing')
    const uncoded = new TypeError('x is 7')
    assert.equal(textOf(failed(uncoded)), 'failed on a server: TypeError: x is <n>')
  })

  test('have a role where all restless nodes have one', () => {
    assert.equal(textOf(stalled('leaf-10')), 'stalled on a client')
    assert.equal(textOf(stalled('leaf-10', 'master')), 'stalled')
  })

  test('are not there where a run converged', () => {
    assert.equal(signatureOf({ verdict: 'converged' }, topology), undefined)
  })
})
