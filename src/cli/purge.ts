/**
 * `trilobite purge`: artifacts out of the history, into the graveyard, and back.
 * Source: fossil src/purge.c purge_cmd.
 * @module
 */

import type { Command } from 'commander'
import { FossilError } from '../base/error.ts'
import { resolveName } from '../history/name.ts'
import { type ArtifactHash, findRemote, type Repo } from '../index.ts'
import {
  listPurges,
  obliterate,
  type PurgedArtifact,
  purgedArtifacts,
  type PurgeEvent,
  readPurged,
  undoPurge,
} from '../repo/graveyard.ts'
import { checkinsWithAll, fileVersions, purge } from '../repo/purge.ts'
import { keepUnlessDry } from './dry-run.ts'
import { findArtifact } from './lookup.ts'
import { jsonOption } from './look-back-options.ts'
import { printEither, shownName } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { counted, formatBytes, formatTime, print, ProgressLine } from './terminal.ts'
import { integer } from './values.ts'

interface PurgeOptions {
  readonly explain?: boolean
  readonly dryRun?: boolean
  readonly comment?: string
  readonly json?: boolean
}

interface ListOptions {
  readonly long?: boolean
  readonly json?: boolean
}

/** Adds `purge` to the program. */
export function addPurgeCommand(program: Command): void {
  const command = program
    .command('purge')
    .description('move artifacts out of the history into a graveyard, and back')
  const what = {
    checkins: {
      description: 'check-ins, all that follows them, and what only they need',
      argument: 'names; of a branch: all of it',
      find: (repo: Repo, names: readonly string[]) =>
        checkinsWithAll(
          repo,
          names.map((name) => resolveName(repo, name, { kind: 'checkin', wholeBranch: true }).hash),
        ),
    },
    artifacts: {
      description: 'just these artifacts',
      argument: 'names',
      find: (repo: Repo, names: readonly string[]) =>
        names.map((name) => findArtifact(repo, name).hash),
    },
    files: {
      description: 'all versions of files; check-ins that have them stay, and miss them',
      argument: 'names of files or directories',
      find: fileVersions,
    },
  }
  for (const [name, { description, argument, find }] of Object.entries(what)) {
    command
      .command(name)
      .description(description)
      .argument('<name...>', argument)
      .option('--explain', 'list what would go, and change nothing')
      .option('-n, --dry-run', 'the same')
      .option('-m, --comment <text>', 'why')
      .option(...jsonOption)
      .action((names: string[], options: PurgeOptions) => {
        using repo = openWhole(repositoryPath(program))
        bury(repo, find(repo, names), options)
      })
  }
  addGraveyard(program, command)
}

function addGraveyard(program: Command, command: Command): void {
  command
    .command('ls', { isDefault: true })
    .alias('list')
    .description('list what is in the graveyard')
    .option('-l, --long', 'artifact by artifact')
    .option(...jsonOption)
    .action((options: ListOptions) => list(program, options))
  command
    .command('cat')
    .description('print artifacts of the graveyard')
    .argument('<hash...>', 'or the first digits')
    .option(...jsonOption)
    .action(async (names: string[], options: { json?: boolean }) => {
      using repo = openWhole(repositoryPath(program))
      const contents = names.map((name) => readPurged(repo, name))
      await printEither(
        options,
        () => ({ artifacts: contents.map((contentBase64) => ({ contentBase64 })) }),
        () => contents,
      )
    })
  command
    .command('undo')
    .description('bring back what a purge took')
    .argument('<id>', 'as "purge ls" lists it', integer('id', { min: 1 }))
    .option(...jsonOption)
    .action((id: number, options: { json?: boolean }) => {
      using repo = openWhole(repositoryPath(program))
      const restored = undoPurge(repo, id)
      print(options, { id, restored }, `${counted(restored, 'artifact')} brought back\n`)
    })
  command
    .command('obliterate')
    .description('end purges for good: nothing brings back what they took')
    .argument('<id...>', 'as "purge ls" lists them')
    .option('-f, --force', 'really')
    .option(...jsonOption)
    .action((names: string[], options: { force?: boolean; json?: boolean }) => {
      using repo = openWhole(repositoryPath(program))
      const ids = names.map(integer('id', { min: 1 }))
      if (options.force !== true) {
        throw invalid('--force', 'is needed: nothing brings back what is obliterated')
      }
      const gone = obliterate(repo, ids)
      print(options, { ids, obliterated: gone }, `${counted(gone, 'artifact')} gone for good\n`)
    })
}

function bury(repo: Repo, hashes: readonly ArtifactHash[], options: PurgeOptions): void {
  if (hashes.length === 0) throw invalid('name', 'nothing has this name')
  const { comment, explain = false, dryRun = explain, json = false } = options
  const isDry = explain || dryRun
  const progress = new ProgressLine({ isQuiet: json })
  const onProgress = (at: number, total: number): void => {
    progress.show(at / total, `${at} of ${counted(total, 'artifact')}`)
  }
  let done: { id: number; items: PurgedArtifact[] }
  try {
    done = keepUnlessDry(repo, { dryRun: isDry }, () => {
      const notes = comment === undefined ? {} : { notes: comment }
      const { id } = purge(repo, hashes, { ...notes, onProgress })
      return { id, items: purgedArtifacts(repo, id) }
    })
  } finally {
    progress.end()
  }
  const { id, items } = done
  print(
    options,
    { id: isDry ? null : id, dryRun: isDry, artifacts: items },
    purgeText(repo, { id, items, isDry }),
  )
}

function purgeText(
  repo: Repo,
  { id, items, isDry }: { id: number; items: readonly PurgedArtifact[]; isDry: boolean },
): string {
  const lines = items.map(itemLine)
  const count = counted(items.length, 'artifact')
  if (isDry) return `${lines.join('')}${count} would go\n`
  const isKnown = findRemote(repo, 'default') !== undefined && items.some((item) => !item.isPrivate)
  const warning = isKnown
    ? 'a sync brings back what the server has of them: "trilobite shun add" bans it\n'
    : ''
  const done = `${count} purged: "trilobite purge undo ${id}" takes that back\n`
  return lines.join('') + done + warning
}

async function list(program: Command, options: ListOptions): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  const events = listPurges(repo).map((event) => ({
    ...event,
    time: formatTime(event.ctimeSec),
    ...(options.long === true ? { items: purgedArtifacts(repo, event.id) } : {}),
  }))
  await printEither(
    options,
    () => ({ purges: events }),
    () =>
      events.values().flatMap((event) => [eventLine(event), ...(event.items ?? []).map(itemLine)]),
  )
}

function eventLine({ id, ctimeSec, notes, artifacts, storedBytes }: PurgeEvent): string {
  const size = `${counted(artifacts, 'artifact')}, ${formatBytes(storedBytes)}`
  const line = `${String(id).padStart(4)}  ${formatTime(ctimeSec)}  ${size}  ${shownName(notes)}`
  return `${line.trimEnd()}\n`
}

function itemLine({ hash, description, isPrivate }: PurgedArtifact): string {
  return `      ${hash.slice(0, 16)} ${isPrivate ? 'P' : ' '} ${shownName(description)}\n`
}

function invalid(option: string, reason: string): FossilError {
  return new FossilError('option.invalid', { option, reason })
}
