/**
 * `trilobite whatis`: what names mean. Exits 1 where one of them means nothing, which it says in
 * its place.
 * Source: fossil src/name.c whatis_cmd.
 * @module
 */

import type { Command } from 'commander'
import { type ArtifactInfo, artifactInfo, type EventKind } from '../history/index.ts'
import { sha1, sha3 } from '../hash/index.ts'
import { FossilError, hasArtifact, parseArtifactHash, type Repo } from '../index.ts'
import { artifactFields, whatisText } from './artifact-info.ts'
import { readInput } from './given-text.ts'
import { findArtifact, shortHashes } from './lookup.ts'
import { jsonOption, outputWidth } from './look-back-options.ts'
import { printEither, shownName } from './output.ts'
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
    .description('tell the meaning of names')
    .argument('<names...>', 'names of artifacts; with --file, names of files')
    .option('-f, --file', 'find artifacts with the content of files; - is standard input')
    .option(
      '--type <type>',
      'look only at check-ins (ci), wiki (w), tickets (t) and so on',
      kindsOf,
    )
    .option('-v, --verbose', 'show row numbers, and the time and source of artifacts')
    .option(...jsonOption)
    .action(async (names: string[], options: Options) => {
      using repo = openWhole(repositoryPath(program))
      const answers: Answer[] = []
      for (const name of names) answers.push(await answerOf(repo, name, options))
      await printEither(
        options,
        () => ({ names: answers.map(answerFields) }),
        () => answersText(repo, answers, options),
      )
      if (answers.some(({ unknown }) => unknown !== undefined)) process.exitCode = 1
    })
}

/** The meaning of a name: one artifact, any of several, or nothing. */
interface Answer {
  readonly name: string
  /** The hash of the file that was given by name. */
  readonly hash?: string
  readonly meanings: readonly ArtifactInfo[]
  /** The reason why it means nothing. */
  readonly unknown?: string
}

/** @throws {FossilError} `repo.unreadable` for a file */
async function answerOf(repo: Repo, name: string, { file, type }: Options): Promise<Answer> {
  const kind = type === undefined || type === 'all' ? undefined : type[0]
  const options = kind === undefined ? {} : { kind }
  const hash = file === true ? nameOfContent(repo, await readInput(name)) : undefined
  const answer = hash === undefined ? { name } : { name, hash }
  try {
    const meant = findArtifact(repo, hash ?? name, options)
    return { ...answer, meanings: [artifactInfo(repo, meant)] }
  } catch (error) {
    if (FossilError.is(error, 'name.unknown')) {
      return { ...answer, meanings: [], unknown: error.detail.reason }
    }
    if (!FossilError.is(error, 'name.ambiguous')) throw error
    const hashes = error.detail.candidates.map((candidate) => findArtifact(repo, candidate))
    return { ...answer, meanings: hashes.map((each) => artifactInfo(repo, each)) }
  }
}

/** The name under which a repository has some content, or would have it by default. */
function nameOfContent(repo: Repo, content: Uint8Array): string {
  const old = parseArtifactHash(sha1(content))
  return old !== undefined && hasArtifact(repo, old) ? old : sha3(content)
}

function* answersText(repo: Repo, answers: readonly Answer[], options: Options): Generator<string> {
  const layout = {
    width: outputWidth(undefined),
    shortHash: shortHashes(repo),
    rowId: (hash: ArtifactInfo['hash']) => artifactInfo(repo, hash).rowId,
    isVerbose: options.verbose === true,
  }
  for (const [i, { name, hash, meanings, unknown }] of answers.entries()) {
    if (i > 0) yield `${'-'.repeat(79)}\n`
    if (unknown !== undefined) {
      if (hash !== undefined) yield `name:       ${shownName(name)}\n`
      yield `unknown:    ${shownName(hash ?? name)} (${unknown})\n`
      continue
    }
    yield `name:       ${name}${meanings.length > 1 ? ' (ambiguous)' : ''}\n`
    if (hash !== undefined) yield `hash:       ${hash}\n`
    for (const [j, meaning] of meanings.entries()) {
      if (j > 0) yield `             ---- meaning #${j + 1} ----\n`
      yield* whatisText(meaning, layout)
    }
  }
}

function answerFields({ name, meanings, unknown }: Answer): Record<string, unknown> {
  return { name, meanings: meanings.map(artifactFields), unknown: unknown ?? null }
}
