/**
 * `trilobite settings` and `unset`, and errors for programs.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { createRepo, systemEnv } from '../index.ts'
import { Scratch } from './command.suite.ts'

const scratch = new Scratch()
createRepo(`${scratch.folder}/p.fossil`, systemEnv).close()

test('a setting is set, shown with others that begin so, and unset', async () => {
  const set = await scratch.run(['setting', 'autosync', 'off'])
  assert.equal(set.stdout, 'autosync                 (local)    off\n')
  const shown = await scratch.run(['settings', 'autos'])
  assert.equal(shown.stdout, `${set.stdout}autosync-tries           (default)  1\n`)
  const { settings } = await scratch.json(['settings', '--obeyed', '--changed'])
  assert.deepEqual(settings, [])
  const unset = await scratch.json(['unset', 'autosync'])
  assert.deepEqual([unset['value'], unset['inForce']], [null, 'on'])
})

test('a name that means nothing, or several settings, is refused with those like it', async () => {
  const wrong = await scratch.run(['settings', 'autosynk', 'on'])
  assert.match(wrong.stderr, /there is no setting "autosynk"; did you mean autosync\?/)
  const many = await scratch.run(['unset', 'autosyn'])
  assert.match(many.stderr, /"autosyn" begins autosync, autosync-tries/)
  assert.deepEqual([wrong.code, many.code], [2, 2])
})

test('with --json an error is one object on standard output', async () => {
  const { error } = await scratch.json(['settings', 'uv-sync', 'maybe'], { code: 2 })
  assert.deepEqual(error, {
    code: 'option.invalid',
    message: 'option.invalid: "maybe" is neither on nor off (option uv-sync)',
    detail: { option: 'uv-sync', reason: '"maybe" is neither on nor off' },
  })
  const usage = await scratch.json(['settings', '--chanced'], { code: 2 })
  assert.deepEqual(usage['error'], {
    code: 'option.invalid',
    message: "option.invalid: unknown option '--chanced' (Did you mean --changed?)",
    detail: {
      option: '--chanced',
      reason: "unknown option '--chanced' (Did you mean --changed?)",
    },
  })
})

test('with --json an error names what of the command line is wrong', async () => {
  const wrong: readonly (readonly [args: readonly string[], option: string])[] = [
    [['clone', 'http://x/'], 'file'],
    [['sim', 'corpus', 'add'], '--seeds'],
    [['frobnicate'], 'arguments'],
  ]
  for (const [args, named] of wrong) {
    const { stdout } = await scratch.run([...args, '--json'])
    const told: { readonly error: { readonly detail: { readonly option: string } } } =
      JSON.parse(stdout)
    assert.equal(told.error.detail.option, named, args.join(' '))
  }
})

test('help is printed for a command, and for programs as data', async () => {
  const help = await scratch.run(['help', 'ci'])
  assert.match(help.stdout, /^Usage: trilobite ci\|commit [^]*\nExamples:\n {2}trilobite ci /)
  const { name, commands } = await scratch.json(['help'])
  assert.equal(name, 'trilobite')
  assert.ok(Array.isArray(commands) && commands.length > 35)
  const version = await scratch.run(['--version'])
  assert.match(version.stdout, /^trilobite \d+\.\d+\.\d+\n$/)
})
