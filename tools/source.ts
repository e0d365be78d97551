/**
 * The project's own source as syntax trees, for `tidy`. The parser is TypeScript's own, through
 * its API, which it calls unstable: the compiler is pinned, and `tidy.test.ts` notices a change.
 * Not its synchronous API, whose end prints to standard error.
 * @module
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

import type { Node, SourceFile } from 'typescript/unstable/ast'
import { createVirtualFileSystem } from 'typescript/unstable/fs'
import { API } from 'typescript/unstable/async'

/** A file as text. `path` is relative to the project's root, with forward slashes. */
export interface SourceText {
  readonly path: string
  readonly text: string
}

/** A file as text and as a tree. */
export interface Source extends SourceText {
  readonly tree: SourceFile
}

/** Reads every `.ts` and `.mjs` file under `folders` of `root`, sorted by path. */
export function readSources(root: string, folders: readonly string[]): SourceText[] {
  const paths = folders.flatMap((folder) => filesUnder(root, folder)).sort()
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

function filesUnder(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|mjs)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((path) => !path.includes('node_modules/'))
}

/** Parses files, in one run of the compiler; nothing is resolved, checked or read from disk. */
export async function parse(files: readonly SourceText[]): Promise<Source[]> {
  const root = '/project'
  const config = `${root}/tsconfig.json`
  const contents = Object.fromEntries(files.map(({ path, text }) => [`${root}/${path}`, text]))
  contents[config] = JSON.stringify({
    compilerOptions: { allowJs: true, noLib: true, noResolve: true, types: [] },
    files: files.map(({ path }) => path),
  })
  const api = new API({ cwd: root, fs: createVirtualFileSystem(contents) })
  try {
    const snapshot = await api.updateSnapshot({ openProjects: [config] })
    const program = snapshot.getProject(config)?.program
    return await Promise.all(
      files.map(async ({ path, text }) => {
        const tree = await program?.getSourceFile(`${root}/${path}`)
        if (tree === undefined) throw new Error(`the compiler did not parse ${path}`)
        return { path, text, tree }
      }),
    )
  } finally {
    await api.close()
  }
}

/** Visits `node` and everything below it, parents first. */
export function visit(node: Node, seen: (node: Node) => void): void {
  seen(node)
  node.forEachChild((child) => visit(child, seen))
}

/** The line on which `node` starts, from 1; comments before it are not part of it. */
export function lineOf(source: Source, node: Node): number {
  return source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line + 1
}

/** The line on which `node` ends, from 1. */
export function endLineOf(source: Source, node: Node): number {
  return source.tree.getLineAndCharacterOfPosition(node.end).line + 1
}
