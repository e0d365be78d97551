/**
 * The files that `ci` is given, as its options name them.
 * @module
 */

import { lstatSync } from 'node:fs'
import { isOpened, unreadableFile } from '../base/whole-file.ts'
import { type ArtifactHash, folderChanges, FossilError, type Repo } from '../index.ts'
import type { Before } from './ci-report.ts'
import { readInput } from './given-text.ts'
import { formatBytes, type ProgressLine } from './terminal.ts'

/** Files to check in, and ways to treat them. */
export interface ChangeOptions {
  readonly add?: readonly string[]
  readonly from?: string
  readonly rm?: readonly string[]
  readonly mv?: readonly string[]
  readonly exec?: readonly string[]
  readonly dotfiles?: boolean
  readonly ignore?: string
  readonly allowEmpty?: boolean
}

/** Reads all files and compares them with the parent's. Throws as {@link folderChanges} does. */
export function readChanges(
  repo: Repo,
  {
    parent,
    before,
    paths,
    options,
    progress,
  }: {
    parent: ArtifactHash | undefined
    /** The files of the parent. */
    before: Before
    /** Files and folders on disk, each under its own path. */
    paths: readonly string[]
    options: ChangeOptions
    progress: ProgressLine
  },
): ReturnType<typeof folderChanges> {
  return folderChanges(repo, {
    parent,
    tree: options.from,
    paths,
    add: (options.add ?? []).map(addedFile),
    rename: (options.mv ?? []).map((pair) => {
      const [from, to] = splitPair('--mv', pair, (left) =>
        before.has(left.replace(/^(?:\.\/)+/, '')),
      )
      return { from, to }
    }),
    remove: options.rm ?? [],
    makeExecutable: options.exec ?? [],
    withDotfiles: options.dotfiles === true,
    ignore: options.ignore,
    allowEmpty: options.allowEmpty === true,
    onProgress: (done, total, sizeBytes) => {
      const text = `reading files: ${done} of ${total}, ${formatBytes(sizeBytes)}`
      progress.show(done / total, text)
    },
  })
}

/** `NAME=FILE`; `-` for a file is standard input. What the shell has opened is read, too. */
function addedFile(pair: string): { name: string; from: string | (() => Promise<Uint8Array>) } {
  const [name, file] = splitPair('--add', pair, (_, at) => at === '-' || existsOnDisk(at))
  return { name, from: file === '-' || isOpened(file) ? () => readInput(file) : file }
}

function existsOnDisk(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}

/** Cuts at the first `=` where both sides mean something, else at the first one of all. */
export function splitPair(
  option: string,
  pair: string,
  isRight: (left: string, right: string) => boolean,
): [left: string, right: string] {
  const cuts = [...pair.matchAll(/=/g)].map(({ index }): [string, string] => [
    pair.slice(0, index),
    pair.slice(index + 1),
  ])
  const cut = cuts.find(([left, right]) => isRight(left, right)) ?? cuts[0]
  if (cut !== undefined) return cut
  const form = option === '--mv' ? 'OLD=NEW' : 'NAME=FILE'
  throw new FossilError('option.invalid', { option, reason: `it takes ${form}` })
}
