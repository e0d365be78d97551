/**
 * Names of what is made here.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { hashPolicies, nameFor } from '../hash/artifact-hash.ts'
import { ensureKnown, isShunned } from './blob.ts'
import { config, setConfig, unsetConfig } from './config.ts'
import { readArtifact } from './content.ts'
import { storeContent, storeLocal } from './store.ts'
import { memoryRepo } from './fixture.suite.ts'
import { localName, setHashPolicy } from './hash-policy.ts'

const content = utf8('hello\n')
const sha1 = nameFor(content, 'sha1')
const sha3 = nameFor(content, 'sha3')

test('each policy names new content, and is stored by its number', () => {
  using repo = memoryRepo()
  const expected = [sha1, sha1, sha3, sha3, sha3]
  for (const [code, policy] of hashPolicies.entries()) {
    setHashPolicy(repo, policy)
    assert.equal(config(repo, 'hash-policy'), String(code))
    assert.equal(repo.hashPolicy, policy)
    assert.equal(localName(repo, content), expected[code])
  }
})

test('content held under the other algorithm keeps its name, except under strict policies', () => {
  for (const policy of hashPolicies) {
    using repo = memoryRepo({ hashPolicy: policy })
    const isSha3 = nameFor(content, policy) === sha3
    const [own, other] = isSha3 ? [sha3, sha1] : [sha1, sha3]
    storeContent(repo, { hash: other, content, isPrivate: false })
    // The name of the other algorithm promotes `auto`, and then is its own.
    const isStrict = policy === 'sha3-only' || policy === 'shun-sha1'
    assert.equal(localName(repo, content), isStrict ? own : other, policy)
  }
})

test('content known by its other name only fills that phantom', () => {
  using repo = memoryRepo()
  const rid = ensureKnown(repo, sha1, { isPrivate: false })
  const { hash, ...stored } = storeLocal(repo, content)
  assert.deepEqual([hash, stored], [sha1, { rid, isNew: true }])
  assert.deepEqual(readArtifact(repo, sha1), content)
})

test('a SHA3-256 name promotes auto for good, and no other policy', () => {
  for (const policy of hashPolicies) {
    using repo = memoryRepo({ hashPolicy: policy })
    storeContent(repo, { hash: sha1, content, isPrivate: false })
    assert.equal(repo.hashPolicy, policy)
    storeContent(repo, { hash: sha3, content, isPrivate: false })
    assert.equal(repo.hashPolicy, policy === 'auto' ? 'sha3' : policy)
  }
})

test('without a policy the names that are here decide, once something is made', () => {
  for (const value of [undefined, '9', '-1', 'x']) {
    using repo = memoryRepo()
    if (value === undefined) unsetConfig(repo, 'hash-policy')
    else setConfig(repo, 'hash-policy', value)
    assert.equal(repo.hashPolicy, 'sha3')
    storeContent(repo, { hash: sha1, content, isPrivate: false })
    assert.equal(repo.hashPolicy, 'auto')
    assert.equal(config(repo, 'hash-policy'), value, 'looking settles nothing')
    assert.equal(storeLocal(repo, utf8('b')).hash.length, 40)
    assert.equal(config(repo, 'hash-policy'), '1')
    storeContent(repo, { hash: sha3, content, isPrivate: false })
    assert.equal(config(repo, 'hash-policy'), '2')
  }
})

test('shun-sha1 shuns every SHA-1 name', () => {
  using repo = memoryRepo({ hashPolicy: 'shun-sha1' })
  assert.deepEqual([isShunned(repo, sha1), isShunned(repo, sha3)], [true, false])
  assert.equal(ensureKnown(repo, sha1, { isPrivate: false }), undefined)
  setHashPolicy(repo, 'sha3-only')
  assert.equal(isShunned(repo, sha1), false)
})
