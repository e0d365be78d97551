/**
 * Small histories for the tests of merges: check-ins in a line or two, and what a merge comes to in
 * words that a test can be read by.
 * @module
 */

import assert from 'node:assert/strict'

import { fromUtf8, utf8 } from '../base/bytes.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { checkinFiles } from '../history/files.ts'
import { readArtifact } from '../repo/content.ts'
import { TestEnv } from '../repo/fixture.suite.ts'
import { checkin, type CheckinOptions, type FileChange } from '../write/checkin.ts'
import { commitMerge } from './commit.ts'
import { type MergePlan, planMerge } from './plan.ts'

/**
 * Files by name: their text; `null` for one that goes; or more than text.
 */
export type Edits = Readonly<
  Record<
    string,
    | string
    | null
    | (Partial<Omit<FileChange, 'name' | 'content'>> & {
        readonly text?: string
        readonly bytes?: Uint8Array
        /** Takes the file of this name away first. */
        readonly replaces?: boolean
      })
  >
>

/** A repository in which every check-in is a second after the one before. */
export class Story {
  readonly env = new TestEnv()
  readonly repo = memoryRepo({}, this.env)

  /** A check-in; the first one of a line where it has no parent. Others may follow its parent. */
  commit(
    parent: ArtifactHash | undefined,
    edits: Edits,
    more: Partial<CheckinOptions> = {},
  ): ArtifactHash {
    this.env.nowMs += 1000
    const usual = { comment: 'c', user: 'u', fork: 'allow', allowEmpty: true } as const
    const place = parent === undefined ? { newRoot: true } : { parent }
    return checkin(this.repo, { ...usual, ...place, changes: changesOf(edits), ...more }).hash
  }

  /** Two lines from one check-in. */
  fork(base: Edits, target: Edits, source: Edits): Pick<MergePlan, 'source' | 'target'> {
    const pivot = this.commit(undefined, base)
    return { target: this.commit(pivot, target), source: this.commit(pivot, source) }
  }

  plan(fork: Parameters<typeof planMerge>[1]): MergePlan {
    return planMerge(this.repo, fork)
  }

  /** Writes a merge. */
  merge(
    fork: Parameters<typeof planMerge>[1],
    options: Partial<Parameters<typeof commitMerge>[2]> = {},
  ): ArtifactHash {
    this.env.nowMs += 1000
    const usual = { comment: 'm', user: 'u', fork: 'allow' } as const
    return commitMerge(this.repo, this.plan(fork), { ...usual, ...options }).hash
  }

  /** The text of every file; after it `x` or `l` for an executable or a link. */
  files(of: ArtifactHash): Record<string, string> {
    const letters = { regular: '', executable: ' x', symlink: ' l' }
    return Object.fromEntries(
      [...checkinFiles(this.repo, of).values()].map(({ name, hash, permission }) => [
        name,
        fromUtf8(readArtifact(this.repo, hash)) + letters[permission],
      ]),
    )
  }
}

/** The changes of a plan, and its conflicts, each as a line. */
export function told({ files, conflicts }: MergePlan): string[] {
  return [
    ...files.map(({ name, change, permission, target }) => {
      const from = target === undefined || target.name === name ? '' : `${target.name} to `
      const isChanged = target !== undefined && target.permission !== permission
      return `${change} ${from}${name}${isChanged && change !== 'deleted' ? ` ${permission}` : ''}`
    }),
    ...conflicts.map(({ kind, name }) => `conflict: ${kind} ${name}`),
  ]
}

/** Fails where a merge of a fork of three trees does not come to `expected`, in both directions. */
export function mergesTo(
  [base, target, source]: readonly [Edits, Edits, Edits],
  expected: { readonly told: readonly string[]; readonly files?: Record<string, string> },
): void {
  const story = new Story()
  using _ = story.repo
  const fork = story.fork(base, target, source)
  const plan = story.plan(fork)
  assert.deepEqual(told(plan), expected.told)
  const swapped = story.plan({ source: fork.target, target: fork.source })
  assert.equal(swapped.conflicts.length, plan.conflicts.length)
  if (expected.files === undefined) return
  const merged = story.merge(fork)
  assert.deepEqual(story.files(merged), expected.files)
  const other = story.merge({ source: fork.target, target: fork.source })
  assert.deepEqual(story.files(other), expected.files)
}

function changesOf(edits: Edits): FileChange[] {
  return Object.entries(edits).flatMap(([name, edit]) => {
    const gone = { name, content: undefined }
    if (edit === null) return [gone]
    if (typeof edit === 'string') return [{ name, content: utf8(edit) }]
    const { text, bytes, replaces = false, ...more } = edit
    const content = bytes ?? (text === undefined ? undefined : utf8(text))
    return [...(replaces ? [gone] : []), { name, content, ...more }]
  })
}
