/**
 * `trilobite purge`: artifacts out of the history, into the graveyard, and back.
 * Source: fossil src/purge.c purge_cmd.
 * @module
 */

import type { Command } from 'commander'
import { branchOf } from '../history/index.ts'
import {
  type ArtifactHash,
  FossilError,
  listPurges,
  obliterate,
  purge,
  readPurged,
  type Repo,
  undoPurge,
} from '../index.ts'
import { keepUnlessDry } from './dry-run.ts'
import { findArtifact } from './lookup.ts'
import { jsonOption } from './look-back-options.ts'
import { print, printEither, shownName, visibleLine } from './output.ts'
import { remoteNamed } from './peer.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { counted } from '../base/counted.ts'
import { formatBytes, formatTime, ProgressLine } from './terminal.ts'
import { integer } from './option-values.ts'

type PurgeEvent = ReturnType<typeof listPurges>[number]
type PurgedArtifact = PurgeEvent['artifacts'][number]

/** The subject of a purge, as somebody asked for it. */
interface Asked {
  readonly subject: Parameters<typeof purge>[1]
  /** Of check-ins: where each name begins. */
  readonly roots?: readonly Root[]
}

/** The check-in at which a name of a purge begins. */
interface Root {
  readonly name: string
  readonly checkin: ArtifactHash
  /** The branch that the name stands for, where that is more than the check-in it means. */
  readonly branch: string | null
}

interface PurgeOptions {
  readonly explain?: boolean
  readonly dryRun?: boolean
  readonly comment?: string
  readonly json?: boolean
}

/** A purge as it is listed: its artifacts are counted. */
interface ListedPurge extends Omit<PurgeEvent, 'artifacts'> {
  readonly artifacts: number
  readonly storedBytes: number
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
      description: 'purge check-ins, all that follow them, and everything that only they need',
      advice:
        'As in stock, the name of a branch or of any tag stands for the whole branch it is on, ' +
        'from the first check-in. Name the check-in to begin with by its hash, and look at ' +
        '--explain first.',
      argument: 'hashes of check-ins; a branch, or any tag on it: all of the branch',
      find: checkinsNamed,
    },
    artifacts: {
      description: 'purge just these artifacts',
      advice: '',
      argument: 'names of artifacts',
      find: (repo: Repo, names: readonly string[]): Asked => ({
        subject: names.map((name) => findArtifact(repo, name)),
      }),
    },
    files: {
      description: 'purge all versions of files; check-ins that have them stay, and miss them',
      advice: '',
      argument: 'names of files or directories',
      find: filesNamed,
    },
  }
  for (const [name, { description, advice, argument, find }] of Object.entries(what)) {
    command
      .command(name)
      .summary(description)
      .description(advice === '' ? description : `${description}. ${advice}`)
      .argument('<name...>', argument)
      .option('--explain', 'list everything that would go, and change nothing')
      .option('-n, --dry-run', 'same as --explain')
      .option('-m, --comment <text>', 'the reason')
      .option(...jsonOption)
      .action((names: string[], options: PurgeOptions) => {
        using repo = openWhole(repositoryPath(program))
        bury(repo, find(repo, names), options)
      })
  }
  addGraveyard(program, command)
}

/** @throws {FossilError} `name.unknown`, `name.ambiguous` */
function checkinsNamed(repo: Repo, names: readonly string[]): Asked {
  const roots = names.map((name): Root => {
    const meant = findArtifact(repo, name, { kind: 'checkin' })
    const checkin = findArtifact(repo, name, { kind: 'checkin', wholeBranch: true })
    return { name, checkin, branch: checkin === meant ? null : branchOf(repo, checkin) }
  })
  return { subject: { checkins: roots.map(({ checkin }) => checkin) }, roots }
}

/** @throws {FossilError} `name.unknown` for one that no check-in has or had */
function filesNamed(repo: Repo, names: readonly string[]): Asked {
  for (const name of names) checkPurged(repo, name)
  return { subject: { files: names } }
}

function checkPurged(repo: Repo, name: string): void {
  try {
    purge(repo, { files: [name] }, { dryRun: true })
  } catch (cause) {
    // There is nothing to purge.
    if (!FossilError.is(cause, 'artifact.invalid')) throw cause
    const reason = 'there is no such file or directory in any check-in'
    throw new FossilError('name.unknown', { name: visibleLine(name), reason }, { cause })
  }
}

