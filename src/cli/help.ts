/**
 * `trilobite help`: the help of a command, and all commands as data.
 * @module
 */

import type { Argument, Command, Option } from 'commander'
import { FossilError } from '../index.ts'
import { examplesOf, type Example } from './examples.ts'
import { similarNames } from './lookup.ts'
import { jsonOption } from './look-back-options.ts'
import { print, visibleLine } from './output.ts'
import { isCalled } from './called.ts'

/** A command as data: what its help says. */
export interface CommandInfo {
  /** All words of it, such as `trilobite branch new`. */
  readonly name: string
  /** The last word, and the others that may stand for it. */
  readonly names: readonly string[]
  /** The heading under which the list of commands has it; empty for none. */
  readonly group: string
  readonly usage: string
  readonly description: string
  readonly arguments: readonly { readonly name: string; readonly description: string }[]
  readonly options: readonly {
    readonly flags: string
    readonly description: string
    readonly default: unknown
    readonly choices: readonly string[]
  }[]
  readonly examples: readonly Example[]
  readonly commands: readonly CommandInfo[]
}

/** Adds `help` to the program, in place of the parser's own. */
export function addHelpCommand(program: Command): void {
  program
    .helpCommand(false)
    .command('help')
    .description('print the help of a command, or all commands as data')
    .argument('[command...]', 'the words of a command, such as: branch new')
    .option(...jsonOption)
    .action((words: string[], options: { json?: boolean }) => {
      const command = findCommand(program, words)
      if (options.json === true) print(options, { ...commandInfo(command) }, '')
      else command.outputHelp()
    })
}

/** @throws {FossilError} `option.invalid` where there is no such command */
function findCommand(program: Command, words: readonly string[]): Command {
  let command = program
  for (const [at, word] of words.entries()) {
    const next = command.commands.find((each) => isCalled(each, word))
    if (next === undefined) {
      const names = command.commands.flatMap((each) => [each.name(), ...each.aliases()])
      const similar = similarNames(word, names)
      const question = similar.length === 0 ? '' : `; did you mean ${similar.join(' or ')}?`
      const reason = `there is no command "${visibleLine(words.slice(0, at + 1).join(' '))}"`
      throw new FossilError('option.invalid', { option: 'command', reason: reason + question })
    }
    command = next
  }
  return command
}

/** A command and all below it as data. */
export function commandInfo(command: Command, above = ''): CommandInfo {
  const name = `${above}${command.name()}`
  const help = command.createHelp()
  return {
    name,
    names: [command.name(), ...command.aliases()],
    group: command.helpGroup() ?? '',
    usage: `${name} ${command.usage()}`.trim(),
    description: command.description(),
    arguments: command.registeredArguments.map(argumentInfo),
    options: help.visibleOptions(command).map(optionInfo),
    examples: examplesOf(name),
    commands: command.commands.map((each) => commandInfo(each, `${name} `)),
  }
}

function argumentInfo(argument: Argument): CommandInfo['arguments'][number] {
  const { description, required, variadic } = argument
  const name = `${argument.name()}${variadic ? '...' : ''}`
  return { name: required ? `<${name}>` : `[${name}]`, description }
}

function optionInfo(option: Option): CommandInfo['options'][number] {
  const { flags, description, argChoices, negate } = option
  return {
    flags,
    description,
    default: negate ? null : (option.defaultValueDescription ?? option.defaultValue ?? null),
    choices: argChoices ?? [],
  }
}
