/**
 * Functions of source files, by name and place.
 *
 * A function within another one counts with the one around it, and one without a name at the top of
 * a file, such as a callback there, with the file: it runs as the file is loaded.
 * @module
 */

import {
  isArrowFunction,
  isClassDeclaration,
  isClassExpression,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isGetAccessorDeclaration,
  isMethodDeclaration,
  isPropertyAssignment,
  isPropertyDeclaration,
  isSetAccessorDeclaration,
  isVariableDeclaration,
  type Node,
} from 'typescript/unstable/ast'

import { lineOf, parse, type Source, type SourceText } from '../tools/source.ts'

/** A function of a file. Offsets are UTF-16 code units, as V8 counts them. */
export interface SourceFunction {
  /** Relative to the root of the project, with forward slashes. */
  readonly file: string
  /** With its class or object: `Answer.#lock`, `CloneSession.constructor`, `get Repo.env`. */
  readonly name: string
  /** From 1. */
  readonly line: number
  /** From here to `bodyFrom` is where V8 may say that it begins. */
  readonly from: number
  readonly bodyFrom: number
  readonly end: number
}

/** The functions of all files, in the order of the files and within each. */
export async function functionsOf(files: readonly SourceText[]): Promise<SourceFunction[]> {
  return (await parse(files)).flatMap((source) => {
    const found: SourceFunction[] = []
    source.tree.forEachChild((node) => collect(source, node, [], found))
    return found
  })
}

function collect(
  source: Source,
  node: Node,
  around: readonly string[],
  found: SourceFunction[],
): void {
  const body = bodyOf(node)
  if (body === undefined) {
    const within = nameWithin(node, around)
    node.forEachChild((child) => collect(source, child, within, found))
    return
  }
  const name = nameOf(node, around)
  if (name === undefined) return
  const { path: file } = source
  const place = { from: node.pos, bodyFrom: body.end, end: node.end }
  found.push({ file, name, line: lineOf(source, node), ...place })
}

/** The body of a function; undefined for anything else, and for what is only declared. */
function bodyOf(node: Node): Node | undefined {
  const isOne =
    isFunctionDeclaration(node) ||
    isFunctionExpression(node) ||
    isArrowFunction(node) ||
    isMethodDeclaration(node) ||
    isConstructorDeclaration(node) ||
    isGetAccessorDeclaration(node) ||
    isSetAccessorDeclaration(node)
  return isOne ? node.body : undefined
}

/** Names of what is around the children of a node. */
function nameWithin(node: Node, around: readonly string[]): readonly string[] {
  const isNamed =
    isClassDeclaration(node) ||
    isClassExpression(node) ||
    isVariableDeclaration(node) ||
    isPropertyAssignment(node) ||
    isPropertyDeclaration(node)
  return isNamed && node.name !== undefined ? [...around, node.name.getText()] : around
}

function nameOf(node: Node, around: readonly string[]): string | undefined {
  const name = (last: string): string => [...around, last].join('.')
  if (isConstructorDeclaration(node)) return name('constructor')
  if (isGetAccessorDeclaration(node)) return `get ${name(node.name.getText())}`
  if (isSetAccessorDeclaration(node)) return `set ${name(node.name.getText())}`
  if (isFunctionDeclaration(node) || isMethodDeclaration(node)) {
    return node.name && name(node.name.getText())
  }
  // The value of a variable or of a property, whose name is already there.
  const { parent } = node
  const isValue =
    isVariableDeclaration(parent) || isPropertyAssignment(parent) || isPropertyDeclaration(parent)
  return isValue ? around.join('.') : undefined
}
