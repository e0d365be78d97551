/**
 * Files of check-ins and what they changed as lines: as the operations meant them, and as they
 * read. See last-word-of-checkins.ts.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import type { ChangedFile } from '../../history/changes.ts'
import { checkinFiles } from '../../history/files.ts'
import { isShunned } from '../../repo/blob.ts'
import type { Repo } from '../../repo/repo.ts'
import type { SaidHistory } from '../history-sayings.ts'
import type { SaidContent } from '../said.ts'
import { compareRows } from './compare-rows.ts'
import type { Entries } from './last-checkins.ts'
import { type SaidChange, saidChanges } from './said-changes.ts'

/** Check-ins whose files were found good, for good: what a manifest says does not change. */
const good = new WeakMap<Repo, Set<ArtifactHash>>()

/**
 * The files of each check-in are those that were meant, and its changes against its parent.
 *
 * @throws {InvariantError} of the name
 */
export function compareFiles(
  name: string,
  { nodeId, repo }: { nodeId: string; repo: Repo },
  history: SaidHistory,
  entries: Entries,
): void {
  const contents = contentsOf(history)
  const known = good.get(repo) ?? new Set<ArtifactHash>()
  good.set(repo, known)
  for (const [hash, says] of history.checkins) {
    if (known.has(hash)) continue
    const meant = [...says.files].map(([file, { sha1, permission }]) => [file, sha1, permission])
    const read = [...checkinFiles(repo, hash).values()].map((file) => {
      return [file.name, contents.sha1Of(file.hash), file.permission]
    })
    const line = (file: readonly unknown[]): string => `a file of ${hash}: ${JSON.stringify(file)}`
    compareRows(name, nodeId, meant.map(line), read.map(line))
    known.add(hash)
  }
  const banned = new Set(contents.all.flatMap((each) => (isBanned(repo, each) ? each.sha1 : [])))
  const lines = [...history.checkins].flatMap(([hash, { baseline }]) => {
    const meant = saidChanges(history, hash)
    if (meant === undefined) return []
    const files = entries.get(hash)?.files ?? []
    const odd = new Set([...oddNames(history, hash, banned), ...renamedContents(files, contents)])
    const told = files
      .filter(({ change }) => baseline === undefined || change !== 'permission')
      .map((change) => asSaid(change, contents))
    return { meant: changeLines(hash, meant, odd), read: changeLines(hash, told, odd) }
  })
  const [meant, read] = [lines.flatMap((each) => each.meant), lines.flatMap((each) => each.read)]
  compareRows(name, nodeId, meant, read)
}

/** Files of which something is banned: it is nowhere, and they are told of in another way. */
function oddNames(
  { checkins, parents }: SaidHistory,
  hash: ArtifactHash,
  banned: ReadonlySet<string>,
): ReadonlySet<string> {
  if (banned.size === 0) return banned
  const compared = [hash, ...(parents.get(hash) ?? []).map((parent) => parent.hash)]
  const files = compared.flatMap((each) => [...(checkins.get(each)?.files ?? [])])
  const odd = new Set(files.flatMap(([name, { sha1 }]) => (banned.has(sha1) ? name : [])))
  const renamed = [...(checkins.get(hash)?.files ?? [])].flatMap(([name, { priorName }]) =>
    priorName !== undefined && odd.has(priorName) ? name : [],
  )
  return new Set([...odd, ...renamed])
}

/** Files whose content has another name, by another algorithm: told of as edited; nobody did. */
function renamedContents(files: readonly ChangedFile[], contents: Contents): string[] {
  return files.flatMap(({ name, hash, priorHash }) => {
    if (hash === undefined || priorHash === undefined || hash === priorHash) return []
    return contents.sha1Of(hash) === contents.sha1Of(priorHash) ? name : []
  })
}

function changeLines(
  hash: ArtifactHash,
  changes: readonly SaidChange[],
  odd: ReadonlySet<string>,
): string[] {
  const lines = changes
    .filter(({ name }) => !odd.has(name))
    .map(({ name, change, content, before, priorName, permission }) => {
      const said = [name, content, before, priorName, change === 'deleted' ? '' : permission]
      return `check-in ${hash} ${change} ${JSON.stringify(said)}`
    })
  // A difference may tell the same twice.
  return [...new Set(lines)]
}

function asSaid(file: ChangedFile, contents: Contents): SaidChange {
  const { name, change, hash, priorHash, priorName, permission } = file
  return {
    name,
    change,
    content: hash && contents.sha1Of(hash),
    before: priorHash && contents.sha1Of(priorHash),
    priorName,
    permission,
  }
}

/** Contents of all files of a history. */
interface Contents {
  readonly all: readonly SaidContent[]
  /** The SHA-1 of content, by either of its names. */
  sha1Of(hash: ArtifactHash): string
}

const remembered = new WeakMap<SaidHistory, Contents>()

function contentsOf(history: SaidHistory): Contents {
  const before = remembered.get(history)
  if (before !== undefined) return before
  const all = new Map<string, SaidContent>()
  for (const { files } of history.checkins.values()) {
    for (const file of files.values()) all.set(file.sha3, file)
  }
  const contents: Contents = {
    all: [...all.values()],
    sha1Of: (hash) => all.get(hash)?.sha1 ?? hash,
  }
  remembered.set(history, contents)
  return contents
}

function isBanned(repo: Repo, { sha1, sha3 }: SaidContent): boolean {
  return [sha1, sha3].some((name) => isShunned(repo, name))
}
