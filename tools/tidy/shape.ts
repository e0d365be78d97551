/**
 * Rules about the shape of a file: header, length, width, function length, test titles,
 * suppressions. Limits and their reasons: STYLE section "Files".
 * @module
 */

import {
  isArrowFunction,
  isCallExpression,
  isClassStaticBlockDeclaration,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isGetAccessorDeclaration,
  isIdentifier,
  isMethodDeclaration,
  isPropertyAccessExpression,
  isSetAccessorDeclaration,
  isStringLiteral,
  isNoSubstitutionTemplateLiteral,
  isTemplateExpression,
  isVariableDeclaration,
  type CallExpression,
  type Node,
} from 'typescript/unstable/ast'

import { isTestCode } from '../layers.ts'
import { endLineOf, lineOf, visit, type Source } from '../source.ts'
import type { FileRule, Finding } from './finding.ts'

/** Lines in a file, lines in a function, columns in a line. */
export const limits = { fileLines: 500, functionLines: 70, columns: 100 } as const

/** Files that may be longer than the limit, each with its reason. */
export const longFiles: ReadonlyMap<RegExp, string> = new Map([
  [/\.vectors\.ts$/, 'published test vectors are data'],
  [/^src\/repo\/schema\.ts$/, "the repository schema is Fossil's, kept in one piece"],
])

/** Files that may have wider lines, each with its reason. */
export const wideFiles: ReadonlyMap<RegExp, string> = new Map([
  [/\.vectors\.ts$/, 'published test vectors are data'],
])

const testFunctions = new Set(['test', 'it', 'describe', 'suite', 'scenario'])

/** Every file opens by saying what it is. */
export const header: FileRule = ({ path, text }) => {
  const comment = /^(?:#!.*\n)?\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? ''
  if (/^ ?\*? ?.*@module\b/m.test(comment)) return []
  return [
    {
      path,
      line: 1,
      rule: 'header',
      advice: 'open the file with /** what it is for, what it may know, its source. @module */',
    },
  ]
}

/** A file fits in one head. */
export const fileLength: FileRule = ({ path, text }) => {
  const lines = text.split('\n').length - 1
  if (lines <= limits.fileLines || isNamed(longFiles, path)) return []
  const advice = `${lines} lines: split by responsibility, ${limits.fileLines} at most`
  return [{ path, line: limits.fileLines + 1, rule: 'file-length', advice }]
}

/**
 * A line fits on a screen beside another. A run of 64 and more characters without a space (a URL,
 * a hash) cannot be broken and is exempt.
 */
export const columns: FileRule = ({ path, text }) => {
  if (isNamed(wideFiles, path)) return []
  return text.split('\n').flatMap((line, i) => {
    if (line.length <= limits.columns || /[\w+/=:.~#?&%-]{64}/.test(line)) return []
    const advice = `${line.length} columns: break or shorten it, ${limits.columns} at most`
    return [{ path, line: i + 1, rule: 'columns', advice }]
  })
}

/** A function fits on a screen. Tests inside a suite count for themselves, not for the suite. */
export const functionLength: FileRule = (source) => {
  const findings: Finding[] = []
  visit(source.tree, (node) => {
    if (!isFunction(node)) return
    const lines = ownLines(source, node)
    if (lines <= limits.functionLines) return
    const advice = `${nameOf(node)} has ${lines} lines: ${limits.functionLines} at most`
    findings.push({
      path: source.path,
      line: lineOf(source, node),
      rule: 'function-length',
      advice,
    })
  })
  return findings
}

/** A test's title states a fact: "rejects a short delta", never what ought to be. */
export const titles: FileRule = (source) => {
  if (!isTestCode(source.path)) return []
  const findings: Finding[] = []
  visit(source.tree, (node) => {
    if (!isCallExpression(node) || !isTestCall(node)) return
    const title = node.arguments[0]
    if (title === undefined || !/\bshould\b/i.test(textOfTitle(title))) return
    const advice = 'state the fact in the present tense: "rejects …", without "should"'
    findings.push({ path: source.path, line: lineOf(source, title), rule: 'title', advice })
  })
  return findings
}

/** A switched-off check says why, on its line, after `--`. */
export const suppressions: FileRule = ({ path, text }) =>
  text.split('\n').flatMap((line, i) => {
    if (!/(?:\/\/|\/\*)\s*(?:oxlint-disable|eslint-disable|@ts-|prettier-ignore)/.test(line))
      return []
    if (/ -- \S/.test(line)) return []
    return [{ path, line: i + 1, rule: 'suppression', advice: 'add the reason: "… -- because …"' }]
  })

function isNamed(patterns: ReadonlyMap<RegExp, string>, path: string): boolean {
  return [...patterns.keys()].some((pattern) => pattern.test(path))
}

function isFunction(node: Node): boolean {
  return (
    isFunctionDeclaration(node) ||
    isFunctionExpression(node) ||
    isArrowFunction(node) ||
    isMethodDeclaration(node) ||
    isConstructorDeclaration(node) ||
    isGetAccessorDeclaration(node) ||
    isSetAccessorDeclaration(node) ||
    isClassStaticBlockDeclaration(node)
  )
}

function ownLines(source: Source, node: Node): number {
  let lines = linesOf(source, node)
  const withoutTests = (child: Node): void => {
    if (isCallExpression(child) && isTestCall(child)) lines -= linesOf(source, child)
    else child.forEachChild(withoutTests)
  }
  node.forEachChild(withoutTests)
  return lines
}

function linesOf(source: Source, node: Node): number {
  return endLineOf(source, node) - lineOf(source, node) + 1
}

/** `test(…)`, and `test.skip(…)`, `describe.only(…)` and the like. */
function isTestCall({ expression }: CallExpression): boolean {
  const callee = isPropertyAccessExpression(expression) ? expression.expression : expression
  return isIdentifier(callee) && testFunctions.has(callee.text)
}

function textOfTitle(node: Node): string {
  const isText =
    isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node) || isTemplateExpression(node)
  return isText ? node.getText() : ''
}

function nameOf(node: Node): string {
  if (isConstructorDeclaration(node)) return 'the constructor'
  const named = isVariableDeclaration(node.parent) ? node.parent : node
  const hasName =
    isVariableDeclaration(named) || isFunctionDeclaration(named) || isMethodDeclaration(named)
  return hasName && named.name !== undefined ? `'${named.name.getText()}'` : 'the function'
}
