/**
 * `trilobite annotate` and `blame`: where each line of a file comes from, and from whom.
 * Source: fossil src/diff.c annotate_cmd.
 * @module
 */

import type { Command } from 'commander'
import { annotate } from '../history/index.ts'
import { checkinFiles } from '../index.ts'
import { firstCharacters } from './comment.ts'
import { formatDay, isoTime } from './timeline-text.ts'
import { checkContent, findCheckin, shortHashes, treePaths, unknownFile } from './lookup.ts'
import { jsonOption } from './look-back-options.ts'
import { printEither, shownName } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { integer } from './option-values.ts'

type Annotation = ReturnType<typeof annotate>

interface Options {
  readonly revision?: string
  readonly limit?: number
  readonly log?: boolean
  readonly filevers?: boolean
  readonly json?: boolean
}

/** Adds `annotate`, which numbers the lines, and `blame`, which names the users. */
export function addAnnotateCommands(program: Command): void {
  addCommand(program, { name: 'annotate', isBlame: false })
  addCommand(program, { name: 'blame', isBlame: true }).alias('praise')
}

function addCommand(
  program: Command,
  { name: command, isBlame }: { name: string; isBlame: boolean },
): Command {
  return program
    .command(command)
    .description(
      `say from which check-in each line of a file comes${isBlame ? ', and from whom' : ''}`,
    )
    .argument('<file>', 'a name, from the root of the repository')
    .option('-r, --revision <name>', 'the check-in; by default the latest of the main branch')
    .option('-n, --limit <n>', 'look at so many versions, 3 at least; none: all', limit)
    .option('-l, --log', 'list the versions first')
    .option('--filevers', 'hashes of files, not of check-ins')
    .option(...jsonOption)
    .action(async (given: string, options: Options) => {
      using repo = openWhole(repositoryPath(program))
      const hash = findCheckin(repo, options.revision)
      const [name = given] = treePaths([given]) ?? []
      const files = checkinFiles(repo, hash)
      const file = files.get(name)?.hash
      if (file === undefined) throw unknownFile(name, `in check-in ${hash}`, files.keys())
      checkContent(repo, { name, hash: file })
      const most = options.limit === undefined ? {} : { limit: options.limit }
      const annotation = annotate(repo, { checkin: hash, name }, most)
      await printEither(
        options,
        () => ({ checkin: hash, name, ...annotationFields(annotation) }),
        () => annotationText(annotation, { ...options, isBlame, shortHash: shortHashes(repo) }),
      )
    })
}

/** @throws {FossilError} `option.invalid` */
function limit(text: string): number {
  if (text === 'none') return Infinity
  return integer('--limit', { min: 1 })(text)
}

interface Layout extends Options {
  readonly isBlame: boolean
  readonly shortHash: (hash: string) => string
}

function* annotationText(annotation: Annotation, layout: Layout): Generator<string> {
  const { lines, versions } = annotation
  const { isBlame, shortHash, log, filevers } = layout
  if (log === true) yield* versionsText(versions, shortHash)
  const digits = shortHash(versions[0]?.checkin ?? '').length
  const places = versions.map((version) => {
    const hash = shortHash(filevers === true ? version.file : version.checkin)
    const place = `${hash} ${formatDay(version.dateMs)}`
    return isBlame ? `${place} ${userColumn(version.user ?? '')}:` : place
  })
  for (const [i, { text, version }] of lines.entries()) {
    const place = version === undefined ? undefined : places[version]
    if (isBlame) yield `${place ?? ' '.repeat(digits + 26)} ${text}\n`
    else yield `${place ?? ' '.repeat(digits + 11)} ${String(i + 1).padStart(5)}: ${text}\n`
  }
}

function userColumn(user: string): string {
  return firstCharacters(shownName(user), 13).padStart(13)
}

function* versionsText(
  versions: Annotation['versions'],
  shortHash: (hash: string) => string,
): Generator<string> {
  for (const [i, { dateMs, checkin, file }] of versions.entries()) {
    const place = `${formatDay(dateMs)} ${shortHash(checkin)} file ${shortHash(file)}`
    yield `version ${String(i + 1).padStart(3)}: ${place}\n`
  }
  yield `${'-'.repeat(51)}\n`
}

function annotationFields({ lines, versions, isComplete, isThorough }: Annotation) {
  return {
    isComplete,
    isThorough,
    versions: versions.map(({ checkin, name, file, dateMs, user }) => ({
      checkin,
      name,
      file,
      time: isoTime(dateMs),
      user: user ?? null,
    })),
    lines: lines.values().map(({ text, version }) => ({ text, version: version ?? null })),
  }
}
