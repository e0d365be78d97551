/**
 * Publishing: a private line becomes public as a whole, and is sent.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { createRepo } from '../crosslink/open.ts'
import { rebuild } from '../crosslink/rebuild.ts'
import { verify } from '../crosslink/verify.ts'
import { openDatabase } from '../db/node.ts'
import { type ArtifactHash, parseArtifactHash } from '../hash/artifact-hash.ts'
import { privateArtifacts } from '../repo/blob.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { shun } from '../repo/shun.ts'
import { checkin, manifestFiles } from '../write/checkin.ts'
import { addTag } from '../write/tag.ts'
import { publish } from './publish.ts'

interface Line {
  readonly repo: Repo
  readonly base: ArtifactHash
  readonly secrets: readonly ArtifactHash[]
}

/** A public check-in, and three private ones after it, one tagged. */
function privateLine(): Line {
  const repo = createRepo(openDatabase(), systemEnv, { hashPolicy: 'sha1' })
  const write = (name: string, parent?: ArtifactHash): ArtifactHash =>
    checkin(repo, {
      changes: [{ name, content: utf8(`${name}\n`) }],
      comment: name,
      user: 'u',
      fork: 'allow',
      ...(parent === undefined ? { newRoot: true } : { parent, isPrivate: true, branch: 'secret' }),
    }).hash
  const base = write('base')
  const one = write('one', base)
  const two = write('two', one)
  const three = write('three', two)
  addTag(repo, { target: two, name: 'release' }, { user: 'u' })
  return { repo, base, secrets: [one, two, three] }
}

function secretCheckins({ repo, secrets }: Line): ArtifactHash[] {
  const names = new Set(privateArtifacts(repo).map(({ hash }) => hash))
  return secrets.filter((hash) => names.has(hash))
}

test('a check-in goes public with those it follows, their files and tags, and is queued', () => {
  const line = privateLine()
  using repo = line.repo
  const [, two, three] = line.secrets
  const before = privateArtifacts(repo).length
  const published = publish(repo, two === undefined ? [] : [two])
  assert.deepEqual(secretCheckins(line), [three])
  // Two check-ins, a file each, and the tag.
  assert.equal(published.length, 5)
  assert.equal(privateArtifacts(repo).length, before - 5)
  const unsent = dbOf(repo)
    .prepare<[string]>('SELECT uuid FROM unsent JOIN blob USING(rid)')
    .all()
    .map(([uuid]) => uuid)
  for (const hash of published) assert.ok(unsent.includes(hash), hash)
  assert.deepEqual(verify(repo).differences, [])
})

test('a check-in that merges a line and closes it stays private with its files', () => {
  const line = privateLine()
  using repo = line.repo
  const [one, , three] = line.secrets
  assert.ok(one && three)
  const other = checkin(repo, {
    changes: [{ name: 'other', content: utf8('other\n') }],
    comment: 'other',
    user: 'u',
    parent: line.base,
    isPrivate: true,
    branch: 'other',
  }).hash
  const merger = checkin(repo, {
    changes: [{ name: 'merged', content: utf8('merged\n') }],
    comment: 'merge',
    user: 'u',
    parent: other,
    mergedParents: [three],
    integrate: true,
  })
  publish(repo, [three])
  const secret = new Set(privateArtifacts(repo).map(({ hash }) => hash))
  assert.deepEqual(secretCheckins(line), [])
  for (const hash of [other, ...merger.newArtifacts]) assert.ok(secret.has(hash), hash)
})

test('what is public already stays as it is', () => {
  const line = privateLine()
  using repo = line.repo
  assert.deepEqual(publish(repo, [line.base]), [])
  assert.equal(secretCheckins(line).length, 3)
})

test('a check-in that is not here is an error, and nothing changes', () => {
  const line = privateLine()
  using repo = line.repo
  const nowhere = parseArtifactHash('e'.repeat(40))
  assert.ok(nowhere)
  assert.throws(() => publish(repo, [...line.secrets, nowhere]), { code: 'artifact.missing' })
  assert.equal(secretCheckins(line).length, 3)
})

test('files go public with a check-in whose parent is shunned', () => {
  const line = privateLine()
  using repo = line.repo
  const [one, two] = line.secrets
  assert.ok(one && two)
  publish(repo, [one])
  shun(repo, [one])
  rebuild(repo)
  publish(repo, [two])
  const secret = new Set(privateArtifacts(repo).map(({ hash }) => hash))
  for (const { hash } of manifestFiles(repo, two).values()) assert.ok(hash && !secret.has(hash))
  assert.deepEqual(verify(repo).differences, [])
})
