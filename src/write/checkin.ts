/**
 * Writes a check-in: new file contents, and the manifest that names them with everything the
 * parent had.
 * Source: fossil www/fileformat.wiki §2.1; fossil src/checkin.c (create_manifest, commit_cmd).
 * @module
 */

import { FossilError } from '../base/error.ts'
import { repoChecksum } from '../deck/checksum.ts'
import { formatDate } from '../deck/date.ts'
import type { CheckinDeck, Cherrypick, DeckFile } from '../deck/deck.ts'
import { deckIn } from '../repo/deck.ts'
import { compareAsBytes } from '../base/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { findHeld, isPrivate, makePublic } from '../repo/blob.ts'
import { readArtifact, readContent } from '../repo/content.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { NamedArtifact, Rid } from '../repo/rid.ts'
import { deltify, storeLocal } from '../repo/store.ts'
import { artifactOf, isKnownPrivate, type Written } from './artifact.ts'
import { checkinTags, type CheckinTagOptions } from './checkin-tags.ts'
import { isSettingOn } from '../repo/config.ts'
import { branchOf, isClosed, mainBranch, openLeaves, latestCheckin } from '../crosslink/branch.ts'
import { shownDateMs } from '../crosslink/properties.ts'
import {
  applyChanges,
  type FileChange,
  type Files,
  filesSince,
  isSameTree,
  keptFiles,
} from './file-changes.ts'
import { refuseFork } from './place.ts'

export type { FileChange } from './file-changes.ts'

/** A check-in to write. */
export interface CheckinOptions extends CheckinTagOptions {
  readonly changes: readonly FileChange[]
  /** Not empty. */
  readonly comment: string
  /** Of the comment; by default Fossil's wiki text. */
  readonly mimetype?: string
  readonly user: string
  /** The check-in to follow; by default the newest of the main branch, where there is one. */
  readonly parent?: ArtifactHash
  /** Follows nothing, though the repository has check-ins: the first of a line of its own. */
  readonly newRoot?: boolean
  /** Further parents, whose changes this check-in merges. */
  readonly mergedParents?: readonly ArtifactHash[]
  /** Check-ins whose changes it brings in or backs out without following them. */
  readonly cherrypicks?: readonly Cherrypick[]
  /** Keeps the check-in and its new files out of sync. A child of a private check-in is private. */
  readonly isPrivate?: boolean
  /** The time of the check-in, by default now. */
  readonly dateMs?: number
  /**
   * Writes only what differs from the parent's files, or from the baseline that the parent's are
   * written against. For projects of very many files; never asked for by us.
   */
  readonly deltaManifest?: boolean
  /** Accepts a check-in that changes no file and merges nothing. */
  readonly allowEmpty?: boolean
  /** Accepts a check-in that is older than one it follows. */
  readonly allowOlder?: boolean
  /**
   * - `refuse`, the default: the check-in may not follow one that has been followed on its branch,
   *   and no branch may begin under the name of one that is open. Private check-ins fork in any
   *   case. Stock's `commit`.
   * - `allow`: both may be.
   */
  readonly fork?: 'allow' | 'refuse'
}

/** A check-in that was written. */
export interface Checkin extends Written {
  /** The manifest and the file contents that were not here before, in the order of storing. */
  readonly newArtifacts: readonly ArtifactHash[]
  /** The other open leaves of its branch, sorted: where there are any, the branch has forked. */
  readonly forks: readonly ArtifactHash[]
}

/** A check-in that another follows. */
interface Parent extends NamedArtifact {
  readonly deck: CheckinDeck
}

/** The parts of a check-in that are settled before the manifest is made. */
interface Draft {
  readonly parent: Parent | undefined
  readonly merged: readonly ArtifactHash[]
  readonly files: Files
  readonly isPrivate: boolean
}

/**
 * Writes a check-in, in one transaction.
 *
 * The R card, a checksum over all files, costs reading every one of them: it is written where the
 * repository's own setting `repo-cksum` is on, and for a check-in without files, which needs it to
 * be seen by versions before 1.27. Stock's default is on.
 *
 * @example
 * ```ts
 * const { hash } = checkin(repo, {
 *   comment: 'describe the tail',
 *   user: 'ada',
 *   changes: [{ name: 'tail.txt', content: new TextEncoder().encode('short\n') }],
 * })
 * ```
 * @throws {FossilError} `checkin.invalid` for what stock refuses (a bad file name, a change to what
 *   is not there, no change at all, no comment, a date before a parent's, a closed parent) and for
 *   anything else that a manifest cannot say; `checkin.fork` where that is refused;
 *   `artifact.missing` when the manifest of a parent is not here, or a file for the R card;
 *   `artifact.shunned` for content that is banned here; `repo.io`
 */
