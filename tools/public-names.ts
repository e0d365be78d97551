/**
 * The public API by its names: how many each entry point of package.json has, and which types a
 * public signature names although no entry point exports them, so that nobody can write them down.
 * `node tools/public-names.ts` prints both; `public-names.test.ts` holds them.
 *
 * It reads what users get, the declarations that the compiler emits.
 * @module
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'

import {
  isClassDeclaration,
  isConstructorDeclaration,
  isEntityName,
  isExportDeclaration,
  isExpressionWithTypeArguments,
  isFunctionDeclaration,
  isGetAccessorDeclaration,
  isIdentifier,
  isImportDeclaration,
  isImportTypeNode,
  isInterfaceDeclaration,
  isLiteralTypeNode,
  isMethodDeclaration,
  isMethodSignatureDeclaration,
  isNamedExports,
  isNamedImports,
  isPropertyDeclaration,
  isPropertySignatureDeclaration,
  isQualifiedName,
  isStringLiteral,
  isTypeAliasDeclaration,
  isTypeParameterDeclaration,
  isTypeQueryNode,
  isTypeReferenceNode,
  isVariableDeclaration,
  isVariableStatement,
  type Node,
  type Statement,
} from 'typescript/unstable/ast'

import { parse, readSources, type Source, type SourceText, visit } from './source.ts'

/** The names of the public API. */
export interface PublicNames {
  /** Names by entry point, such as `./sim`, each list sorted. */
  readonly entries: ReadonlyMap<string, readonly string[]>
  /** Sorted: `Name of src/file.ts, named by PublicName`. */
  readonly unreachable: readonly string[]
}

/** A declaration: where it is, and its name there. */
interface Place {
  readonly path: string
  readonly name: string
  /** Exported as a type alone: nobody outside calls its constructor. */
  readonly isTypeOnly?: boolean
}

/** Declarations, imports and exports of one file. */
interface Module {
  readonly declared: ReadonlyMap<string, readonly Node[]>
  readonly imported: ReadonlyMap<string, Place>
  readonly exported: ReadonlyMap<string, Place>
}

/**
 * Reads the API from declarations.
 *
 * @param files declarations, under the paths of their sources
 * @param entries the path of each entry point's source, by its name in package.json
 */
export async function publicNames(
  files: readonly SourceText[],
  entries: ReadonlyMap<string, string>,
): Promise<PublicNames> {
  const sources = await parse(files)
  const modules = new Map(sources.map((source) => [source.path, moduleOf(source)]))
  const names = new Map<string, string[]>()
  const exported = new Map<string, Place>()
  for (const [entry, path] of entries) {
    const module = modules.get(path)
    if (module === undefined) throw new Error(`${entry}: there are no declarations of ${path}`)
    names.set(entry, [...module.exported.keys()].sort())
    for (const place of module.exported.values()) {
      const found = declarationOf(modules, place)
      if (found === undefined) continue
      const isValue = place.isTypeOnly !== true || exported.get(idOf(found))?.isTypeOnly === false
      exported.set(idOf(found), { ...found, isTypeOnly: !isValue })
    }
  }
  const unreachable = new Set<string>()
  for (const place of exported.values()) {
    for (const named of namedBy(modules, place)) {
      if (exported.has(idOf(named))) continue
      unreachable.add(`${named.name} of ${named.path}, named by ${place.name}`)
    }
  }
  return { entries: names, unreachable: [...unreachable].sort() }
}

function idOf({ path, name }: Place): string {
  return `${path}#${name}`
}

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
function declarationOf(modules: ReadonlyMap<string, Module>, place: Place): Place | undefined {
  const module = modules.get(place.path)
  if (module === undefined) return undefined
  if (module.declared.has(place.name)) return place
  const next = module.exported.get(place.name) ?? module.imported.get(place.name)
  const isSame = next?.path === place.path && next.name === place.name
  const further = isSame ? module.imported.get(place.name) : next
  return further === undefined ? undefined : declarationOf(modules, further)
}

