/**
 * The report of `merge`, for people in stock's words, and for programs.
 * Source: fossil src/merge.c merge_cmd.
 * @module
 */

import { counted } from '../base/counted.ts'
import type { ArtifactHash, CheckinFile, planMerge, Repo } from '../index.ts'
import { shownName } from './output.ts'

/** A merge, worked out. */
export type MergePlan = ReturnType<typeof planMerge>

type File = MergePlan['files'][number]
type Conflict = MergePlan['conflicts'][number]

/** A check-in, or conflicts that are left: then nothing is written. */
export type MergeOutcome =
  { readonly checkin: ArtifactHash; readonly left?: never } | { readonly left: Left }

interface Left {
  /** Names that are still to be settled. */
  readonly names: readonly string[]
  readonly reason: string
  /** The folder to which their versions were written. */
  readonly folder?: string
}

/** The material of the report. */
export interface MergeReport {
  readonly repo: Repo
  readonly plan: MergePlan
  /** The branch of the target. */
  readonly branch: string
  /** Undefined for an idle plan. */
  readonly written: MergeOutcome | undefined
  readonly isDry: boolean
  /** The source in words, where nobody named it. */
  readonly fork?: string
}

/** The fields of the one object that programs get. They are part of the command's interface. */
export function mergeFields(
  report: Omit<MergeReport, 'plan'> & {
    /** With a source of `null` where there is none. */
    readonly plan: Omit<MergePlan, 'source' | 'pivot'> & {
      readonly source: ArtifactHash | null
      readonly pivot: ArtifactHash | null
    }
  },
): Record<string, unknown> {
  const { repo, plan, branch, written, isDry } = report
  const { kind, source, target, pivot, isIdle, files, conflicts } = plan
  return {
    repository: repo.path,
    kind,
    source,
    target,
    pivot,
    branch,
    isIdle,
    dryRun: isDry,
    checkin: written !== undefined && 'checkin' in written ? written.checkin : null,
    unsettled: written?.left?.names ?? [],
    files: files.map((file) => ({
      name: file.name,
      change: file.change,
      permission: file.change === 'deleted' ? null : file.permission,
      renamedFrom: renamedFrom(file) ?? null,
    })),
    conflicts: conflicts.map((conflict) => ({
      kind: conflict.kind,
      name: conflict.name,
      pivot: versionFields(conflict.pivot),
      target: versionFields(conflict.target),
      source: versionFields(conflict.source),
      hunks: conflict.hunks ?? [],
    })),
  }
}

function versionFields(file: CheckinFile | undefined): Record<string, unknown> | null {
  return file === undefined
    ? null
    : { name: file.name, hash: file.hash, permission: file.permission }
}

/** The same for people. */
export function mergeText({ plan, branch, written, isDry, fork }: MergeReport): string {
  const { kind, source, target, conflicts } = plan
  if (written === undefined) {
    const has = kind === 'backout' ? 'nothing' : 'all'
    return `Merge skipped because it is a no-op: ${target} has ${has} of ${source}\n`
  }
  const lines = [...(fork === undefined ? [] : [`Merging fork ${fork}`]), ...fileLines(plan)]
  if (written.left === undefined) {
    const settled = new Set(conflicts.map(({ name }) => name))
    for (const name of settled) lines.push(`SETTLED ${shownName(name)}`)
    const done = { merge: 'merged', cherrypick: 'picked', backout: 'backed out' }[kind]
    lines.push(`${done} ${source}`)
    lines.push(
      `${isDry ? 'would check in' : 'checked in'} ${written.checkin} on ${shownName(branch)}`,
    )
  } else lines.push(...conflicts.flatMap(conflictLines), ...advice(written.left))
  return lines.map((line) => `${line}\n`).join('')
}

/** A line for each thing that is done to a file, in stock's words and order. */
function fileLines({ files }: MergePlan): string[] {
  const lines = (word: string, is: (file: File) => boolean): string[] =>
    files.filter(is).map((file) => `${word} ${shownName(file.target?.name ?? file.name)}`)
  return [
    ...lines('EXECUTABLE', (file) => isMade(file, 'executable')),
    ...lines('UNEXEC', (file) => isMade(file, 'regular')),
    ...lines('UPDATE', ({ change }) => change === 'updated'),
    ...lines('MERGE', ({ change }) => change === 'merged'),
    ...lines('DELETE', ({ change }) => change === 'deleted'),
    ...files.flatMap((file) => {
      const from = renamedFrom(file)
      return from === undefined ? [] : [`RENAME ${shownName(from)} -> ${shownName(file.name)}`]
    }),
    ...lines('ADDED', ({ change }) => change === 'added'),
  ]
}

function isMade({ change, permission, target }: File, made: CheckinFile['permission']): boolean {
  const isKnown = target !== undefined && change !== 'deleted'
  return isKnown && permission === made && target.permission !== made
}

/** The name in the target of a file that gets another one. */
function renamedFrom({ name, change, target }: File): string | undefined {
  return change === 'deleted' || target?.name === name ? undefined : target?.name
}

function conflictLines({ kind, name, hunks = [], target, source }: Conflict): string[] {
  const [own, other] = [shownName(target?.name ?? name), shownName(source?.name ?? name)]
  const cannot = (what: string): string[] => [`MERGE ${own}`, `***** Cannot merge ${what} ${own}`]
  const sides: Readonly<Record<Conflict['kind'], () => string[]>> = {
    content: () => [`MERGE ${own}`, `***** ${counted(hunks.length, 'merge conflict')} in ${own}`],
    binary: () => cannot('binary file'),
    symlink: () => cannot('symlink'),
    deleted: () => {
      const [gone, changed] = target === undefined ? ['target', 'source'] : ['source', 'target']
      return [`***** ${shownName(name)} is deleted in the ${gone}, and changed in the ${changed}`]
    },
    renamed: () => [`***** One file is ${own} in the target, and ${other} in the source`],
    permission: () => [`***** ${own} is ${target?.permission} and ${source?.permission}`],
    name: () => [`***** ${shownName(name)} is two files, or a file and a directory`],
  }
  return sides[kind]()
}

/** The way on from conflicts. */
function advice({ names, reason, folder }: Left): string[] {
  const [first = ''] = names
  const listed = names.map(shownName).join(', ')
  if (folder !== undefined) {
    const there = shownName(folder)
    return [
      `WARNING: nothing is checked in: the versions of ${listed} are in ${there}`,
      `edit them there, each under its own name, and merge again with --resolved ${there}`,
    ]
  }
  return [
    `WARNING: nothing is checked in: ${reason}: ${listed}`,
    'merge again with one of these:',
    '  --conflicts FOLDER    writes the files with both versions, for you to edit',
    '  --resolved FOLDER     takes the edited files from there, and checks in',
    `  --resolve NAME=FILE   settles one, such as ${shownName(first)}, with a file`,
    '  --resolve NAME=:none  or without one; :target, :source and :merge take what is there',
  ]
}