export function checkin(repo: Repo, asked: CheckinOptions): Checkin {
  return repo.transaction(() => {
    if (asked.comment === '') throw invalid('no comment')
    const options = { ...asked, ...defaultParent(repo, asked) }
    const parent = options.parent === undefined ? undefined : readParent(repo, options.parent)
    const asPrivate =
      options.isPrivate === true || (parent !== undefined && isPrivate(repo, parent.rid))
    if (options.fork !== 'allow') {
      refuseFork(repo, { parent, branch: options.branch, isPrivate: asPrivate })
    }
    const merged = mergedParents(repo, options, asPrivate)
    checkParents(repo, options, parent, merged)
    const newArtifacts: ArtifactHash[] = []
    const store = (content: Uint8Array): NamedArtifact => {
      const { rid, hash, isNew } = storeLocal(repo, content, { isPrivate: asPrivate })
      if (isNew) newArtifacts.push(hash)
      return { rid, hash }
    }
    const before = parent === undefined ? new Map<string, DeckFile>() : filesOf(repo, parent.deck)
    const kept = keptFiles(before)
    const files = applyChanges(repo, { changes: options.changes, before: kept, store })
    const isIdle = parent !== undefined && merged.length === 0 && isSameTree(kept, files)
    if (isIdle && options.allowEmpty !== true) throw invalid('nothing has changed')
    if (!asPrivate) publish(repo, files)
    const draft = { parent, merged: merged.map(({ hash }) => hash), files, isPrivate: asPrivate }
    const { rid, hash } = store(artifactOf(manifestDeck(repo, options, draft)))
    if (parent !== undefined) deltify(repo, parent.rid, rid)
    const follows = parent === undefined ? merged : [parent, ...merged]
    return { hash, newArtifacts, forks: forksOf(repo, options, rid, follows) }
  })
}

/**
 * The files of a check-in by name. A delta manifest is laid over its baseline.
 *
 * @throws {FossilError} `artifact.missing` when the manifest or its baseline is not here;
 *   `checkin.invalid` when the artifact is not a check-in
 */
export function manifestFiles(repo: Repo, hash: ArtifactHash): Map<string, DeckFile> {
  return filesOf(repo, readCheckin(repo, hash))
}

/** Reads the manifest of a check-in; throws as {@link manifestFiles} does. */
export function readCheckin(repo: Repo, hash: ArtifactHash): CheckinDeck {
  const deck = deckIn(repo, readArtifact(repo, hash))
  if (deck?.kind === 'checkin') return deck
  throw invalid(`${hash} is not a check-in`)
}

function filesOf(repo: Repo, deck: CheckinDeck): Map<string, DeckFile> {
  const files = new Map<string, DeckFile>()
  if (deck.baseline !== undefined) {
    for (const file of readCheckin(repo, deck.baseline).files) files.set(file.name, file)
  }
  for (const file of deck.files) {
    if (file.hash === undefined) files.delete(file.name)
    else files.set(file.name, file)
  }
  return files
}

function defaultParent(
  repo: Repo,
  { parent, newRoot = false }: CheckinOptions,
): Pick<CheckinOptions, 'parent'> {
  if (parent !== undefined && newRoot) throw invalid('a new root that follows a check-in')
  const followed = parent ?? (newRoot ? undefined : latestCheckin(repo))
  return followed === undefined ? {} : { parent: followed }
}

function readParent(repo: Repo, hash: ArtifactHash): Parent {
  const deck = readCheckin(repo, hash)
  const rid = findHeld(repo, hash)
  if (rid === undefined) throw new FossilError('artifact.missing', { name: hash })
  return { rid, hash, deck }
}

/**
 * The parents after the first, once each. A public check-in names no private one, which its
 * readers could never get. checkin.c:1762-1777.
 */
function mergedParents(repo: Repo, options: CheckinOptions, asPrivate: boolean): Parent[] {
  const { parent, mergedParents: asked = [] } = options
  if (parent === undefined && asked.length > 0) {
    throw invalid('a merge without a parent to merge into')
  }
  const others = [...new Set(asked)].filter((hash) => hash !== parent)
  return others
    .filter((hash) => asPrivate || !isKnownPrivate(repo, hash))
    .map((hash) => readParent(repo, hash))
}

