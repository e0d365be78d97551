/**
 * Every public signature as text: the names of each entry point, then the declarations that they
 * lead to, without comments. `npm run api` writes it to docs/api.txt; a test compares, so that a
 * change of the API is seen where a change is read.
 * @module
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import {
  declarationOf,
  declarationsOf,
  idOf,
  type Module,
  parsedOf,
  type Place,
  placeNamed,
  type ProjectDeclarations,
} from './declarations.ts'
import { visit } from './source.ts'

/** The place of the report, from the project's root. */
export const apiPath = 'docs/api.txt'

const preface = `Every public signature: the names of each entry point and where each is declared,
then the declarations that they lead to, file by file. "npm run api" writes it.
`

/** Writes the report of declarations. */
export async function apiReport({ files, entries }: ProjectDeclarations): Promise<string> {
  const { sources, modules } = await parsedOf(files)
  const reached = new Map<string, Place>()
  const parts = [preface]
  for (const [entry, path] of entries) {
    const exported = [...(modules.get(path)?.exported ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
    const lines = exported.map(([name, place]) => {
      const found = declarationOf(modules, place) ?? place
      reach(modules, found, reached)
      return `${name.padEnd(28)} ${found.path}`
    })
    parts.push(`${['# trilobite' + entry.slice(1), ...lines].join('\n')}\n`)
  }
  for (const { path } of sources) {
    const texts = [...(modules.get(path)?.declared ?? [])]
      .filter(([name]) => reached.has(idOf({ path, name })))
      .flatMap(([, nodes]) => nodes.map((node) => withoutComments(node.getText())))
    if (texts.length > 0) parts.push(`## ${path}\n${[...new Set(texts)].join('\n')}\n`)
  }
  return parts.join('\n')
}

/** Notes a declaration and all that it names. */
function reach(
  modules: ReadonlyMap<string, Module>,
  place: Place,
  reached: Map<string, Place>,
): void {
  if (reached.has(idOf(place))) return
  reached.set(idOf(place), place)
  for (const declaration of modules.get(place.path)?.declared.get(place.name) ?? []) {
    visit(declaration, (node) => {
      const named = placeNamed(place.path, node)
      const found = named === undefined ? undefined : declarationOf(modules, named)
      if (found !== undefined) reach(modules, found, reached)
    })
  }
}

function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\/ ?/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n')
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..')
  writeFileSync(join(root, apiPath), await apiReport(declarationsOf(root)))
}
