/**
 * The command line as a whole: every command says what it does, and its examples can be typed.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import type { Command } from 'commander'
import { isCalled } from './called.ts'
import { type CommandInfo, commandInfo } from './help.ts'
import { makeCli } from './program.ts'

const { program } = await makeCli({ words: [] })

/** A command and all below it. */
function commandsOf(info: CommandInfo): CommandInfo[] {
  return [info, ...info.commands.flatMap(commandsOf)]
}

const all = commandsOf(commandInfo(program))

suite('every command', () => {
  test('has a sentence about itself, its arguments and its options', () => {
    const silent = all.flatMap(({ name, description, arguments: args, options }) => [
      ...(/^[a-z].*[^.]$|^[A-Z].*[^.]$|\. .*\.$/.test(description) ? [] : [name]),
      ...args.filter((each) => each.description === '').map((each) => `${name} ${each.name}`),
      ...options.filter((each) => each.description === '').map((each) => `${name} ${each.flags}`),
    ])
    assert.deepEqual(silent, [])
  })

  test('has a group where the program lists it', () => {
    const loose = all[0]?.commands.filter(({ group }) => group === '').map(({ name }) => name)
    assert.deepEqual(loose, [])
  })

  test('has a name of its own among its neighbours', () => {
    for (const { commands } of all) {
      const names = commands.flatMap((each) => each.names)
      assert.deepEqual(names, [...new Set(names)])
    }
  })
})

test('names of stock lead to our commands', () => {
  const stock = ['init', 'server', 'unversioned', 'setting', 'commit', 'praise', 'attachment']
  for (const name of stock) {
    assert.ok(
      program.commands.some((each) => isCalled(each, name)),
      name,
    )
  }
})

/** The words of a line, as a shell takes them. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}

/** The command that words begin with, and the words after it. */
function commandAt(words: readonly string[]): [Command, readonly string[]] {
  let [command, at] = [program, 0]
  for (; at < words.length; at++) {
    const next = command.commands.find((each) => isCalled(each, words[at]))
    if (next === undefined) break
    command = next
  }
  return [command, words.slice(at)]
}

test('every example is a command with its own options and as many arguments as it takes', () => {
  const lines = all.flatMap(({ examples }) => examples.map(({ line }) => line))
  assert.ok(lines.length > 40)
  for (const line of lines) {
    const [command, words] = commandAt(wordsOf(line).slice(1))
    const { operands, unknown } = command.parseOptions([...words])
    assert.deepEqual(unknown, [], line)
    const args = command.registeredArguments
    assert.ok(operands.length >= args.filter(({ required }) => required).length, line)
    assert.ok(args.some(({ variadic }) => variadic) || operands.length <= args.length, line)
  }
})
