/**
 * The public API stays small, and whatever its signatures name can be written down.
 * @module
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'

import { publicNames, publicNamesOf } from './public-names.ts'

/** All entry points together. A name more is a decision, taken here. */
const mostNames = 228

test('the public API has few names, and all that its signatures name is exported', async () => {
  const { entries, unreachable } = await publicNamesOf(join(import.meta.dirname, '..'))
  const counts = [...entries].map(([entry, names]) => `${names.length} of ${entry}`)
  const total = entries.values().reduce((sum, names) => sum + names.length, 0)
  assert.ok(total <= mostNames, `${total} names: ${counts.join(', ')}`)
  assert.deepEqual(unreachable, [])
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
