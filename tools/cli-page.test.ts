/**
 * docs/cli.md tells of the commands as they are.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import { cliPage, cliPagePath, type ToldCommand, toldProgram } from './cli-page.ts'

test('docs/cli.md is what `node tools/cli-page.ts` makes of the commands', async () => {
  const page = await cliPage(toldProgram())
  assert.ok(page.length > 30_000)
  assert.equal(readFileSync(cliPagePath, 'utf8'), page, 'node tools/cli-page.ts writes it anew')
})

const leaf: ToldCommand = {
  name: 'trilobite do it',
  names: ['it', 'that'],
  group: '',
  usage: 'trilobite do it [options] <a|b>',
  description: 'do <it> or_not',
  arguments: [{ name: '<a|b>', description: 'one or the other' }],
  options: [
    { flags: '-h, --help', description: 'help', default: null, choices: [] },
    { flags: '--way <w>', description: 'a way', default: 'up', choices: ['up', 'down'] },
    { flags: '--no-x', description: 'no x', default: null, choices: [] },
  ],
  examples: [{ line: 'trilobite do it a', about: 'once' }],
  commands: [],
}

test('a page has usage, arguments, options with defaults, examples and other names', async () => {
  const inner = { ...leaf, name: 'trilobite do', names: ['do'], group: 'Act:', commands: [leaf] }
  const page = await cliPage({ ...inner, name: 'trilobite', commands: [inner] })
  const lines = [
    '- Act: [do](#trilobite-do)',
    '## Act',
    '### trilobite do',
    '#### trilobite do it',
    String.raw`Do \<it\> or_not. Also ${'`that`'}.`,
    'trilobite do it [options] <a|b>',
    '# once',
    'trilobite do it a',
  ]
  const found = page.split('\n')
  for (const line of lines) assert.ok(found.includes(line), `${line}\n${page}`)
  assert.match(page, /^\| `<a\\\|b>` *\| one or the other *\|$/m)
  assert.match(page, /^\| `--way <w>` *\| a way; one of `up`, `down`; default `up` *\|$/m)
  assert.doesNotMatch(page, /--help/)
})
