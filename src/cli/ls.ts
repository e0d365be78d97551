/**
 * `trilobite ls`: the files of a check-in.
 * Source: fossil src/checkin.c ls_cmd_rev.
 * @module
 */

import type { Command } from 'commander'
import { compareAsBytes } from '../base/text.ts'
import { type CheckinFile, checkinFiles } from '../index.ts'
import { formatTimestamp, isoTime } from './timeline-text.ts'
import { checkPaths, findCheckin, treePaths } from './lookup.ts'
import { jsonOption } from './look-back-options.ts'
import { printEither, shownName } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'

interface Options {
  readonly revision?: string
  readonly verbose?: boolean
  readonly age?: boolean
  readonly byTime?: boolean
  readonly json?: boolean
}

/** Adds `ls` to the program. */
export function addLsCommand(program: Command): void {
  program
    .command('ls')
    .description('list the files of a check-in')
    .argument('[paths...]', 'files and folders to list; by default all')
    .option('-r, --revision <name>', 'the check-in; by default the latest of the main branch')
    .option('-v, --verbose', 'show time and size')
    .option('--age', 'show the time at which each file was committed')
    .option('-t, --by-time', 'list the newest first')
    .option(...jsonOption)
    .action(async (given: string[], options: Options) => {
      using repo = openWhole(repositoryPath(program))
      const hash = findCheckin(repo, options.revision)
      const paths = treePaths(given)
      checkPaths(paths, () => [...checkinFiles(repo, hash).keys()], `in check-in ${hash}`)
      const which = { withDetails: true, ...(paths === undefined ? {} : { paths }) }
      const files = [...checkinFiles(repo, hash, which).values()]
      if (options.json !== true) files.sort(byName)
      if (options.byTime === true) files.sort(byAge)
      await printEither(
        options,
        () => ({ checkin: hash, files: files.map(fileFields) }),
        () => files.values().map((file) => fileText(file, options)),
      )
    })
}

/** Stock lists names without regard to case. */
function byName(a: CheckinFile, b: CheckinFile): number {
  return compareAsBytes(lowerCase(a.name), lowerCase(b.name)) || compareAsBytes(a.name, b.name)
}

/** SQLite's NOCASE knows ASCII alone. */
function lowerCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function byAge(a: CheckinFile, b: CheckinFile): number {
  return (b.changed?.dateMs ?? -Infinity) - (a.changed?.dateMs ?? -Infinity) || 0
}

function fileText(file: CheckinFile, { verbose, age }: Options): string {
  const { name, sizeBytes, changed } = file
  const shown = shownName(name)
  if (verbose !== true && age !== true) return `${shown}\n`
  const time = (changed === undefined ? '-' : formatTimestamp(changed.dateMs)).padEnd(19)
  if (verbose !== true) return `${time}  ${shown}\n`
  return `${time}  ${String(sizeBytes ?? '-').padStart(7)}  ${shown}\n`
}

function fileFields({ name, hash, sizeBytes, permission, changed }: CheckinFile) {
  return {
    name,
    hash,
    sizeBytes: sizeBytes ?? null,
    permission,
    changed:
      changed === undefined ? null : { checkin: changed.checkin, time: isoTime(changed.dateMs) },
  }
}
