/**
 * Artifact hashes: form, algorithm by length, naming by policy.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { noBytes, utf8 } from '../base/bytes.ts'
import { present } from '../base/assert.ts'
import {
  type ArtifactHash,
  auxiliaryNameFor,
  hashLike,
  type HashPolicy,
  hashPolicies,
  hashPolicyCode,
  hashPolicyFromCode,
  isArtifactHash,
  matches,
  nameFor,
  parseArtifactHash,
} from './artifact-hash.ts'

const content = utf8('abc')
const sha1Name = name('a9993e364706816aba3e25717850c26c9cd0d89d')
const sha3Name = name('3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532')

test('40 or 64 lowercase hexadecimal digits are an artifact hash', () => {
  assert.equal(parseArtifactHash(sha1Name), sha1Name)
  assert.equal(parseArtifactHash(sha3Name), sha3Name)
})

test('any other length, digit or surrounding is not an artifact hash', () => {
  const wrong = [
    '',
    sha1Name.toUpperCase(),
    sha3Name.toUpperCase(),
    sha1Name.slice(1),
    `${sha1Name}0`,
    sha3Name.slice(1),
    `${sha3Name}0`,
    `${sha1Name}\n`,
    ` ${sha1Name}`,
    `${sha1Name}\0`,
    `g${sha1Name.slice(1)}`,
    `${sha1Name.slice(1)}٠`,
    `x${sha1Name.padEnd(63, '0')}`,
    `x\n${sha1Name}`,
  ]
  for (const text of wrong) {
    assert.equal(isArtifactHash(text), false, JSON.stringify(text))
    assert.equal(parseArtifactHash(text), undefined, JSON.stringify(text))
  }
})

test('the length of a name says which algorithm re-hashes its content', () => {
  assert.equal(hashLike(sha1Name, content), sha1Name)
  assert.equal(hashLike(sha3Name, content), sha3Name)
  assert.equal(hashLike(sha1Name, noBytes).length, 40)
  assert.equal(hashLike(sha3Name, noBytes).length, 64)
})

test('a name matches its content and no other', () => {
  for (const each of [sha1Name, sha3Name]) {
    assert.equal(matches(each, content), true)
    assert.equal(matches(each, utf8('abd')), false)
    assert.equal(matches(each, noBytes), false)
  }
})

test('policies have the codes that stock keeps in its configuration', () => {
  const codes = { sha1: 0, auto: 1, sha3: 2, 'sha3-only': 3, 'shun-sha1': 4 }
  assert.deepEqual(
    Object.fromEntries(hashPolicies.map((policy) => [policy, hashPolicyCode(policy)])),
    codes,
  )
  for (const [policy, code] of Object.entries(codes)) {
    assert.equal(hashPolicyFromCode(code), policy)
  }
  for (const code of [-1, 5, 0.5, Number.NaN]) assert.equal(hashPolicyFromCode(code), undefined)
})

test('a policy names new content and allows at most one other name', () => {
  const names: Record<HashPolicy, [ArtifactHash, ArtifactHash | undefined]> = {
    sha1: [sha1Name, sha3Name],
    auto: [sha1Name, sha3Name],
    sha3: [sha3Name, sha1Name],
    'sha3-only': [sha3Name, undefined],
    'shun-sha1': [sha3Name, undefined],
  }
  for (const policy of hashPolicies) {
    const given = [nameFor(content, policy), auxiliaryNameFor(content, policy)]
    assert.deepEqual(given, names[policy], policy)
  }
})

function name(text: string): ArtifactHash {
  return present(parseArtifactHash(text), `${text} is an artifact hash`)
}
