/**
 * Declarations as the compiler emits them for users, by where each is: the ground of what is said
 * about the public API.
 * @module
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'

import {
  isEntityName,
  isExportDeclaration,
  isExpressionWithTypeArguments,
  isIdentifier,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isNamedExports,
  isNamedImports,
  isQualifiedName,
  isStringLiteral,
  isTypeQueryNode,
  isTypeReferenceNode,
  isVariableStatement,
  type Node,
  type Statement,
} from 'typescript/unstable/ast'

import { sourceCondition } from './pack.ts'
import { parse, readSources, type Source, type SourceText } from './source.ts'

/** The declarations of a project that users get, and its entry points. */
export interface ProjectDeclarations {
  /** Under the paths of their sources. */
  readonly files: readonly SourceText[]
  /** The path of each entry point's source, by its name in package.json, such as `./sim`. */
  readonly entries: ReadonlyMap<string, string>
}

/** The path of each entry point's source of the project at `root`, by its name, as `./sim`. */
function entriesOf(root: string): ReadonlyMap<string, string> {
  type Targets = Readonly<Record<string, string>>
  const text = readFileSync(join(root, 'package.json'), 'utf8')
  const { exports }: { exports: Record<string, string | Targets> } = JSON.parse(text)
  const entries = Object.entries(exports).flatMap(([entry, targets]): [string, string][] => {
    const source = typeof targets === 'string' ? undefined : targets[sourceCondition]
    return source === undefined ? [] : [[entry, posix.normalize(source)]]
  })
  return new Map(entries)
}

/** Emits the declarations of the project at `root`. Takes seconds: keep what it returns. */
export function declarationsOf(root: string): ProjectDeclarations {
  return { files: emittedDeclarations(root), entries: entriesOf(root) }
}

/** Files as trees, and what each declares, imports and exports, by its path. */
export interface Parsed {
  readonly sources: readonly Source[]
  readonly modules: ReadonlyMap<string, Module>
}

const parsed = new WeakMap<readonly SourceText[], Promise<Parsed>>()

/** Parses declarations, the same ones once. */
export function parsedOf(files: readonly SourceText[]): Promise<Parsed> {
  const known = parsed.get(files)
  if (known !== undefined) return known
  const made = parse(files).then((sources) => ({
    sources,
    modules: new Map(sources.map((source) => [source.path, moduleOf(source)])),
  }))
  parsed.set(files, made)
  return made
}

function emittedDeclarations(root: string): SourceText[] {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-declarations-'))
  try {
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const project = ['--project', join(root, 'tsconfig.build.json')]
    const args = [compiler, ...project, '--emitDeclarationOnly', '--outDir', folder]
    const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    if (status !== 0) throw new Error(`the compiler found errors:\n${stdout}`)
    return readSources(folder, ['.']).map(({ path, text }) => ({
      path: `src/${path.replace(/\.d\.ts$/, '.ts')}`,
      text,
    }))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A declaration: where it is, and its name there. */
export interface Place {
  readonly path: string
  readonly name: string
  /** Exported as a type alone: nobody outside calls its constructor. */
  readonly isTypeOnly?: boolean
}

/** Declarations, imports and exports of one file. */
export interface Module {
  readonly declared: ReadonlyMap<string, readonly Node[]>
  readonly imported: ReadonlyMap<string, Place>
  readonly exported: ReadonlyMap<string, Place>
}

/** A name for a declaration that no other has. */
export function idOf({ path, name }: Place): string {
  return `${path}#${name}`
}

/** Reads the declarations, imports and exports of a file. */
function moduleOf(source: Source): Module {
  const declared = new Map<string, Node[]>()
  const imported = new Map<string, Place>()
  const exported = new Map<string, Place>()
  for (const statement of source.tree.statements) {
    if (isImportDeclaration(statement)) readImport(source, statement, imported)
    else if (isExportDeclaration(statement)) readExport(source, statement, exported)
    else {
      for (const name of namesOf(statement)) {
        declared.set(name, [...(declared.get(name) ?? []), statement])
        if (isExported(statement)) exported.set(name, { path: source.path, name })
      }
    }
  }
  return { declared, imported, exported }
}

function readImport({ path }: Source, node: Node, imported: Map<string, Place>): void {
  if (!isImportDeclaration(node)) return
  const target = targetOf(path, node.moduleSpecifier)
  const bindings = node.importClause?.namedBindings
  if (target === undefined || bindings === undefined || !isNamedImports(bindings)) return
  for (const { name, propertyName } of bindings.elements) {
    imported.set(name.text, { path: target, name: (propertyName ?? name).text })
  }
}

function readExport({ path }: Source, node: Node, exported: Map<string, Place>): void {
  if (!isExportDeclaration(node) || node.exportClause === undefined) return
  if (!isNamedExports(node.exportClause)) return
  const target = targetOf(path, node.moduleSpecifier) ?? path
  for (const { name, propertyName, isTypeOnly } of node.exportClause.elements) {
    const place = { path: target, name: (propertyName ?? name).text }
    exported.set(name.text, { ...place, isTypeOnly: isTypeOnly || node.isTypeOnly })
  }
}

/** The file of the project that a specifier names; undefined for packages. */
function targetOf(from: string, specifier: Node | undefined): string | undefined {
  if (specifier === undefined || !isStringLiteral(specifier)) return undefined
  if (!specifier.text.startsWith('.')) return undefined
  return posix.join(posix.dirname(from), specifier.text)
}

/** The names that a statement of a declaration file declares. */
function namesOf(statement: Statement): string[] {
  const nodes = isVariableStatement(statement)
    ? [...statement.declarationList.declarations]
    : [statement]
  return nodes.flatMap((node) => {
    const name = 'name' in node ? node.name : undefined
    return typeof name === 'object' && name !== null && 'text' in name ? [name.text] : []
  })
}

function isExported(statement: Statement): boolean {
  return /^export\b/.test(statement.getText())
}

/** The place at which a name is declared in the end; undefined for what comes from a package. */
export function declarationOf(
  modules: ReadonlyMap<string, Module>,
  place: Place,
): Place | undefined {
  const module = modules.get(place.path)
  if (module === undefined) return undefined
  if (module.declared.has(place.name)) return place
  const next = module.exported.get(place.name) ?? module.imported.get(place.name)
  const isSame = next?.path === place.path && next.name === place.name
  const further = isSame ? module.imported.get(place.name) : next
  return further === undefined ? undefined : declarationOf(modules, further)
}

/** Names in a type node, as seen from its file. */
export function placeNamed(path: string, node: Node): Place | undefined {
  if (isImportTypeNode(node)) {
    const { argument, qualifier } = node
    const target = isLiteralTypeNode(argument) ? targetOf(path, argument.literal) : undefined
    const name = qualifier === undefined ? undefined : leftmost(qualifier)
    return target === undefined || name === undefined ? undefined : { path: target, name }
  }
  const named = isTypeReferenceNode(node)
    ? node.typeName
    : isTypeQueryNode(node)
      ? node.exprName
      : isExpressionWithTypeArguments(node)
        ? node.expression
        : undefined
  const name = named === undefined ? undefined : leftmost(named)
  return name === undefined ? undefined : { path, name }
}

export function leftmost(name: Node): string | undefined {
  if (isQualifiedName(name)) return leftmost(name.left)
  return isEntityName(name) && isIdentifier(name) ? name.text : undefined
}
