/**
 * The meaning of a check-in: what its author asked for, on top of what its parents were meant to
 * be. The rules are those of src/write/checkin.ts, written down a second time.
 * @module
 */

import type { DeckTag } from '../../deck/deck.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import type { Author } from '../../write/artifact.ts'
import type { newBranch } from '../../write/branch.ts'
import type { CheckinOptions, FileChange } from '../../write/checkin.ts'
import { heldTag, saidNames } from '../history-sayings.ts'
import type { CheckinSaying, SaidFile } from '../said.ts'
import { contentSaid, datedAfter, type Heard } from './heard.ts'

/** A check-in as it is asked for. Undefined as a parent: it follows nothing. */
export interface AskedCheckin {
  readonly kind: 'checkin'
  readonly options: CheckinOptions
}

/** A branch as it is asked for. */
export interface AskedBranch {
  readonly kind: 'branch'
  readonly branch: Parameters<typeof newBranch>[1]
  readonly author: Author
}

/** Undefined if it follows a check-in that nobody told of. */
export function checkinMeaning({ options }: AskedCheckin, heard: Heard): CheckinSaying | undefined {
  const { parent, comment, user } = options
  const { checkins } = heard.history()
  const before = parent === undefined ? undefined : checkins.get(parent)
  if (parent !== undefined && before === undefined) return undefined
  const isPrivate = options.isPrivate === true || (parent !== undefined && heard.isSecret(parent))
  const mayName = (hash: ArtifactHash): boolean =>
    hash !== parent && (isPrivate || !heard.isSecret(hash))
  const merged = [...new Set(options.mergedParents)].filter(mayName)
  return {
    kind: 'checkin',
    user,
    dateMs: datedAfter(heard, options.dateMs),
    comment,
    parents: parent === undefined ? [] : [parent, ...merged],
    cherrypicks: (options.cherrypicks ?? []).filter(({ target }) => mayName(target)),
    tags: tagsOf(options, heard, merged),
    files: filesAfter(before?.files ?? new Map(), options.changes),
    baseline: options.deltaManifest === true ? (before?.baseline ?? parent) : undefined,
  }
}

/** A branch begins with a check-in that has the files of the one it leaves. */
export function branchMeaning(
  { branch, author }: AskedBranch,
  heard: Heard,
): CheckinSaying | undefined {
  const { name, basis } = branch
  const before = heard.history().checkins.get(basis)
  if (before === undefined) return undefined
  const isPrivate = branch.isPrivate === true || heard.isSecret(basis)
  const color = branch.color ?? (isPrivate ? '#fec084' : '')
  return {
    kind: 'checkin',
    user: author.user,
    dateMs: datedAfter(heard, author.dateMs),
    comment: `Create new branch named "${name}"`,
    parents: [basis],
    cherrypicks: [],
    tags: [
      ...onBranch(name, namesOf(heard, basis, 'all')),
      ...(color === '' ? [] : [own('*', 'bgcolor', color)]),
    ],
    files: filesAfter(before.files, []),
    baseline: before.baseline,
  }
}

function tagsOf(options: CheckinOptions, heard: Heard, merged: readonly ArtifactHash[]): DeckTag[] {
  const { parent, color, branchColor, tags = [] } = options
  const branch = options.branch ?? (parent === undefined ? 'trunk' : undefined)
  const left = (): string[] => (parent === undefined ? [] : namesOf(heard, parent, 'propagating'))
  return [
    ...(branch === undefined ? [] : onBranch(branch, left())),
    ...(branchColor === undefined ? [] : [own('*', 'bgcolor', branchColor)]),
    ...(color === undefined ? [] : [own('+', 'bgcolor', color)]),
    ...(options.closed === true ? [own('+', 'closed')] : []),
    ...(options.integrate === true ? closings(heard, merged) : []),
    ...tags.map((name) => own('+', `sym-${name}`)),
  ]
}

function onBranch(branch: string, left: readonly string[]): DeckTag[] {
  const gone = left.filter((name) => name !== branch)
  return [
    own('*', 'branch', branch),
    own('*', `sym-${branch}`),
    ...gone.map((name) => own('-', `sym-${name}`)),
  ]
}

/** Ends of merged lines that are open: an integration closes them. */
function closings(heard: Heard, merged: readonly ArtifactHash[]): DeckTag[] {
  const history = heard.history()
  return merged
    .filter((hash) => history.ends.has(hash) && !heldTag(history, hash, 'closed'))
    .map((target) => ({ action: '+', name: 'closed', target }))
}

/** Names that a child on another branch leaves behind. */
function namesOf(heard: Heard, parent: ArtifactHash, which: 'all' | 'propagating'): string[] {
  const history = heard.history()
  if (heldTag(history, parent, 'branch') !== undefined) return saidNames(history, parent, which)
  // Somebody took the branch away, or nothing was read for want of a baseline: then it is the one
  // that the line began with, as the manifests say.
  for (let at: ArtifactHash | undefined = parent; at !== undefined;) {
    const says: CheckinSaying | undefined = history.manifests.get(at)
    const begun = says?.tags.find(({ name, target }) => name === 'branch' && target === '*')
    if (begun?.value !== undefined) return [begun.value]
    at = says?.parents[0]
  }
  return []
}

function own(action: DeckTag['action'], name: string, value?: string): DeckTag {
  return { action, name, target: '*', ...(value === undefined ? {} : { value }) }
}

/** All changes at once: what goes away may make room for what comes. */
function filesAfter(
  before: ReadonlyMap<string, SaidFile>,
  changes: readonly FileChange[],
): Map<string, SaidFile> {
  const after = new Map(
    [...before].map(([name, { sha1, sha3, permission }]) => {
      return [name, { sha1, sha3, permission }] as [string, SaidFile]
    }),
  )
  for (const change of changes) {
    if (isGone(change)) after.delete(change.name)
    else if (change.renamedFrom !== undefined) after.delete(change.renamedFrom)
  }
  for (const change of changes) {
    const file = isGone(change) ? undefined : fileAfter(before, change)
    if (file !== undefined) after.set(change.name, file)
  }
  return after
}

function fileAfter(
  before: ReadonlyMap<string, SaidFile>,
  { name, content, permission, renamedFrom }: FileChange,
): SaidFile | undefined {
  const source = before.get(renamedFrom ?? name)
  const said = content === undefined ? source : contentSaid(content)
  if (said === undefined) return undefined
  return {
    sha1: said.sha1,
    sha3: said.sha3,
    permission: permission ?? source?.permission ?? 'regular',
    ...(renamedFrom === undefined ? {} : { priorName: renamedFrom }),
  }
}

/** A file is taken away. */
function isGone({ content, renamedFrom }: FileChange): boolean {
  return content === undefined && renamedFrom === undefined
}
