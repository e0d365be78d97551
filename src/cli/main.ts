/**
 * The `trilobite` command: a parser from a library, one file for each command.
 * Exit codes: 0 done as asked, 1 done but not as hoped, 2 an error, said in one sentence.
 * @module
 */

import { Command, CommanderError } from 'commander'
import { FossilError } from '../index.ts'
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
import { errorText } from './error-text.ts'
import { addExportCommand } from './export.ts'
import { addFinfoCommand } from './finfo.ts'
import { addInfoCommand } from './info.ts'
import { addDescendantsCommand, addLeavesCommand } from './leaves.ts'
import { addLsCommand } from './ls.ts'
import { addMergeCommand } from './merge.ts'
import { addNewCommand } from './new.ts'
import { addPurgeCommand } from './purge.ts'
import { addRebuildCommand } from './rebuild.ts'
import { addRemoteCommand } from './remote.ts'
import { addServeCommand } from './serve.ts'
import { addShunCommand } from './shun.ts'
import { addSyncCommands } from './sync.ts'
import { addTableCommand } from './table.ts'
import { addTagCommand } from './tag.ts'
import { printNotice, printTrail } from './output.ts'
import { addTechnoteCommand } from './technote.ts'
import { addTicketCommand } from './ticket.ts'
import { addTimelineCommand } from './timeline.ts'
import { addUserCommand } from './user.ts'
import { addUvCommand } from './uv.ts'
import { addVerifyCommand } from './verify.ts'
import { addWhatisCommand } from './whatis.ts'
import { addWikiCommand } from './wiki.ts'

/** The message of the parser, until it is known whether a clearer sentence takes its place. */
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

addNewCommand(program)
addCloneCommand(program)
addSyncCommands(program)
addServeCommand(program)
addInfoCommand(program)
addRemoteCommand(program)
addUserCommand(program)
addUvCommand(program)
addTableCommand(program)
addTimelineCommand(program)
addLsCommand(program)
addCatCommand(program)
addDiffCommand(program)
addExportCommand(program)
addArchiveCommands(program)
addFinfoCommand(program)
addAnnotateCommands(program)
addArtifactCommand(program)
addWhatisCommand(program)
addLeavesCommand(program)
addDescendantsCommand(program)
addCheckinCommand(program)
addMergeCommand(program)
addBranchCommand(program)
addTagCommand(program)
addAmendCommand(program)
addWikiCommand(program)
addTicketCommand(program)
addTechnoteCommand(program)
addAttachCommand(program)
addVerifyCommand(program)
addRebuildCommand(program)
addShunCommand(program)
addPurgeCommand(program)
// These commands do without the simulator.
if (!program.commands.some((command) => command.name() === process.argv[2])) {
  const { addSimCommand } = await import('./sim.ts')
  addSimCommand(program)
}

// Who reads our output may stop reading, as `head` does: that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return
  printNotice(`trilobite: cannot write the output: ${error.message}`)
  process.exit(2)
})

try {
  await program.parseAsync(process.argv)
} catch (error) {
  process.exitCode = exitCodeFor(error)
}

/** A command with subcommands takes a word it does not know for an argument of the default one. */
function unknownSubcommand({ commands }: Command, words: readonly string[]): string | undefined {
  for (const [at, word] of words.entries()) {
    const command = commands.find((each) => each.name() === word || each.aliases().includes(word))
    const next = words.slice(at + 1).find((each) => !each.startsWith('-'))
    if (command === undefined || next === undefined || command.commands.length === 0) continue
    const names = command.commands.map((each) => each.name())
    const isKnown = command.commands.some(
      (each) => each.name() === next || each.aliases().includes(next),
    )
    return isKnown ? undefined : `"${word} ${next}" is no command: ${word} has ${names.join(', ')}`
  }
  return undefined
}

function exitCodeFor(error: unknown): number {
  if (error instanceof CommanderError) {
    const isExcess = error.code === 'commander.excessArguments'
    const clearer = isExcess ? unknownSubcommand(program, process.argv.slice(2)) : undefined
    if (clearer === undefined) printTrail(parserText)
    else printNotice(`trilobite: ${clearer}`)
    // Asking for help is not wrong.
    return error.exitCode === 0 ? 0 : 2
  }
  if (FossilError.is(error)) {
    printNotice(`trilobite: ${errorText(error)}`)
    return 2
  }
  const trail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  printTrail(`trilobite: a bug in trilobite itself\n${trail}\n`)
  return 2
}
