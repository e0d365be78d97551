/**
 * The report of `ci` at its end, for people and for programs.
 * @module
 */

import { branchOf } from '../history/index.ts'
import type {
  ArtifactHash,
  Author,
  checkin,
  checkinFiles,
  CheckinOptions,
  checkinPlace,
  folderChanges,
  Repo,
} from '../index.ts'
import type { DryRunOptions } from './dry-run.ts'
import { shownName } from './output.ts'
import { counted } from '../base/counted.ts'

/** The place of a check-in. */
export type Place = ReturnType<typeof checkinPlace>

/** Files by name, as the parent has them. */
export type Before = ReturnType<typeof checkinFiles>

/** The material of a check-in's report. */
export interface Written {
  readonly repo: Repo
  readonly written: ReturnType<typeof checkin>
  readonly parent: ArtifactHash | undefined
  readonly place: Place
  readonly author: Author
  readonly changes: Awaited<ReturnType<typeof folderChanges>>
  readonly before: Before
  readonly options: DryRunOptions & { readonly json?: boolean }
}

/** The change of one file. */
interface ChangedFile {
  readonly change: 'added' | 'edited' | 'deleted' | 'renamed'
  readonly name: string
  /** The earlier name of a file that was renamed. */
  readonly from?: string
}

/** The most entries of a long list that people are shown. */
const maxShown = 20

/** The files that a check-in changed, in the order they were given. */
export function changedFiles({ changes, before }: Written): ChangedFile[] {
  return changes.changes.map((change): ChangedFile => {
    const { name, renamedFrom } = change
    if (renamedFrom !== undefined) return { change: 'renamed', name, from: renamedFrom }
    return { change: kindOf(change, before), name }
  })
}

function kindOf(
  { name, content }: CheckinOptions['changes'][number],
  before: Before,
): ChangedFile['change'] {
  if (content === undefined) return 'deleted'
  return before.has(name) ? 'edited' : 'added'
}

/** The fields of the one object that programs get. They are part of the command's interface. */
export function checkinFields(
  { repo, written, parent, place, author, changes, options }: Written,
  files: readonly ChangedFile[],
): Record<string, unknown> {
  return {
    repository: repo.path,
    checkin: written.hash,
    parent: parent ?? null,
    branch: branchName(repo, { place, written, parent }),
    user: author.user,
    private: place.isPrivate,
    dryRun: options.dryRun === true,
    files,
    leftOut: changes.leftOut,
    newArtifacts: written.newArtifacts.length,
    otherLeaves: written.forks,
  }
}

/** The same for people. */
export function checkinText(all: Written, files: readonly ChangedFile[]): string {
  const { repo, written, changes, options } = all
  const done = options.dryRun === true ? 'would check in' : 'checked in'
  const branch = branchName(repo, all)
  const lines = [
    ...shortened(files.map(fileLine)),
    ...(changes.leftOut.length === 0
      ? []
      : [`left out: ${shortened(changes.leftOut.map(shownName), 5).join(', ')}`]),
    `${done} ${written.hash} on ${shownName(branch)}${totals(files)}`,
    ...(written.forks.length === 0
      ? []
      : [`${shownName(branch)} has another open leaf: ${written.forks.join(', ')}`]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function fileLine({ change, name, from }: ChangedFile): string {
  const origin = from === undefined ? '' : ` from ${shownName(from)}`
  return `${change.toUpperCase().padEnd(7)} ${shownName(name)}${origin}`
}

function totals(files: readonly ChangedFile[]): string {
  const counts = Map.groupBy(files, ({ change }) => change)
  const parts = [...counts].map(([change, { length }]) => `${length} ${change}`)
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`
}

function shortened(lines: readonly string[], most = maxShown): string[] {
  const rest = lines.length - most
  return rest <= 0 ? [...lines] : [...lines.slice(0, most), `and ${counted(rest, 'other')}`]
}

/** After a dry run the check-in is not there to be asked. */
function branchName(
  repo: Repo,
  { place, written, parent }: Pick<Written, 'place' | 'written' | 'parent'>,
): string {
  return place.branch ?? branchOf(repo, parent ?? written.hash)
}