/** The declarations of the project that a declaration names, but for its {@link partsOf}. */
function namedBy(modules: ReadonlyMap<string, Module>, whole: Place): Place[] {
  const { path, name, isTypeOnly = false } = whole
  const module = modules.get(path)
  const found: Place[] = []
  for (const declaration of module?.declared.get(name) ?? []) {
    const own = new Set<string>()
    visit(declaration, (node) => {
      if (isTypeParameterDeclaration(node)) own.add(node.name.text)
    })
    const parts = partsOf(declaration, isTypeOnly)
    visit(declaration, (node) => {
      const place = parts.has(node) ? undefined : placeNamed(path, node)
      if (place === undefined || (place.path === path && own.has(place.name))) return
      const named = declarationOf(modules, place)
      if (named !== undefined) found.push(named)
    })
  }
  return found
}

/**
 * The nodes that name a part of the declaration, which can be written down by the name of the
 * whole: the type of a property, as `Name['property']`; the body of an alias, as the alias, and a
 * member of a union with `Extract`; the type of a constant, as `typeof name`; a base, all of which
 * the whole has; what a function or a method
 * takes, as `Parameters<typeof name>[0]`, and returns, as `Awaited<ReturnType<typeof name>>`. What
 * only a generic names, such as the values of a map, and what a generic function takes, has no such
 * name. A class that is exported as a type has no constructor.
 */
function partsOf(declaration: Node, isTypeOnly: boolean): ReadonlySet<Node> {
  const parts = new Set<Node>()
  const addAll = (whole: Node): void => visit(whole, (node) => parts.add(node))
  if (isTypeAliasDeclaration(declaration)) addAll(declaration.type)
  if (isInterfaceDeclaration(declaration) || isClassDeclaration(declaration)) {
    for (const clause of declaration.heritageClauses ?? []) addAll(clause)
  }
  visit(declaration, (node) => {
    const isProperty =
      isPropertySignatureDeclaration(node) ||
      isPropertyDeclaration(node) ||
      isGetAccessorDeclaration(node) ||
      isVariableDeclaration(node)
    if (isProperty && node.type !== undefined) addAll(node.type)
    if (isTypeOnly && isConstructorDeclaration(node)) addAll(node)
    for (const type of signatureOf(node)) visitReached(type, (reached) => parts.add(reached))
  })
  return parts
}

/** The types that a function or a method takes and returns, unless it is generic. */
function signatureOf(node: Node): readonly Node[] {
  const isSignature =
    isFunctionDeclaration(node) ||
    isMethodDeclaration(node) ||
    isMethodSignatureDeclaration(node) ||
    isConstructorDeclaration(node)
  if (!isSignature || node.typeParameters !== undefined) return []
  const returned = 'type' in node ? node.type : undefined
  return [...node.parameters.map(({ type }) => type), returned].filter((type) => type !== undefined)
}

/** Generic types made of their argument: `Awaited`, `[number]` or a property leads there. */
const transparent: ReadonlySet<string> = new Set(
  'Array Iterable Omit Partial Pick Promise Readonly ReadonlyArray'.split(' '),
)

function visitReached(type: Node, seen: (node: Node) => void): void {
  seen(type)
  if (isTypeReferenceNode(type) && !transparent.has(leftmost(type.typeName) ?? '')) return
  type.forEachChild((child) => visitReached(child, seen))
}

/** Names in a type node, as seen from its file. */
function placeNamed(path: string, node: Node): Place | undefined {
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

function leftmost(name: Node): string | undefined {
  if (isQualifiedName(name)) return leftmost(name.left)
  return isEntityName(name) && isIdentifier(name) ? name.text : undefined
}

/** The API of the project at `root`, from declarations that are emitted for it. */
export async function publicNamesOf(root: string): Promise<PublicNames> {
  const text = readFileSync(join(root, 'package.json'), 'utf8')
  const { exports }: { exports: Record<string, { '@trilobite/source': string }> } = JSON.parse(text)
  const entries = Object.entries(exports).map(
    ([entry, { '@trilobite/source': source }]): [string, string] => [
      entry,
      posix.normalize(source),
    ],
  )
  return publicNames(emittedDeclarations(root), new Map(entries))
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

if (import.meta.main) {
  const { entries, unreachable } = await publicNamesOf(join(import.meta.dirname, '..'))
  for (const [entry, names] of entries) console.log(`${String(names.length).padStart(4)}  ${entry}`)
  const total = entries.values().reduce((sum, names) => sum + names.length, 0)
  console.log(`${String(total).padStart(4)}  in all`)
  for (const line of unreachable) console.log(`cannot be imported: ${line}`)
  process.exitCode = unreachable.length > 0 ? 1 : 0
}
