/**
 * The examples in the doc comments of public functions and classes: which have none, and whether
 * those that there are say what the compiler takes.
 * @module
 */

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import {
  isClassDeclaration,
  isFunctionDeclaration,
  isVariableStatement,
} from 'typescript/unstable/ast'

import { declarationOf, parsedOf, type ProjectDeclarations } from './declarations.ts'

/** A public value, with the examples of its doc comment. */
export interface Documented {
  readonly name: string
  /** The entry point that exports it, such as `./sim`. */
  readonly entry: string
  /** True for functions and classes. */
  readonly isCallable: boolean
  /** Its declarations, without comments before them. */
  readonly text: string
  readonly examples: readonly string[]
}

/** Reads the examples of everything that is exported as a value. */
export async function documentedOf({ files, entries }: ProjectDeclarations): Promise<Documented[]> {
  const { modules } = await parsedOf(files)
  return [...entries].flatMap(([entry, path]) =>
    [...(modules.get(path)?.exported ?? [])].flatMap(([name, place]): Documented[] => {
      const found = declarationOf(modules, place) ?? place
      const nodes = modules.get(found.path)?.declared.get(found.name) ?? []
      const isCallable = nodes.some(
        (node) => isFunctionDeclaration(node) || isClassDeclaration(node),
      )
      const isValue = isCallable || nodes.some(isVariableStatement)
      if (!isValue || place.isTypeOnly === true) return []
      const examples = nodes.flatMap((node) => examplesIn(node.getFullText()))
      const text = nodes.map((node) => node.getText()).join('\n')
      return [{ name, entry, isCallable, text, examples }]
    }),
  )
}

function examplesIn(text: string): string[] {
  return [...text.matchAll(/@example\s+\* ```ts\n([\s\S]*?)\n\s*\* ```/g)].map(([, code = '']) =>
    code.replace(/^ *\* ?/gm, ''),
  )
}

/** Names that an example may use without saying where they come from. */
const given = `
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
declare const repo: trilobite.Repo, other: trilobite.Repo
declare const hash: trilobite.ArtifactHash, parent: trilobite.ArtifactHash
declare const transport: trilobite.Transport
declare const bytes: Uint8Array, source: Uint8Array, request: Uint8Array
declare const body: Uint8Array, message: Uint8Array
declare const name: string, text: string, url: string, password: string
declare const ticketId: string, technoteId: string
type TraceSource = Parameters<typeof trilobite_dst.compareTraces>[0]
declare const trace: TraceSource, otherTrace: TraceSource
declare const writer: trilobite_xfer.CardWriter
declare const simulator: trilobite_dst.Simulator
declare const capsule: trilobite_dst.Capsule
declare const report: trilobite_dst.SimReport
type LeafParts = trilobite_dst.LeafParts
type Node = trilobite_dst.Node
`

/** The errors of the compiler in the examples, a line each. */
export function exampleErrors(root: string, documented: readonly Documented[]): string[] {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const folder = mkdtempSync(join(root, '.cache', 'doc-examples-'))
  try {
    writeFileSync(join(folder, 'examples.ts'), programOf(documented))
    const compilerOptions = { noUnusedLocals: false, noUnusedParameters: false }
    const config = { extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const { stdout } = spawnSync(process.execPath, [compiler, '--project', folder], {
      cwd: root,
      encoding: 'utf8',
    })
    return stdout.split('\n').filter((line) => line !== '')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function programOf(documented: readonly Documented[]): string {
  const entries = Map.groupBy(documented, ({ entry }) => entry)
  const imports = [...entries].flatMap(([entry, all]) => {
    const from = `trilobite${entry.slice(1)}`
    const names = all.map(({ name }) => name).join(', ')
    const space = from.replace(/\W/g, '_')
    return [`import { ${names} } from '${from}'`, `import type * as ${space} from '${from}'`]
  })
  const functions = documented.flatMap(({ name, examples }) =>
    examples.map((code, i) => `export async function ${name}_${i}() {\n${code}\n}\n`),
  )
  return [...imports, given, ...functions].join('\n')
}
