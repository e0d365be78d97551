/**
 * The conflicts of `merge` on the disk: files to edit, and edited files.
 * Source: fossil src/merge3.c merge_3way (`--keep-merge-files`), whose names the versions have.
 * @module
 */

import { lstatSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import {
  type CheckinFile,
  type commitMerge,
  FossilError,
  readArtifact,
  type Repo,
} from '../index.ts'
import { unreadableFile } from '../base/whole-file.ts'
import { splitPair } from './ci-changes.ts'
import { readInput } from './given-text.ts'
import type { MergePlan } from './merge-report.ts'

type Conflict = MergePlan['conflicts'][number]
type Resolutions = NonNullable<Parameters<typeof commitMerge>[2]['resolutions']>
type Resolution = Resolutions[number]

/** Ways to settle conflicts. */
export interface ConflictOptions {
  readonly conflicts?: string
  readonly resolved?: string
  readonly resolve?: readonly string[]
}

/** The end of the name of each version that is written. */
const endings = [
  ['pivot', 'baseline'],
  ['target', 'original'],
  ['source', 'merge'],
] as const

/**
 * Writes the files that have conflicts into a folder, which is made: text with both versions
 * between marks under its own name, and of anything else the versions, `NAME-baseline`,
 * `NAME-original` (the target's) and `NAME-merge` (the source's).
 *
 * @throws {FossilError} `option.invalid` for a folder that holds something; `repo.unreadable`
 */
export function writeConflicts(repo: Repo, { conflicts }: MergePlan, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    if (readdirSync(folder).length > 0) {
      throw invalid('--conflicts', `${JSON.stringify(folder)} is not empty: name a new folder`)
    }
    const files = new Map(conflicts.flatMap((conflict) => filesOf(repo, conflict)))
    for (const [name, content] of files) {
      const path = join(folder, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content, { flag: 'wx' })
    }
  } catch (cause) {
    throw FossilError.is(cause) ? cause : unreadableFile(folder, cause)
  }
}

function filesOf(repo: Repo, conflict: Conflict): [name: string, content: Uint8Array][] {
  const { name, kind, marked } = conflict
  if (kind === 'content' && marked !== undefined) return [[name, marked]]
  return endings.flatMap(([side, ending]): [string, Uint8Array][] => {
    const file: CheckinFile | undefined = conflict[side]
    return file === undefined ? [] : [[`${name}-${ending}`, readArtifact(repo, file.hash)]]
  })
}

/**
 * Reads the answers to conflicts: whatever `--resolve` names, and of other files with conflicts
 * those that the folder of `--resolved` has.
 *
 * @throws {FossilError} `repo.unreadable`; `option.invalid`
 */
export async function readResolutions(
  { conflicts }: MergePlan,
  { resolved, resolve = [] }: ConflictOptions,
): Promise<Resolutions> {
  const names = new Set(
    conflicts.flatMap(({ name, target, source }) => {
      return [name, target?.name ?? name, source?.name ?? name]
    }),
  )
  const given: Resolution[] = []
  for (const pair of resolve) {
    const [name, from] = splitPair('--resolve', pair, (left) => names.has(left))
    given.push(await resolutionOf(name, from))
  }
  if (resolved === undefined) return given
  const settled = new Set(given.map(({ name }) => name))
  const found: Resolution[] = []
  for (const name of names) {
    const path = join(resolved, name)
    if (settled.has(name) || !isThere(path)) continue
    found.push(await resolutionOf(name, path))
  }
  return [...given, ...found]
}

/** Answers that are no file; one of such a name is `./:target`. */
const answers = new Map<string, (name: string) => Resolution>([
  [':none', (name) => ({ name, content: undefined })],
  [':target', (name) => ({ name, from: 'target' })],
  [':source', (name) => ({ name, from: 'source' })],
  [':merge', (name) => ({ name, from: 'merge' })],
])

/** The future of a name; a link on the disk is one in the repository. */
async function resolutionOf(name: string, from: string): Promise<Resolution> {
  const answer = answers.get(from)
  if (answer !== undefined) return answer(name)
  if (from !== '-' && isLink(from)) {
    return { name, content: readlinkSync(from, { encoding: 'buffer' }), permission: 'symlink' }
  }
  return { name, content: await readInput(from) }
}

function isThere(path: string): boolean {
  return infoOf(path)?.isDirectory() === false
}

function isLink(path: string): boolean {
  return infoOf(path)?.isSymbolicLink() === true
}

function infoOf(path: string): ReturnType<typeof lstatSync> | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}

function invalid(option: string, reason: string): FossilError {
  return new FossilError('option.invalid', { option, reason })
}
