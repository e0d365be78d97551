/**
 * The `trilobite` command: a parser from a library, one file for each command.
 * Exit codes: 0 done as asked, 1 done but not as hoped, 2 an error, said in one sentence, or with
 * `--json` in one object.
 * @module
 */

import { type Command, CommanderError } from 'commander'
import { FossilError } from '../index.ts'
import { asDamage, errorText } from './error-text.ts'
import { print, printNotice, printTrail } from './output.ts'
import { isCalled } from './called.ts'
import { makeCli } from './program.ts'
import { openedPath } from './repository.ts'

const words = process.argv.slice(2)
const { program, parserText } = await makeCli({ words })

/** Asked for by the command that runs; before one does, by a word. */
let isJson = words.includes('--json')
program.hook('preAction', (_, command) => {
  isJson = command.opts<{ json?: boolean }>().json === true
})

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
function unknownSubcommand({ commands }: Command): string | undefined {
  for (const [at, word] of words.entries()) {
    const command = commands.find((each) => isCalled(each, word))
    const next = words.slice(at + 1).find((each) => !each.startsWith('-'))
    if (command === undefined || next === undefined || command.commands.length === 0) continue
    const names = command.commands.map((each) => each.name())
    const isKnown = command.commands.some((each) => isCalled(each, next))
    return isKnown ? undefined : `"${word} ${next}" is no command: ${word} has ${names.join(', ')}`
  }
  return undefined
}

function exitCodeFor(thrown: unknown): number {
  const error = asDamage(thrown, openedPath()) ?? thrown
  if (error instanceof CommanderError) {
    // Asking for help is not wrong.
    if (error.exitCode === 0) return 0
    printUsageError(error)
    return 2
  }
  if (FossilError.is(error)) {
    const { code, detail } = error
    const message = errorText(error, openedPath())
    if (isJson) print({ json: true }, { error: { code, message, detail } }, '')
    else printNotice(`trilobite: ${message}`)
    return 2
  }
  const trail = error instanceof Error ? (error.stack ?? error.message) : String(error)
  printTrail(`trilobite: a bug in trilobite itself\n${trail}\n`)
  if (isJson) {
    const message = error instanceof Error ? error.message : String(error)
    print({ json: true }, { error: { code: 'bug', message, detail: {} } }, '')
  }
  return 2
}

/** The command line is wrong: the parser says why, and we where we know better. */
function printUsageError(error: CommanderError): void {
  const isExcess = error.code === 'commander.excessArguments'
  const clearer = isExcess ? unknownSubcommand(program) : undefined
  if (isJson) {
    const reason =
      clearer ??
      parserText()
        .replace(/^trilobite: /, '')
        .trim()
        .replaceAll(/\s+/g, ' ')
    const code = 'option.invalid'
    const [, named = ''] = /(?:option|argument) '([^']+)'/.exec(reason) ?? []
    // An option goes by its long name, without the placeholder of its value.
    const option = /--[\w-]+/.exec(named)?.[0] ?? (named === '' ? 'arguments' : named)
    const detail = { option, reason }
    print({ json: true }, { error: { code, message: `${code}: ${reason}`, detail } }, '')
  } else if (clearer === undefined) printTrail(parserText())
  else printNotice(`trilobite: ${clearer}`)
}
