/**
 * The page of errors names every code of the catalogue, and no other.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')

test('docs/errors.md lists the codes of the catalogue, in its order', () => {
  const source = readFileSync(join(root, 'src/base/error.ts'), 'utf8')
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8')
  const codes = [...source.matchAll(/^ {2}'([a-z]+\.[a-z]+)':/gm)].map(([, code]) => code)
  const listed = [...page.matchAll(/^\| `([a-z]+\.[a-z]+)`/gm)].map(([, code]) => code)
  assert.ok(codes.length > 10)
  assert.deepEqual(listed, codes)
})
