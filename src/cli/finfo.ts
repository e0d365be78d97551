/**
 * `trilobite finfo`: what happened to one file, newest first. Unlike stock it goes on under the
 * name that the file had before a rename, and tells of deletions.
 * Source: fossil src/finfo.c finfo_cmd.
 * @module
 */

import type { Command } from 'commander'
import { fileHistory, fileNames } from '../history/index.ts'
import type { Repo } from '../index.ts'
import { firstCharacters, layOutComment } from './comment.ts'
import { changeFields, formatDay, isoTime } from './timeline-text.ts'
import { findCheckin, shortHashes, treePaths, unknownFile } from './lookup.ts'
import { jsonOption, outputWidth, width } from './look-back-options.ts'
import { printEither, shownName } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { integer } from './option-values.ts'

type FileHistoryEntry = ReturnType<typeof fileHistory>[number]

interface Options {
  readonly brief?: boolean
  readonly limit: number
  readonly offset: number
  readonly revision?: string
  readonly width?: number
  readonly json?: boolean
}

/** Adds `finfo` to the program. */
export function addFinfoCommand(program: Command): void {
  program
    .command('finfo')
    .description('list the changes of a file, newest first')
    .argument('<file>', 'a name, from the root of the repository')
    .option('-b, --brief', 'one line for each change')
    .option('-n, --limit <n>', 'the most changes to list; 0: all', integer('--limit', any), 0)
    .option('--offset <n>', 'leave out the newest n', integer('--offset', { min: 0 }), 0)
    .option('-r, --revision <name>', 'list changes of this check-in and its ancestors only')
    .option('-W, --width <n>', 'columns of a line; 0: no end', width({ above: 22 }))
    .option(...jsonOption)
    .action(async (given: string, options: Options) => {
      using repo = openWhole(repositoryPath(program))
      const [name = given] = treePaths([given]) ?? []
      checkKnown(repo, name)
      const { limit, offset, revision } = options
      const changes = fileHistory(repo, name, {
        offset,
        ...(limit > 0 ? { limit } : {}),
        ...(revision === undefined ? {} : { checkin: findCheckin(repo, revision) }),
      })
      await printEither(
        options,
        () => ({ name, changes: changes.map(entryFields) }),
        () => historyText(repo, { name, changes }, options),
      )
    })
}

const any = { min: Number.MIN_SAFE_INTEGER }

/** @throws {FossilError} `name.unknown` for a file that no check-in has or had */
function checkKnown(repo: Repo, name: string): void {
  const names = fileNames(repo)
  if (names.includes(name)) return
  throw unknownFile(name, 'in any check-in', names)
}

function* historyText(
  repo: Repo,
  { name, changes }: { name: string; changes: readonly FileHistoryEntry[] },
  { brief, width: asked }: Options,
): Generator<string> {
  const shortHash = shortHashes(repo)
  const columns = outputWidth(asked)
  if (brief !== true) yield `History for ${shownName(name)}\n`
  for (const { checkin, dateMs, user, comment, branch, change } of changes) {
    const [hash, date] = [shortHash(checkin), formatDay(dateMs)]
    if (brief === true) {
      const who = `${column(user ?? '', 8)} ${column(branch, 8)} `
      const line = `${hash} ${date} ${who}${firstCharacters(comment, 39).padEnd(39)}`
      yield layOutComment(line, { indent: 0, width: columns })
      continue
    }
    const what = change.hash === undefined ? 'deleted' : `artifact: [${shortHash(change.hash)}]`
    const earlier = change.name === name ? '' : `, name: ${change.name}`
    const text = `[${hash}] ${comment} (user: ${user ?? '?'}, ${what}, branch: ${branch}${earlier})`
    yield `${date} ${layOutComment(text, { indent: 11, width: columns })}`
  }
}

/** To the right, and no longer than the column. */
function column(text: string, size: number): string {
  return firstCharacters(text, size).padStart(size)
}

function entryFields(entry: FileHistoryEntry): Record<string, unknown> {
  const { checkin, dateMs, user, comment, branch, change } = entry
  return {
    checkin,
    time: isoTime(dateMs),
    user: user ?? null,
    comment,
    branch,
    ...changeFields(change),
  }
}
