/**
 * Files of three check-ins, paired: one file can have another name in each. A file goes by the
 * names that the check-ins between two of them gave it, along their primary parents; where those
 * say nothing of it, by its name.
 *
 * May know ancestry and renames. Source: fossil src/merge.c (the table FV), src/path.c
 * find_filename_changes. Stock goes through one check-in that all three have in common; here each
 * pair has its own way, and names can be swapped and used again.
 * @module
 */

import type { CheckinFile } from '../history/files.ts'
import { primaryLine } from '../history/ancestry.ts'
import { renamesOf, reversed } from '../history/renames.ts'
import type { Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import type { Versions } from './text-merge.ts'

/** A check-in and its files by name. */
export interface Tree {
  readonly rid: Rid
  readonly files: ReadonlyMap<string, CheckinFile>
}

/** One file, as each of the three has it. It is in one of them at least. */
export type PairedFile = Versions<CheckinFile | undefined>

/** Pairs the files of three check-ins. Every file of each is in one result. */
export function pairFiles(repo: Repo, { pivot, target, source }: Versions<Tree>): PairedFile[] {
  const inTarget = counterparts(repo, pivot, target)
  const inSource = counterparts(repo, pivot, source)
  const paired: PairedFile[] = []
  for (const [name, file] of pivot.files) {
    paired.push({
      pivot: file,
      target: fileNamed(target, inTarget.get(name)),
      source: fileNamed(source, inSource.get(name)),
    })
  }
  const newInTarget = rest(target, new Set(inTarget.values()))
  const newInSource = rest(source, new Set(inSource.values()))
  const both = counterparts(repo, newInTarget, newInSource)
  for (const [name, file] of newInTarget.files) {
    paired.push({ pivot: undefined, target: file, source: fileNamed(source, both.get(name)) })
  }
  for (const file of rest(newInSource, new Set(both.values())).files.values()) {
    paired.push({ pivot: undefined, target: undefined, source: file })
  }
  return paired
}

/** The files of `to` that files of `from` are, by name. No file is two. */
function counterparts(repo: Repo, from: Tree, to: Tree): Map<string, string> {
  if (from.files.size === 0 || to.files.size === 0) return new Map()
  const tracked = trackNames(repo, { from: from.rid, to: to.rid }, [...from.files.keys()])
  const found = new Map<string, string>()
  const claimed = new Set<string>()
  for (const [name, nameThere] of tracked) {
    if (!to.files.has(nameThere)) continue
    found.set(name, nameThere)
    claimed.add(nameThere)
  }
  for (const name of from.files.keys()) {
    if (!found.has(name) && to.files.has(name) && !claimed.has(name)) found.set(name, name)
  }
  return found
}

function fileNamed({ files }: Tree, name: string | undefined): CheckinFile | undefined {
  return name === undefined ? undefined : files.get(name)
}

function rest({ rid, files }: Tree, without: ReadonlySet<string>): Tree {
  return { rid, files: new Map([...files].filter(([name]) => !without.has(name))) }
}

/**
 * The names that files of one check-in have in another, whether they are still there or not. Names
 * that another file has taken are left out.
 */
function trackNames(
  repo: Repo,
  { from, to }: { readonly from: Rid; readonly to: Rid },
  names: readonly string[],
): Map<string, string> {
  const [back, forth] = linesBetween(repo, from, to)
  const renames = new Map(renamesOf(repo, [...back, ...forth]))
  const originals = new Map(names.map((name) => [name, name]))
  for (const rid of back) move(originals, reversed(renames.get(rid) ?? noRenames))
  for (const rid of forth) move(originals, renames.get(rid) ?? noRenames)
  return new Map([...originals].map(([name, original]) => [original, name]))
}

const noRenames: ReadonlyMap<string, string> = new Map()

/** Check-ins to take back, newest first, and then those to follow, oldest first. */
function linesBetween(repo: Repo, from: Rid, to: Rid): [back: Rid[], forth: Rid[]] {
  const [fromLine, toLine] = [primaryLine(repo, from), primaryLine(repo, to)]
  const place = new Map(toLine.map((rid, at) => [rid, at]))
  const meeting = fromLine.findIndex((rid) => place.has(rid))
  const common = fromLine[meeting]
  // Nothing in common: no check-in says that a file of the one is a file of the other.
  if (common === undefined) return [[], []]
  return [fromLine.slice(0, meeting), toLine.slice(0, place.get(common)).reverse()]
}

/** Renames all at once: names can be swapped. Whatever had a name that another takes is gone. */
function move(originals: Map<string, string>, renames: ReadonlyMap<string, string>): void {
  if (renames.size === 0) return
  const arriving: [string, string][] = []
  for (const [before, after] of renames) {
    const original = originals.get(before)
    originals.delete(before)
    if (original !== undefined) arriving.push([after, original])
  }
  for (const name of renames.values()) originals.delete(name)
  for (const [name, original] of arriving) originals.set(name, original)
}
