/**
 * Rehearsal of a command: it does its work, tells what it did, and takes it back.
 * @module
 */

import { decodeText } from '../base/text.ts'
import { type ArtifactHash, readArtifact, type Repo } from '../index.ts'
import { print } from './output.ts'

/** Options of a command that can be tried out. */
export interface DryRunOptions {
  readonly dryRun?: boolean
}

/** The option, as commander takes it. */
export const dryRunOption = ['-n, --dry-run', 'tell what would happen, and change nothing'] as const

/** Runs `action` in one transaction, and undoes it where it was only to be tried out. */
export function keepUnlessDry<T>(repo: Repo, { dryRun }: DryRunOptions, action: () => T): T {
  return dryRun === true ? repo.dryRun(action) : repo.transaction(action)
}

/** An artifact that a command wrote, or would have. */
export interface WrittenArtifact {
  readonly hash: ArtifactHash
  readonly text: string
}

/** Runs what writes one artifact; undefined where it had nothing to write. */
export function writeOne(
  repo: Repo,
  options: DryRunOptions,
  action: () => { readonly hash: ArtifactHash } | undefined,
): WrittenArtifact | undefined {
  return keepUnlessDry(repo, options, () => {
    const hash = action()?.hash
    return hash === undefined ? undefined : { hash, text: decodeText(readArtifact(repo, hash)) }
  })
}

/** Prints what {@link writeOne} came to: what was done, or the artifact that would have done it. */
export function printWritten(
  options: DryRunOptions & { readonly json?: boolean },
  {
    written,
    fields,
    done,
    idle,
  }: {
    readonly written: WrittenArtifact | undefined
    /** For programs, beside the artifact's. */
    readonly fields: Readonly<Record<string, unknown>>
    /** Sentences without their full stop: for something that was done, and for nothing to do. */
    readonly done: string
    readonly idle: string
  },
): void {
  const { dryRun = false } = options
  const artifact = { artifact: written?.hash ?? null, dryRun }
  const shown = dryRun ? { text: written?.text ?? null } : {}
  const said = written === undefined ? `${idle}\n` : `${done} (${written.hash})\n`
  const text = dryRun && written !== undefined ? written.text : said
  print(options, { ...fields, ...artifact, ...shown }, text)
}
