/**
 * Rules about imports: layers, packages, barrels, cycles. Type-only imports count like any other:
 * a cycle of types is still two files that cannot be read apart.
 * @module
 */

import { isBuiltin } from 'node:module'
import { posix } from 'node:path'

import {
  isCallExpression,
  isExportDeclaration,
  isImportDeclaration,
  isImportTypeNode,
  isLiteralTypeNode,
  isStringLiteral,
  SyntaxKind,
  type ExportDeclaration,
  type Node,
  type StringLiteral,
} from 'typescript/unstable/ast'

import { clients, importProblem, isTestCode, ownerOf } from '../layers.ts'
import { lineOf, visit, type Source } from '../source.ts'
import type { Finding, Manifest } from './finding.ts'

type Import = { source: Source; line: number; specifier: string; target: string | undefined }

/** Checks every import of every file, and the files' import graph. */
export function importFindings(sources: readonly Source[], manifest: Manifest): Finding[] {
  const paths = new Set(sources.map(({ path }) => path))
  const imports = sources.flatMap((source) => importsOf(source, manifest))
  return [
    ...imports.flatMap((item) => importFinding(item, paths, manifest)),
    ...sources.flatMap((source) => barrelFindings(source, manifest)),
    ...cycleFindings(imports),
  ]
}

function importsOf(source: Source, manifest: Manifest): Import[] {
  const imports: Import[] = []
  visit(source.tree, (node) => {
    const named = specifierOf(node)
    if (named === undefined) return
    const specifier = named.text
    const target = specifier.startsWith('.')
      ? posix.join(posix.dirname(source.path), specifier)
      : manifest.publicFiles.get(specifier)
    imports.push({ source, line: lineOf(source, named), specifier, target })
  })
  return imports
}

/** The module named by an import, a re-export, an `import('…')` call or an `import('…')` type. */
function specifierOf(node: Node): StringLiteral | undefined {
  if (isImportDeclaration(node) || isExportDeclaration(node)) return literal(node.moduleSpecifier)
  if (isImportTypeNode(node) && isLiteralTypeNode(node.argument)) {
    return literal(node.argument.literal)
  }
  if (isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) {
    return literal(node.arguments[0])
  }
  return undefined
}

function literal(node: Node | undefined): StringLiteral | undefined {
  return node !== undefined && isStringLiteral(node) ? node : undefined
}

function importFinding(item: Import, paths: ReadonlySet<string>, manifest: Manifest): Finding[] {
  const { source, line, specifier, target } = item
  const problem = specifier.startsWith('.')
    ? pathProblem(source.path, target ?? '', { paths, manifest })
    : packageProblem(source.path, specifier, manifest)
  if (problem === undefined) return []
  return [{ path: source.path, line, rule: 'import', advice: `'${specifier}': ${problem}` }]
}

function pathProblem(
  from: string,
  to: string,
  { paths, manifest }: { paths: ReadonlySet<string>; manifest: Manifest },
): string | undefined {
  if (!/\.(?:m?[jt]s)$/.test(to)) return undefined
  if (!paths.has(to)) return 'no such file: name the source file, with its .ts'
  return importProblem(from, to) ?? clientProblem(from, to, manifest)
}

/**
 * The reason why a client of the product may not import a file of it. Its tests may look inside.
 */
function clientProblem(from: string, to: string, manifest: Manifest): string | undefined {
  const owner = ownerOf(from) ?? ''
  const open = clients.get(owner)
  if (open === undefined || isTestCode(from)) return undefined
  if ([owner, ...open].includes(ownerOf(to) ?? '')) return undefined
  if ([...manifest.publicFiles.values()].includes(to)) return undefined
  return `${owner}/ is a client: what it needs of ${to}, users need, so let an index export it`
}

function packageProblem(from: string, specifier: string, manifest: Manifest): string | undefined {
  const isProduct = from.startsWith('src/') || from.startsWith('web/')
  if (specifier === 'trilobite' || specifier.startsWith('trilobite/')) {
    if (isProduct) return 'the product imports its own files by relative path'
    return manifest.publicFiles.has(specifier) ? undefined : 'package.json exports no such name'
  }
  if (!isProduct || isTestCode(from)) return undefined
  if (isBuiltin(specifier)) {
    if (!specifier.startsWith('node:')) return `write 'node:${specifier}'`
    return specifier.startsWith('node:test') ? 'only tests import the test runner' : undefined
  }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  return manifest.dependencies.has(name) ? undefined : 'not among the dependencies of package.json'
}

/** A barrel only where `package.json` exports one, and then with explicit names. */
function barrelFindings(source: Source, manifest: Manifest): Finding[] {
  const { path, tree } = source
  const exported = [...manifest.publicFiles.values()].includes(path)
  const onlyReExports =
    tree.statements.length > 0 && tree.statements.every((statement) => isReExport(statement))
  const findings: Finding[] = []
  if (!exported && (onlyReExports || path.endsWith('/index.ts'))) {
    const advice = 'package.json does not export this file: import from where the name is declared'
    findings.push({ path, line: 1, rule: 'barrel', advice })
  }
  for (const statement of tree.statements) {
    if (!isReExport(statement) || statement.exportClause !== undefined) continue
    const advice = "name what is exported: 'export *' hides the public API"
    findings.push({ path, line: lineOf(source, statement), rule: 'barrel', advice })
  }
  return findings
}

function isReExport(node: Node): node is ExportDeclaration {
  return isExportDeclaration(node) && node.moduleSpecifier !== undefined
}

function cycleFindings(imports: readonly Import[]): Finding[] {
  const edges = new Map<string, Import[]>()
  for (const item of imports) {
    if (item.target === undefined) continue
    const path = item.source.path
    edges.set(path, [...(edges.get(path) ?? []), item])
  }
  const findings: Finding[] = []
  const finished = new Set<string>()
  const walk = (path: string, trail: readonly Import[]): void => {
    for (const item of edges.get(path) ?? []) {
      const target = item.target ?? ''
      const start =
        target === path ? trail.length : trail.findIndex((t) => t.source.path === target)
      if (start !== -1) findings.push(cycleFinding([...trail.slice(start), item]))
      else if (!finished.has(target)) walk(target, [...trail, item])
    }
    finished.add(path)
  }
  for (const path of edges.keys()) if (!finished.has(path)) walk(path, [])
  return findings
}

function cycleFinding(cycle: readonly Import[]): Finding {
  const last = cycle.at(-1)
  const circle = [...cycle.map((item) => item.source.path), last?.target].join(' -> ')
  const advice = `${circle}: move what both need into a third file`
  return { path: last?.source.path ?? '', line: last?.line ?? 0, rule: 'cycle', advice }
}
