/**
 * The public API by its names: how many each entry point of package.json has, and which types a
 * public signature names although no entry point exports them, so that nobody can write them down.
 * `node tools/public-names.ts` prints both; `public-names.test.ts` holds them.
 *
 * It reads what users get, the declarations that the compiler emits.
 * @module
 */

import { join } from 'node:path'

import {
  isClassDeclaration,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isGetAccessorDeclaration,
  isInterfaceDeclaration,
  isMethodDeclaration,
  isMethodSignatureDeclaration,
  isPropertyDeclaration,
  isPropertySignatureDeclaration,
  isTypeAliasDeclaration,
  isTypeParameterDeclaration,
  isTypeReferenceNode,
  isVariableDeclaration,
  type Node,
} from 'typescript/unstable/ast'

import {
  declarationOf,
  declarationsOf,
  idOf,
  leftmost,
  type Module,
  parsedOf,
  type Place,
  placeNamed,
} from './declarations.ts'
import { type SourceText, visit } from './source.ts'

/** The names of the public API. */
export interface PublicNames {
  /** Names by entry point, such as `./sim`, each list sorted. */
  readonly entries: ReadonlyMap<string, readonly string[]>
  /** Sorted: `Name of src/file.ts, named by PublicName`. */
  readonly unreachable: readonly string[]
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
  const { modules } = await parsedOf(files)
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

if (import.meta.main) {
  const { files, entries } = declarationsOf(join(import.meta.dirname, '..'))
  const { entries: names, unreachable } = await publicNames(files, entries)
  for (const [entry, each] of names) console.log(`${String(each.length).padStart(4)}  ${entry}`)
  const total = names.values().reduce((sum, each) => sum + each.length, 0)
  console.log(`${String(total).padStart(4)}  in all`)
  for (const line of unreachable) console.log(`cannot be imported: ${line}`)
  process.exitCode = unreachable.length > 0 ? 1 : 0
}
