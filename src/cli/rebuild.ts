/**
 * `trilobite rebuild`: all tables worked out anew from the artifacts.
 * @module
 */

import type { Command } from 'commander'
import { rebuild, type Repo } from '../index.ts'
import { jsonOption } from './look-back-options.ts'
import { openAny, repositoryPath } from './repository.ts'
import { counted } from '../base/counted.ts'
import { ProgressLine } from './terminal.ts'
import { print } from './output.ts'

/** Adds `rebuild` to the program. */
export function addRebuildCommand(program: Command): void {
  program
    .command('rebuild')
    .description('work out all tables anew from the artifacts; shunned artifacts are removed')
    .argument('[repository]', 'the repository file, where -R does not name it')
    .option(...jsonOption)
    .action((path: string | undefined, options: { json?: boolean }) => {
      using repo = openAny(path ?? repositoryPath(program))
      const { artifacts, shunned } = rebuildShown(repo, options)
      const gone = shunned === 0 ? '' : `, ${counted(shunned, 'shunned artifact')} removed`
      print(
        options,
        { repository: repo.path, artifacts, shunned },
        `every table is worked out anew from ${counted(artifacts, 'artifact')}${gone}\n`,
      )
    })
}

/** Rebuilds with a progress line. Throws as {@link rebuild} does: then nothing changed. */
export function rebuildShown(
  repo: Repo,
  { json }: { readonly json?: boolean },
): ReturnType<typeof rebuild> {
  const progress = new ProgressLine({ isQuiet: json === true })
  try {
    return rebuild(repo, (done, total) => {
      progress.show(done / total, `${done} of ${counted(total, 'artifact')}`)
    })
  } finally {
    progress.end()
  }
}
