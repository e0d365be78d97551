/**
 * Tools that the tests of this folder share: written artifacts, as text.
 * @module
 */

import assert from 'node:assert/strict'

import { fromUtf8 } from '../base/bytes.ts'
import { ridOf } from '../repo/blob.ts'
import type { Written } from './artifact.ts'
import { checkin, type CheckinOptions } from './checkin.ts'
import { readArtifact } from '../repo/content.ts'
import type { Repo } from '../repo/repo.ts'
import type { NamedArtifact } from '../repo/rid.ts'

/** The D card of what is written in a world that stands still. */
export const dateCard = 'D 2023-11-14T22:13:20.000'

/** The D card of what replaces something there, and must be later by so much. */
export function dateCardAfter(laterMs: number): string {
  return dateCard.replace(/0{3}$/, String(laterMs).padStart(3, '0'))
}

/** The author of everything written here. */
export const ada = { user: 'ada' }

/** The cards of an artifact, without the Z card. */
export function cardsOf(repo: Repo, written: Written | undefined): string[] {
  if (written === undefined) return assert.fail('nothing was written')
  const lines = fromUtf8(readArtifact(repo, written.hash)).split('\n')
  assert.match(lines.at(-2) ?? '', /^Z [0-9a-f]{32}$/)
  return lines.slice(0, -2)
}

/** A check-in with usual comment and user, which may change nothing, fork, and begin a line. */
export function commit(repo: Repo, options: Partial<CheckinOptions> = {}): NamedArtifact {
  const usual = { changes: [], comment: 'c', user: 'u', allowEmpty: true, fork: 'allow' } as const
  const newRoot = options.parent === undefined
  const { hash } = checkin(repo, { ...usual, newRoot, ...options })
  return { rid: ridOf(repo, hash), hash }
}
