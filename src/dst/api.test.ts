/**
 * The API of the Go library, name by name: each has a row in docs/simulation.md, and each that has
 * a counterpart here has a check that the counterpart does what it is for. The names are in
 * api-names.txt; the checks are in api-*.suite.ts.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { invariantChecks } from './api-invariants.suite.ts'
import { networkChecks } from './api-networks.suite.ts'
import { nodeChecks } from './api-nodes.suite.ts'
import { simulatorChecks } from './api-simulator.suite.ts'

const root = join(import.meta.dirname, '../..')

/** The checks of all parts: a name that two parts check is here twice. */
const checks = [invariantChecks, nodeChecks, networkChecks, simulatorChecks].flatMap((part) =>
  Object.entries(part),
)

interface Row {
  readonly name: string
  /** The cell of the table that says what it is called here; `—` for nothing. */
  readonly here: string
}

function readLines(path: string): string[] {
  return readFileSync(join(root, path), 'utf8').split('\n')
}

const names = readLines('src/dst/api-names.txt').filter((line) => /^[^#]/.test(line))

const page = readLines('docs/simulation.md')

const rows = page.slice(page.indexOf("## The Go library's names")).flatMap((line): Row[] => {
  const { name, here } = /^\| `(?<name>[^`]+)` *\| (?<here>[^|]+?) *\|/.exec(line)?.groups ?? {}
  return name === undefined || here === undefined ? [] : [{ name, here }]
})

const counterparts = rows.filter(({ here }) => here !== '—')

suite("the Go library's names", () => {
  test('have one row each in docs/simulation.md, in their order', () => {
    assert.ok(names.length > 100)
    assert.deepEqual(
      rows.map(({ name }) => name),
      names,
    )
    assert.equal(new Set(names).size, names.length)
  })

  test('are checked where they have a counterpart, and nowhere else', () => {
    const checked = counterparts.map(({ name }) => name)
    assert.deepEqual(checks.map(([name]) => name).sort(), checked.sort())
  })

  test('have counterparts that are public', () => {
    const exported = ['src/index.ts', 'src/dst/index.ts'].flatMap(readLines).join('\n')
    for (const { name, here } of counterparts) {
      const owner = /^`(?:new )?(?<owner>\w+)/.exec(here)?.groups?.['owner']
      assert.match(exported, new RegExp(`\\b${owner}\\b`), name)
    }
  })
})

suite('the counterpart of', () => {
  for (const [name, check] of checks) test(name, check)
})
