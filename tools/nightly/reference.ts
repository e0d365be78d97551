/**
 * The API reference is built, and has a page for every public name.
 * @module
 */

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { declarationsOf } from '../declarations.ts'
import { publicNames } from '../public-names.ts'
import { buildReference } from '../reference.ts'
import type { Check } from './check.ts'

const root = join(import.meta.dirname, '..', '..')
/** Folders of pages, by the kinds of what they are about. */
const kinds = ['functions', 'classes', 'interfaces', 'types', 'variables']

export const reference: Check = {
  name: 'reference',
  about: 'the API reference has a page for every public name',
  run: async () => {
    const { files, entries } = declarationsOf(root)
    const { entries: names } = await publicNames(files, entries)
    const out = mkdtempSync(join(tmpdir(), 'trilobite-reference-'))
    try {
      buildReference(out)
      const wanted = [...names].flatMap(([entry, each]) =>
        each.map((name) => `trilobite${entry.slice(1).replaceAll('/', '_')}.${name}.html`),
      )
      const failures = wanted
        .filter((page) => !kinds.some((kind) => existsSync(join(out, kind, page))))
        .map((page) => `there is no page ${page}`)
      return { summary: `${wanted.length} pages`, failures }
    } finally {
      rmSync(out, { recursive: true, force: true })
    }
  },
}
