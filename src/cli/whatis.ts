/**
 * `trilobite whatis`: what a name means.
 * Source: fossil src/name.c whatis_cmd.
 * @module
 */

import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { FossilError } from '../base/error.ts'
import type { EventKind } from '../history/event-kind.ts'
import { type ArtifactInfo, artifactInfo } from '../history/info.ts'
import { sha1, sha3 } from '../hash/hash.ts'
import type { Repo } from '../index.ts'
import { artifactFields, whatisText } from './artifact-info.ts'
import { findArtifact, shortHashes } from './lookup.ts'
import { jsonOption, outputWidth } from './look-back-options.ts'
import { printEither } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { kindsOf } from './timeline.ts'

interface Options {
  readonly file?: boolean
  readonly type?: readonly EventKind[] | 'all'
  readonly verbose?: boolean
  readonly json?: boolean
}

/** Adds `whatis` to the program. */
export function addWhatisCommand(program: Command): void {
  program
    .command('whatis')
    .description('say what names mean')
    .argument('<names...>', 'of artifacts; with --file, of files')
    .option('-f, --file', 'find artifacts with the content of files; - is standard input')
    .option('--type <type>', 'only check-ins (ci), wiki (w), tickets (t) and so on', kindsOf)
    .option('-v, --verbose', 'with row numbers, and when and whence artifacts came')
    .option(...jsonOption)
    .action(async (names: string[], options: Options) => {
      using repo = openWhole(repositoryPath(program))
      const answers = names.map((name) => answerOf(repo, name, options))
      await printEither(
        options,
        () => ({ names: answers.map(answerFields) }),
        () => answersText(repo, answers, options),
      )
    })
}

/** What a name means: one artifact, or any of several. */
interface Answer {
  readonly name: string
  /** The hash of the file that was given by name. */
  readonly hash?: string
  readonly meanings: readonly ArtifactInfo[]
}

/** @throws {FossilError} `name.unknown`; `repo.unreadable` for a file */
function answerOf(repo: Repo, name: string, { file, type }: Options): Answer {
  const kind = type === undefined || type === 'all' ? undefined : type[0]
  const options = kind === undefined ? {} : { kind }
  if (file === true) {
    const hash = hashOfFile(repo, name)
    return { name, hash, meanings: [artifactInfo(repo, findArtifact(repo, hash, options).rid)] }
  }
  try {
    return { name, meanings: [artifactInfo(repo, findArtifact(repo, name, options).rid)] }
  } catch (error) {
    if (!FossilError.is(error, 'name.ambiguous')) throw error
    const rids = error.detail.candidates.map((hash) => findArtifact(repo, hash).rid)
    return { name, meanings: rids.map((rid) => artifactInfo(repo, rid)) }
  }
}

/** By whichever name the repository has it. */
function hashOfFile(repo: Repo, name: string): string {
  const content = contentOf(name)
  const old = sha1(content)
  const isHere = repo.db.prepare('SELECT 1 FROM blob WHERE uuid = ?').get(old) !== undefined
  return isHere ? old : sha3(content)
}

function contentOf(name: string): Uint8Array {
  try {
    return readFileSync(name === '-' ? 0 : name)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new FossilError('repo.unreadable', { path: name, reason }, { cause })
  }
}

function* answersText(repo: Repo, answers: readonly Answer[], options: Options): Generator<string> {
  const layout = {
    width: outputWidth(undefined),
    shortHash: shortHashes(repo),
    isVerbose: options.verbose === true,
  }
  for (const [i, { name, hash, meanings }] of answers.entries()) {
    if (i > 0) yield `${'-'.repeat(79)}\n`
    yield `name:       ${name}${meanings.length > 1 ? ' (ambiguous)' : ''}\n`
    if (hash !== undefined) yield `hash:       ${hash}\n`
    for (const [j, meaning] of meanings.entries()) {
      if (j > 0) yield `             ---- meaning #${j + 1} ----\n`
      yield* whatisText(meaning, layout)
    }
  }
}

function answerFields({ name, meanings }: Answer): Record<string, unknown> {
  return { name, meanings: meanings.map(artifactFields) }
}
