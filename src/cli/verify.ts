/**
 * `trilobite verify`: whether a repository is what its artifacts say. Exits 0 when it is, 1 when
 * something differs, which it names, 2 on an error.
 * @module
 */

import type { Command } from 'commander'
import { verify } from '../index.ts'
import { jsonOption } from './look-back-options.ts'
import { printEither, visibleLine } from './output.ts'
import { openAny, repositoryPath } from './repository.ts'
import { counted } from '../base/counted.ts'
import { ProgressLine } from './terminal.ts'
import { integer } from './option-values.ts'

type Difference = ReturnType<typeof verify>['differences'][number]

interface VerifyOptions {
  readonly limit: number
  readonly json?: boolean
}

/** Adds `verify` to the program. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .description('read every artifact, and compare every table with what they say')
    .option('--limit <n>', 'differences to list of each table', integer('--limit', { min: 1 }), 100)
    .argument('[repository]', 'the repository file, where -R does not name it')
    .option(...jsonOption)
    .action((path: string | undefined, options: VerifyOptions) => {
      return verifyFile(path ?? repositoryPath(program), options)
    })
}

async function verifyFile(path: string, { limit, json }: VerifyOptions): Promise<void> {
  using repo = openAny(path)
  const progress = new ProgressLine({ isQuiet: json === true })
  const onProgress = (done: number, total: number): void => {
    progress.show(done / total, `${done} of ${counted(total, 'artifact')}`)
  }
  let found
  try {
    found = verify(repo, { limit, onProgress })
  } finally {
    progress.end()
  }
  const { artifacts, differences, total } = found
  await printEither(
    json === undefined ? {} : { json },
    () => ({ repository: repo.path, artifacts, total, differences }),
    () => verificationText(found),
  )
  process.exitCode = total === 0 ? 0 : 1
}

function* verificationText({
  artifacts,
  differences,
  total,
}: ReturnType<typeof verify>): Generator<string> {
  for (const { table, kind, what } of differences) yield differenceLine({ table, kind, what })
  const unlisted = total - differences.length
  if (unlisted > 0) yield `and ${unlisted} more: --limit lists them\n`
  const read = counted(artifacts, 'artifact')
  if (total === 0) yield `${read}, and every table is as they say\n`
  else yield `${read}, ${counted(total, 'difference')}${advice(differences)}\n`
}

function advice(differences: readonly Difference[]): string {
  const isDamaged = differences.some(({ kind }) => kind === 'damaged')
  return isDamaged ? '' : ': "trilobite rebuild" puts the tables right'
}

function differenceLine({ table, kind, what }: Difference): string {
  return `${kind.padEnd(7)}  ${table.padEnd(11)}  ${visibleLine(what)}\n`
}
