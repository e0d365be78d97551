/**
 * docs/found.md and stock: each example about Fossil prints what the page says.
 * @module
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { test } from 'node:test'

import { fossilEnv, requireFossilOrSkip } from '../tools/ensure-fossil.ts'
import { makeFolder } from './stock.suite.ts'

const page = readFileSync(join(import.meta.dirname, '../docs/found.md'), 'utf8')
const [introduction = '', ...entries] = between('\n## Fossil\n', '\n## go-libfossil\n').split(
  '\n### ',
)
const [preamble = ''] = blocksOf(introduction, 'sh')

function between(start: string, end: string): string {
  return page.slice(page.indexOf(start), page.indexOf(end))
}

/** Fenced blocks of a language; '' for those without. */
function blocksOf(text: string, language: string): string[] {
  const blocks = text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)
  return [...blocks].flatMap(([, of, block = '']) => (of === language ? [block] : []))
}

test('every entry about Fossil has an example', () => {
  assert.ok(entries.length >= 5)
  for (const entry of entries) assert.equal(blocksOf(entry, 'sh').length, 1)
})

for (const entry of entries) {
  const [title = ''] = entry.split('\n')
  test(`the example prints its lines: ${title}`, (t) => {
    const fossil = requireFossilOrSkip(t)
    if (fossil === undefined) return
    if (fossil.version !== '2.21') return t.skip('the page tells of stock 2.21')
    const [script = ''] = blocksOf(entry, 'sh')
    const [expected = ''] = blocksOf(entry, '')
    const lines = expected.trimEnd().split('\n')
    assert.notEqual(lines[0], '')
    const told = runScript(preamble + script, { cwd: makeFolder(t), bin: fossil.bin })
    for (const line of lines) {
      const [start = ''] = line.split('…')
      assert.ok(told.includes(start), `"${line}" is not in:\n${told}`)
    }
  })
}

/** All that a script prints, where `fossil` means the stock one under test. */
function runScript(script: string, { cwd, bin }: { cwd: string; bin: string }): string {
  const env = fossilEnv()
  const path = bin.includes('/') ? [dirname(bin), env['PATH']].join(delimiter) : env['PATH']
  const { stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd,
    env: { ...env, PATH: path },
    encoding: 'utf8',
  })
  return `${stdout}\n${stderr}`
}
