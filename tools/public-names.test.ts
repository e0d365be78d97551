/**
 * The public API stays small, and whatever its signatures name can be written down.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { apiPath, apiReport } from './api.ts'
import { callers } from './bytes-arguments.suite.ts'
import { declarationsOf } from './declarations.ts'
import { documentedOf } from './doc-examples.ts'
import { publicNames } from './public-names.ts'

/** All entry points together. A name more is a decision, taken here. */
const mostNames = 200

const root = join(import.meta.dirname, '..')
/** Emitted once: it takes seconds. */
const declarations = declarationsOf(root)

test('the public API has few names, and all that its signatures name is exported', async () => {
  const { files, entries: paths } = declarations
  const { entries, unreachable } = await publicNames(files, paths)
  const counts = [...entries].map(([entry, names]) => `${names.length} of ${entry}`)
  const total = entries.values().reduce((sum, names) => sum + names.length, 0)
  assert.ok(total <= mostNames, `${total} names: ${counts.join(', ')}`)
  assert.deepEqual(unreachable, [])
})

test('docs/api.txt is the public API as it is', async () => {
  const kept = readFileSync(join(root, apiPath), 'utf8').split('\n')
  const actual = (await apiReport(declarations)).split('\n')
  const at = actual.findIndex((line, i) => line !== kept[i])
  const isSame = at === -1 && actual.length === kept.length
  const line = `line ${at + 1} is "${actual[at]}", and was "${kept[at]}"`
  assert.ok(isSame, `the public API has changed (${line}): "npm run api", and tell of it`)
})

/** The report of one file, of which the entry point exports `f`. */
function report(text: string): Promise<string> {
  return apiReport({
    files: [
      { path: 'src/a.ts', text },
      { path: 'src/index.ts', text: "export { f } from './a.ts';\n" },
    ],
    entries: new Map([['.', 'src/index.ts']]),
  })
}

test('every public function and class has an example in its doc comment', async () => {
  const documented = await documentedOf(declarations)
  const silent = documented.filter(
    ({ isCallable, examples }) => isCallable && examples.length === 0,
  )
  assert.deepEqual(
    silent.map(({ entry, name }) => `${entry} ${name}`),
    [],
  )
})

test('every public function that takes bytes is given something else by a test', async () => {
  const taking = (await documentedOf(declarations)).filter(({ text }) => {
    const parameters = text.startsWith('export declare function') ? text.split('): ', 1)[0] : ''
    return /\bUint8Array\b/.test(parameters ?? '')
  })
  const uncalled = taking.filter(({ name }) => callers[name] === undefined)
  assert.ok(taking.length > 10)
  assert.deepEqual(
    uncalled.map(({ name }) => name),
    [],
  )
})

test('an example is read from the doc comment of what it is an example of', async () => {
  const comment = '/**\n * Adds.\n *\n * @example\n * ```ts\n * f()\n *\n * f()\n * ```\n */\n'
  const text = `${comment}export declare function f(): void;\nexport declare class C {}\n`
  const entries = new Map([['.', 'src/a.ts']])
  const documented = await documentedOf({ files: [{ path: 'src/a.ts', text }], entries })
  assert.deepEqual(
    documented.map(({ name, examples }) => [name, examples]),
    [
      ['f', ['f()\n\nf()']],
      ['C', []],
    ],
  )
})

test('a report of the API shows what changes, and not what says the same', async () => {
  const before = await report('interface O { a?: string }\nexport declare function f(o: O): void;')
  assert.match(before, /# trilobite\nf +src\/a\.ts\n/)
  const commented = '/** Said. */ interface O { /** More. */ a?: string }\n'
  assert.equal(await report(`${commented}export declare function f(o: O): void;`), before)
  const changed = 'interface O { a?: number }\nexport declare function f(o: O): void;'
  assert.notEqual(await report(changed), before)
  const unused =
    'interface O { a?: string }\nexport declare function f(o: O): void;\ninterface P {}'
  assert.equal(await report(unused), before)
})

/** Unreachable types in declarations by path, of which `src/index.ts` is the entry point. */
async function unreachableIn(files: Record<string, string>): Promise<readonly string[]> {
  const sources = Object.entries(files).map(([path, text]) => ({ path, text }))
  return (await publicNames(sources, new Map([['.', 'src/index.ts']]))).unreachable
}

test('a type that nothing public leads to must be exported, by any name', async () => {
  const files = {
    'src/a.ts':
      "import type { B } from './b.ts';\nexport declare function f(b: Map<string, B>): Own;\n" +
      'export declare function g<T>(own: Own): T;\ninterface Own {}\n',
    'src/b.ts': 'export interface B { list(): Set<import("./c.ts").C>; }\n',
    'src/c.ts': 'export type C = string;\n',
    'src/index.ts': "export { f } from './a.ts';\n",
  }
  assert.deepEqual(await unreachableIn(files), ['B of src/b.ts, named by f'])
  const named = {
    ...files,
    'src/index.ts': "export { f, g } from './a.ts';\nexport type { B as X } from './b.ts';\n",
  }
  assert.deepEqual(await unreachableIn(named), [
    'C of src/c.ts, named by B',
    'Own of src/a.ts, named by g',
  ])
})

test('what can be written by the name of the whole need not be exported', async () => {
  const body = `
interface Part { part: string }
interface Base { on(event: Part): void }
type Case = { a: Part };
export interface Whole<T> extends Base { part: Part; own: T; run: (part: Part) => void }
export type Either = Part | Case;
export declare class Made { constructor(part: Part); get part(): Part; list(): readonly Part[]; }
export declare function f(parts: readonly Part[] | Part): Promise<Part | undefined>;
`
  const files = {
    'src/a.ts': body,
    'src/index.ts':
      "export { f, Made } from './a.ts';\nexport type { Whole, Either } from './a.ts';\n",
  }
  assert.deepEqual(await unreachableIn(files), [])
})
