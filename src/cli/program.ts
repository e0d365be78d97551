/**
 * The command line as a whole: every command, in groups, with examples. Nothing is run here.
 * @module
 */

import { Command } from 'commander'
import { addAmendCommand } from './amend.ts'
import { addAnnotateCommands } from './annotate.ts'
import { addArchiveCommands } from './archive.ts'
import { addArtifactCommand } from './artifact.ts'
import { addAttachCommand } from './attach.ts'
import { addBranchCommand } from './branch.ts'
import { addCatCommand } from './cat.ts'
import { addCheckinCommand } from './ci.ts'
import { addCloneCommand } from './clone.ts'
import { addDiffCommand } from './diff.ts'
import { addExportCommand } from './export.ts'
import { addFinfoCommand } from './finfo.ts'
import { addHelpCommand } from './help.ts'
import { addInfoCommand } from './info.ts'
import { addDescendantsCommand, addLeavesCommand } from './leaves.ts'
import { addLsCommand } from './ls.ts'
import { addMergeCommand } from './merge.ts'
import { addNewCommand } from './new.ts'
import { addPurgeCommand } from './purge.ts'
import { addRebuildCommand } from './rebuild.ts'
import { addRemoteCommand } from './remote.ts'
import { addServeCommand } from './serve.ts'
import { addSettingsCommands } from './settings.ts'
import { addShunCommand } from './shun.ts'
import { addSyncCommands } from './sync.ts'
import { addTableCommand } from './table.ts'
import { addTagCommand } from './tag.ts'
import { addTechnoteCommand } from './technote.ts'
import { addTicketCommand } from './ticket.ts'
import { addTimelineCommand } from './timeline.ts'
import { addUserCommand } from './user.ts'
import { addUvCommand } from './uv.ts'
import { addVerifyCommand } from './verify.ts'
import { addVersionCommand } from './version.ts'
import { addWhatisCommand } from './whatis.ts'
import { addWikiCommand } from './wiki.ts'
import { isCalled } from './called.ts'
import { withExamples } from './examples.ts'

/** The command line, and what its parser has said of a wrong one. */
export interface Cli {
  readonly program: Command
  /** The message of the parser, until it is known whether a clearer sentence takes its place. */
  readonly parserText: () => string
}

/**
 * Makes the command line.
 *
 * @param options.words the arguments of the process: the simulator is loaded only where they may
 *   ask for it
 */
export async function makeCli({ words }: { readonly words: readonly string[] }): Promise<Cli> {
  let parserText = ''
  const program = new Command('trilobite')
    .description('Fossil repositories and Fossil sync, proven by deterministic simulation')
    .option('-R, --repository <file>', 'the repository; by default the only .fossil file here')
    .exitOverride()
    .configureOutput({
      outputError: (text) => {
        parserText += text.replace(/^error:/, 'trilobite:')
      },
    })
  addShared(program)
  addWriters(program)
  addReaders(program)
  addUpkeep(program)
  program.commandsGroup('Other commands:')
  addVersionCommand(program)
  const isKnown = program.commands.some((command) => isCalled(command, firstWord(words)))
  if (!isKnown) {
    const { addSimCommand } = await import('./sim.ts')
    addSimCommand(program)
  }
  addHelpCommand(program)
  withExamples(program)
  return { program, parserText: () => parserText }
}

/** The first word that is no option of the program. */
function firstWord(words: readonly string[]): string | undefined {
  const at = words.findIndex((word, index) => {
    return !word.startsWith('-') && !/^(?:-R|--repository)$/.test(words[index - 1] ?? '')
  })
  return words[at]
}

function addShared(program: Command): void {
  program.commandsGroup('Begin and share:')
  addNewCommand(program)
  addCloneCommand(program)
  addSyncCommands(program)
  addServeCommand(program)
  addRemoteCommand(program)
  addUserCommand(program)
}

function addWriters(program: Command): void {
  program.commandsGroup('Write:')
  addCheckinCommand(program)
  addMergeCommand(program)
  addBranchCommand(program)
  addTagCommand(program)
  addAmendCommand(program)
  addWikiCommand(program)
  addTicketCommand(program)
  addTechnoteCommand(program)
  addAttachCommand(program)
  addUvCommand(program)
  addTableCommand(program)
}

function addReaders(program: Command): void {
  program.commandsGroup('Look back:')
  addTimelineCommand(program)
  addInfoCommand(program)
  addWhatisCommand(program)
  addLsCommand(program)
  addCatCommand(program)
  addDiffCommand(program)
  addFinfoCommand(program)
  addAnnotateCommands(program)
  addArtifactCommand(program)
  addLeavesCommand(program)
  addDescendantsCommand(program)
  addExportCommand(program)
  addArchiveCommands(program)
}

function addUpkeep(program: Command): void {
  program.commandsGroup('Keep in order:')
  addSettingsCommands(program)
  addVerifyCommand(program)
  addRebuildCommand(program)
  addShunCommand(program)
  addPurgeCommand(program)
}
