/**
 * `trilobite export CHECKIN DIR`: the files of a check-in in a folder. Exits 0 when the folder has
 * all of them as they are, 1 when some stay otherwise, 2 on an error.
 * @module
 */

import type { Command } from 'commander'
import { counted } from '../base/counted.ts'
import { exportCheckin, FossilError } from '../index.ts'
import { dryRunOption } from './dry-run.ts'
import { jsonOption } from './look-back-options.ts'
import { findCheckin } from './lookup.ts'
import { print, shownName } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { ProgressLine } from './terminal.ts'

interface ExportCommandOptions {
  readonly include?: string
  readonly exclude?: string
  readonly force?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

/** The options by which `export` and archives choose files. */
export function withChoice(command: Command): Command {
  return command
    .option('--include <globs>', 'only files that match one of these patterns, such as "*.c,doc/*"')
    .option('-X, --exclude <globs>', 'no file that matches one of these patterns')
}

/** Adds `export` to the program. */
export function addExportCommand(program: Command): void {
  const command = program
    .command('export')
    .description('write the files of a check-in to a folder, and what changed when done again')
    .argument('<checkin>', 'the check-in: a hash, tag or branch, or "tip"')
    .argument('<folder>', 'the folder to write to; it is made where there is none')
  withChoice(command)
    .option('-f, --force', 'write over files that are changed there or not from an earlier export')
    .option(...dryRunOption)
    .option(...jsonOption)
    .action((name: string, folder: string, options: ExportCommandOptions) => {
      using repo = openWhole(repositoryPath(program))
      const checkin = findCheckin(repo, name)
      const progress = new ProgressLine({ isQuiet: options.json === true })
      let done: Exported
      try {
        done = exportCheckin(repo, checkin, folder, {
          ...options,
          onProgress: (at, total) =>
            progress.show(at / total, `${at} of ${counted(total, 'file')}`),
        })
      } catch (error) {
        if (FossilError.is(error, 'export.invalid')) throw withAdvice(error)
        throw error
      } finally {
        progress.end()
      }
      const { written, removed, unchanged, kept } = done
      const dryRun = options.dryRun === true
      print(
        options,
        { checkin, folder, dryRun, written, removed, unchanged: unchanged.length, kept },
        exportText(done, { checkin, folder, dryRun }),
      )
      if (kept.length > 0) process.exitCode = 1
    })
}

type Exported = ReturnType<typeof exportCheckin>

/** The most files of a kind that people are shown. */
const maxShown = 20

function exportText(
  { written, removed, unchanged, kept }: Exported,
  { checkin, folder, dryRun }: { checkin: string; folder: string; dryRun: boolean },
): string {
  const counts = [
    `${written.length} written`,
    ...(removed.length === 0 ? [] : [`${removed.length} removed`]),
    ...(unchanged.length === 0 ? [] : [`${unchanged.length} unchanged`]),
    ...(kept.length === 0 ? [] : [`${kept.length} kept`]),
  ]
  const done = dryRun ? 'would export' : 'exported'
  const lines = [
    ...shortened(written.map((name) => `WROTE   ${shownName(name)}`)),
    ...shortened(removed.map((name) => `REMOVED ${shownName(name)}`)),
    ...shortened(kept.map(({ name, reason }) => `KEPT    ${shownName(name)}: ${reason}`)),
    `${done} ${checkin} to ${shownName(folder)} (${counts.join(', ')})`,
    ...(kept.length === 0
      ? []
      : ['what was kept is not as in the check-in; --force writes over it']),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function shortened(lines: readonly string[]): string[] {
  const rest = lines.length - maxShown
  return rest <= 0 ? [...lines] : [...lines.slice(0, maxShown), `and ${counted(rest, 'other')}`]
}

function withAdvice({ detail }: FossilError<'export.invalid'>): FossilError<'export.invalid'> {
  if (detail.option !== 'force') return new FossilError('export.invalid', detail)
  const reason = `${detail.reason}; --force writes over its files where they are in the way`
  return new FossilError('export.invalid', { path: detail.path, reason })
}
