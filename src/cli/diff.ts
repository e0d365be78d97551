/**
 * `trilobite diff`: what differs between two check-ins. Exits with 0 whether or not anything does,
 * as stock.
 * Source: fossil src/diffcmd.c diff_cmd, diff_two_versions.
 * @module
 */

import { Command } from 'commander'
import { diffCheckins, type FileDiff, formatCheckinDiff, artifactInfo } from '../history/index.ts'
import { type ArtifactHash, checkinFiles, FossilError, type Repo } from '../index.ts'
import { checkPaths, findCheckin, treePaths } from './lookup.ts'
import { jsonOption } from './look-back-options.ts'
import { printEither, shownName } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { integer } from './option-values.ts'

interface Options {
  readonly from?: string
  readonly to?: string
  readonly checkin?: string
  readonly branch?: string
  readonly brief?: boolean
  readonly numstat?: boolean
  readonly context?: number
  readonly verbose?: boolean
  readonly newFile?: boolean
  readonly json?: boolean
}

/** Adds `diff` to the program. */
export function addDiffCommand(program: Command): void {
  const diff = new DiffCommand('diff')
  diff
    .copyInheritedSettings(program)
    .description('show the differences between two check-ins')
    .argument('[paths...]', 'files and folders to look at; by default all')
    .option('-r, --from <name>', 'the check-in before')
    .option('--to <name>', 'the check-in after; by default the latest of the main branch')
    .option('--checkin <name>', 'show the changes of a check-in since its parent (-ci for short)')
    .option('--branch <name>', 'show the changes of a branch since it began')
    .option('--brief', 'the names of the files')
    .option('--numstat', 'count the lines that came and went in each file')
    .option('-c, --context <n>', 'unchanged lines around changes', integer('--context', lines), 5)
    .option('-v, --verbose', 'show the whole text of added and deleted files')
    .option('-N, --new-file', 'same as --verbose')
    .option(...jsonOption)
    .action(async (given: string[], options: Options) => {
      using repo = openWhole(repositoryPath(program))
      const range = rangeOf(repo, options)
      const paths = treePaths(given)
      checkPaths(paths, () => namesOf(repo, range), 'on either side')
      const diffs = diffCheckins(repo, range, diffOptions(options, paths))
      await printEither(
        options,
        () => ({ ...range, files: diffs.values().map(diffFields) }),
        () => diffText(diffs, options),
      )
    })
  program.addCommand(diff)
}

const lines = { min: 0, max: 1_000_000_000 }

/** Stock's `-ci` would be `-c` with the value `i`. */
class DiffCommand extends Command {
  override parseOptions(words: string[]): ReturnType<Command['parseOptions']> {
    return super.parseOptions(words.map((word) => (word === '-ci' ? '--checkin' : word)))
  }
}

/** Two check-ins to compare. */
interface Range {
  readonly from: ArtifactHash
  readonly to: ArtifactHash
}

function namesOf(repo: Repo, { from, to }: Range): string[] {
  return [from, to].flatMap((hash) => [...checkinFiles(repo, hash).keys()])
}

/** @throws {FossilError} `option.invalid`; as {@link findCheckin} does */
function rangeOf(repo: Repo, options: Options): Range {
  const { from, to, checkin, branch } = options
  const ways = [from ?? to, checkin, branch].filter((name) => name !== undefined)
  if (ways.length > 1) throw invalid('--from', 'choose --from with --to, --checkin or --branch')
  if (checkin !== undefined) return rangeOfCheckin(repo, checkin)
  if (branch !== undefined) {
    const root = findCheckin(repo, `root:${branch}`)
    return { from: root, to: findCheckin(repo, branch) }
  }
  if (from === undefined) {
    throw invalid('--from', 'say what to compare: --from with or without --to, --checkin, --branch')
  }
  return { from: findCheckin(repo, from), to: findCheckin(repo, to) }
}

function rangeOfCheckin(repo: Repo, name: string): Range {
  const hash = findCheckin(repo, name)
  const from = artifactInfo(repo, hash).parents.find(({ isPrimary }) => isPrimary)?.hash
  if (from === undefined) throw invalid('--checkin', `check-in ${hash} has no parent`)
  return { from, to: hash }
}

function diffOptions(
  options: Options,
  paths: readonly string[] | undefined,
): NonNullable<Parameters<typeof diffCheckins>[2]> {
  const { verbose, newFile, numstat, context } = options
  return {
    ...(paths === undefined ? {} : { paths }),
    ...(context === undefined ? {} : { contextLines: context }),
    withWholeFiles: [verbose, newFile, numstat].includes(true),
  }
}

function* diffText(diffs: readonly FileDiff[], options: Options): Generator<string> {
  if (options.numstat === true) yield* countsText(diffs)
  else if (options.brief === true) yield* diffs.values().map(briefText)
  else yield* diffs.values().map((diff) => formatCheckinDiff([shown(diff)]))
}

function briefText({ name, change, before }: FileDiff): string {
  const words = { added: 'ADDED  ', deleted: 'DELETED', changed: 'CHANGED', renamed: 'RENAMED' }
  if (change === 'permission') return ''
  const earlier = change === 'renamed' ? `${shownName(before?.name ?? '')} -> ` : ''
  return `${words[change]} ${earlier}${shownName(name)}\n`
}

function* countsText(diffs: readonly FileDiff[]): Generator<string> {
  let [files, allInserted, allRemoved] = [0, 0, 0]
  for (const { name, content } of diffs) {
    if (content === undefined) continue
    files++
    if (content.kind !== 'text') {
      yield `${columns('-', '-')} ${shownName(name)}\n`
      continue
    }
    const { insertedLines, removedLines } = content
    allInserted += insertedLines
    allRemoved += removedLines
    yield `${columns(insertedLines, removedLines)} ${shownName(name)}\n`
  }
  yield `${columns(allInserted, allRemoved)} TOTAL over ${files} changed files\n`
}

function columns(...counts: readonly (number | string)[]): string {
  return counts.map((count) => String(count).padStart(10)).join(' ')
}

/** With names that stay on their lines. */
function shown(diff: FileDiff): FileDiff {
  const { name, before, after } = diff
  return {
    ...diff,
    name: shownName(name),
    ...(before === undefined ? {} : { before: { ...before, name: shownName(before.name) } }),
    ...(after === undefined ? {} : { after: { ...after, name: shownName(after.name) } }),
  }
}

function diffFields({ name, change, before, after, content }: FileDiff): Record<string, unknown> {
  return {
    name,
    change,
    before: before ?? null,
    after: after ?? null,
    content: content ?? null,
  }
}

function invalid(option: string, reason: string): FossilError {
  return new FossilError('option.invalid', { option, reason })
}