function addGraveyard(program: Command, command: Command): void {
  command
    .command('ls', { isDefault: true })
    .alias('list')
    .description('list the purges in the graveyard')
    .option('-l, --long', 'artifact by artifact')
    .option(...jsonOption)
    .action((options: ListOptions) => list(program, options))
  command
    .command('cat')
    .description('print artifacts of the graveyard')
    .argument('<hash...>', 'a hash, or its first digits')
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
    .description('bring back everything that a purge took')
    .argument('<id>', 'the number of a purge, as "purge ls" lists it', integer('id', { min: 1 }))
    .option(...jsonOption)
    .action((id: number, options: { json?: boolean }) => {
      using repo = openWhole(repositoryPath(program))
      const restored = undoPurge(repo, id)
      print(options, { id, restored }, `${counted(restored, 'artifact')} brought back\n`)
    })
  command
    .command('obliterate')
    .description('end purges for good: nothing brings their artifacts back')
    .argument('[id...]', 'numbers of purges, as "purge ls" lists them')
    .option('-f, --force', 'really')
    .option(...jsonOption)
    .action((names: string[], options: { force?: boolean; json?: boolean }) => {
      using repo = openWhole(repositoryPath(program))
      const ids = names.map(integer('id', { min: 1 }))
      if (ids.length === 0) throw invalid('id', 'say which purges: "trilobite purge ls" lists them')
      repo.dryRun(() => obliterate(repo, ids))
      if (options.force !== true) {
        throw invalid('--force', 'nothing brings back what is obliterated: say that you mean it')
      }
      const gone = obliterate(repo, ids)
      print(options, { ids, obliterated: gone }, `${counted(gone, 'artifact')} gone for good\n`)
    })
}

function bury(repo: Repo, { subject, roots }: Asked, options: PurgeOptions): void {
  const { comment, explain = false, dryRun = explain, json = false } = options
  const isDry = explain || dryRun
  // Before anything goes: who sees more than was meant can still stop it, or knows what to undo.
  if (!json) {
    const { artifacts } = purge(repo, subject, { dryRun: true })
    print({}, {}, subjectText(artifacts, { roots, isDry }))
  }
  const progress = new ProgressLine({ isQuiet: json })
  const onProgress = (at: number, total: number): void => {
    progress.show(at / total, `${at} of ${counted(total, 'artifact')}`)
  }
  let done: { id: number; items: readonly PurgedArtifact[] }
  try {
    done = keepUnlessDry(repo, { dryRun: isDry }, () => {
      const notes = comment === undefined ? {} : { notes: comment }
      const { id } = purge(repo, subject, { ...notes, onProgress })
      return { id, items: listPurges(repo).find((event) => event.id === id)?.artifacts ?? [] }
    })
  } finally {
    progress.end()
  }
  const { id, items } = done
  print(
    options,
    { id: isDry ? null : id, dryRun: isDry, roots: roots ?? null, artifacts: items },
    isDry ? '' : purgeText(repo, { id, items }),
  )
}

function subjectText(
  going: ReturnType<typeof purge>['artifacts'],
  { roots = [], isDry }: { roots: readonly Root[] | undefined; isDry: boolean },
): string {
  const branches = roots.flatMap(({ name, checkin, branch }) => {
    if (branch === null) return []
    const whole = `${shownName(name)} stands for the whole branch ${shownName(branch)}`
    return [`${whole}, from ${checkin} on\n`]
  })
  const checkins = going.filter(({ isCheckin }) => isCheckin).length
  const among = checkins === 0 ? '' : `, ${counted(checkins, 'check-in')} among them`
  const count = `${counted(going.length, 'artifact')} ${isDry ? 'would go' : 'to purge'}${among}:\n`
  return branches.join('') + count + going.map(itemLine).join('')
}

function purgeText(
  repo: Repo,
  { id, items }: { id: number; items: readonly PurgedArtifact[] },
): string {
  const count = counted(items.length, 'artifact')
  const isKnown =
    remoteNamed(repo, 'default') !== undefined && items.some((item) => !item.isPrivate)
  const warning = isKnown
    ? 'a sync brings back what the server has of them: "trilobite shun add" bans it\n'
    : ''
  const done = `${count} purged: "trilobite purge undo ${id}" takes that back\n`
  return done + warning
}

async function list(program: Command, options: ListOptions): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  const events = listPurges(repo).map((event) => ({
    ...event,
    artifacts: event.artifacts.length,
    storedBytes: event.artifacts.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
    time: formatTime(event.ctimeSec),
    ...(options.long === true ? { items: event.artifacts } : {}),
  }))
  await printEither(
    options,
    () => ({ purges: events }),
    () =>
      events.values().flatMap((event) => [eventLine(event), ...(event.items ?? []).map(itemLine)]),
  )
}

function eventLine({ id, ctimeSec, notes, artifacts, storedBytes }: ListedPurge): string {
  const size = `${counted(artifacts, 'artifact')}, ${formatBytes(storedBytes)}`
  const line = `${String(id).padStart(4)}  ${formatTime(ctimeSec)}  ${size}  ${shownName(notes)}`
  return `${line.trimEnd()}\n`
}

function itemLine({
  hash,
  description,
  isPrivate,
}: Pick<PurgedArtifact, 'hash' | 'description' | 'isPrivate'>): string {
  return `      ${hash.slice(0, 16)} ${isPrivate ? 'P' : ' '} ${shownName(description)}\n`
}

function invalid(option: string, reason: string): FossilError {
  return new FossilError('option.invalid', { option, reason })
}