/** Refuses parents that are closed or of a later date. commit_cmd; checkin_verify_younger. */
function checkParents(
  repo: Repo,
  options: CheckinOptions,
  parent: Parent | undefined,
  merged: readonly Parent[],
): void {
  if (parent === undefined) return
  const staysOnBranch =
    options.branch === undefined || options.branch === branchOf(repo, parent.rid)
  if (staysOnBranch && isClosed(repo, parent.rid)) {
    throw invalid(`${parent.hash} is closed: start another branch`)
  }
  if (options.allowOlder === true) return
  const dateMs = dateOf(repo, options)
  for (const each of [parent, ...merged]) {
    if (dateMs < shownDateMs(repo, each.rid, each.deck)) {
      const shown = formatDate(shownDateMs(repo, each.rid, each.deck), 'seconds')
      const reason =
        `its date is before that of ${each.hash}, which it follows: ${shown}. A clock is or was ` +
        'wrong, here or there'
      throw new FossilError('checkin.invalid', { reason, option: 'allowOlder' })
    }
  }
}

function dateOf(repo: Repo, { dateMs }: CheckinOptions): number {
  return dateMs ?? repo.env.clock.nowMs()
}

/**
 * A public check-in needs its files, so they are public from now on, and those that are not here
 * are asked for in public. checkin.c:1984.
 */
function publish(repo: Repo, files: Files): void {
  const secrets = dbOf(repo)
    .prepare<[rid: Rid, hash: ArtifactHash]>(
      'SELECT rid, uuid FROM private CROSS JOIN blob USING(rid) ORDER BY rid',
    )
    .all()
  if (secrets.length === 0) return
  const needed = new Set([...files.values()].map(({ hash }) => hash))
  for (const [rid, hash] of secrets) if (needed.has(hash)) makePublic(repo, rid)
}

function manifestDeck(repo: Repo, options: CheckinOptions, draft: Draft): CheckinDeck {
  const { parent, merged, files } = draft
  const { comment, user, mimetype } = options
  const checksum = checksumOf(repo, files)
  return {
    kind: 'checkin',
    ...(options.deltaManifest === true ? deltaOf(repo, draft) : { files: [...files.values()] }),
    comment,
    dateMs: dateOf(repo, options),
    ...(mimetype === undefined || mimetype === '' ? {} : { mimetype }),
    parents: parent === undefined ? [] : [parent.hash, ...merged],
    cherrypicks: cherrypicksOf(repo, options, draft),
    ...(checksum === undefined ? {} : { repoChecksum: checksum }),
    tags: checkinTags(repo, options, { parent, merged }),
    user,
  }
}

function deltaOf(
  repo: Repo,
  { parent, files, isPrivate: asPrivate }: Draft,
): Pick<CheckinDeck, 'files'> & { baseline: ArtifactHash } {
  if (parent === undefined) throw invalid('a delta manifest without a parent')
  if (isSettingOn(repo, 'forbid-delta-manifests')) throw invalid('delta manifests are forbidden')
  const baseline = parent.deck.baseline ?? parent.hash
  if (!asPrivate && isKnownPrivate(repo, baseline)) throw invalid('its baseline is private')
  return { baseline, files: filesSince(manifestFiles(repo, baseline), files) }
}

/** As with parents: not the one it follows, and in a public check-in no private one. */
function cherrypicksOf(
  repo: Repo,
  { cherrypicks = [] }: CheckinOptions,
  { parent, isPrivate: asPrivate }: Draft,
): Cherrypick[] {
  return cherrypicks.filter(
    ({ target }) => target !== parent?.hash && (asPrivate || !isKnownPrivate(repo, target)),
  )
}

function checksumOf(repo: Repo, files: Files): string | undefined {
  if (files.size > 0 && !isSettingOn(repo, 'repo-cksum')) return undefined
  const sorted = [...files.values()].sort((a, b) => compareAsBytes(a.name, b.name))
  return repoChecksum(contents())

  function* contents(): Generator<{ name: string; content: Uint8Array }, void, void> {
    for (const { name, hash } of sorted) {
      const rid = hash === undefined ? undefined : findHeld(repo, hash)
      const content = rid === undefined ? undefined : readContent(repo, rid)
      if (content === undefined) throw new FossilError('artifact.missing', { name: hash ?? name })
      yield { name, content }
    }
  }
}

/** Relies neither on the rows of the new check-in nor on its parents having ceased to be leaves. */
function forksOf(
  repo: Repo,
  { branch, closed }: CheckinOptions,
  rid: Rid,
  follows: readonly NamedArtifact[],
): ArtifactHash[] {
  if (closed === true) return []
  const [parent] = follows
  const own = branch ?? (parent === undefined ? mainBranch(repo) : branchOf(repo, parent.rid))
  return openLeaves(repo, own, [rid, ...follows.map((each) => each.rid)])
}

function invalid(reason: string): FossilError<'checkin.invalid'> {
  return new FossilError('checkin.invalid', { reason })
}
