/**
 * The determinism rule: what the simulator cannot control, no code below it may reach. Time,
 * randomness and the host come in through `Env`; STYLE section "Determinism" has the list.
 * @module
 */

import {
  isBindingElement,
  isFunctionDeclaration,
  isIdentifier,
  isImportDeclaration,
  isImportSpecifier,
  isImportClause,
  isNamespaceImport,
  isNoSubstitutionTemplateLiteral,
  isParameterDeclaration,
  isPropertyAccessExpression,
  isPropertyAssignment,
  isQualifiedName,
  isShorthandPropertyAssignment,
  isStringLiteral,
  isTemplateHead,
  isTemplateMiddle,
  isTemplateTail,
  isTypeQueryNode,
  isTypeReferenceNode,
  isVariableDeclaration,
  type Identifier,
  type Node,
} from 'typescript/unstable/ast'

import { isTestCode, ownerOf, satellites } from '../layers.ts'
import { lineOf, visit, type Source } from '../source.ts'
import type { FileRule, Finding } from './finding.ts'

/**
 * The thing that a banned name reaches: the host's clock and timers, its randomness, or the host
 * itself.
 */
export type Reach = 'clock' | 'randomness' | 'host'

const insteadOf: Readonly<Record<Reach, string>> = {
  clock: 'take time from env.clock or the simulator, and let the caller schedule',
  randomness: 'draw from env.random, or from a named stream of the seed',
  host: 'take it as an argument; only transport/, cli/ and web/ touch the host',
}

const globals = new Map<string, Reach>([
  ['Date', 'clock'],
  ['performance', 'clock'],
  ['setTimeout', 'clock'],
  ['setInterval', 'clock'],
  ['setImmediate', 'clock'],
  ['crypto', 'randomness'],
  ['process', 'host'],
  ['fetch', 'host'],
])

/** Members of objects that are otherwise welcome, as `object.member`. */
const members = new Map<string, Reach>([
  ['Math.random', 'randomness'],
  ['AbortSignal.timeout', 'clock'],
  ['Atomics.wait', 'clock'],
  ['Atomics.waitAsync', 'clock'],
])

const modules = new Map<string, Reach>([
  ['timers', 'clock'],
  ['timers/promises', 'clock'],
  ['perf_hooks', 'clock'],
  ['process', 'host'],
])

const cryptoRandomness =
  /^(?:randomBytes|randomUUID|randomFill|randomFillSync|randomInt|getRandomValues|webcrypto)$/

const sql: readonly [pattern: RegExp, reach: Reach][] = [
  [/\b(?:julianday|datetime|date|time|unixepoch|strftime|timediff)\s*\([^)]*'now'/i, 'clock'],
  [/\b(?:julianday|datetime|unixepoch)\s*\(\s*\)/i, 'clock'],
  [/\bcurrent_(?:timestamp|date|time)\b/i, 'clock'],
  [/(?<![.\w])random\s*\(\s*\)/i, 'randomness'],
  [/\brandomblob\s*\(/i, 'randomness'],
]

/** Single files that may reach further, each with its reason. */
export const exceptions: ReadonlyMap<string, readonly [reaches: readonly Reach[], why: string]> =
  new Map([
    ['src/base/env.ts', [['clock', 'randomness', 'host'], 'it is where the host comes in']],
    ['src/agent/timers.ts', [['clock'], 'it is where the timers of the host come in']],
    ['src/sim/world.ts', [['host'], 'it replaces what reaches the host']],
    ['src/sim/world/outside.ts', [['host'], 'it closes what reaches the host']],
    ['src/sim/world/clocks.ts', [['clock', 'host'], 'it replaces the clocks']],
    ['src/sim/world/timers.ts', [['clock', 'host'], 'it replaces the timers']],
    ['src/sim/world/timers-promises.ts', [['clock'], 'it replaces the timers']],
    ['src/runner/sweep/worker-process.ts', [['clock', 'host'], 'it watches a process of the host']],
    ['src/dst/failure/host.ts', [['clock', 'host'], 'it tells time and versions of the computer']],
    ['src/runner/sweep/work.ts', [['clock', 'host'], 'it is a process, and says that it is alive']],
    ['src/sim/world.test.ts', [['clock', 'randomness', 'host'], 'it asks for what is replaced']],
    ['src/sim/context.test.ts', [['clock'], 'it looks at what is replaced']],
    [
      'src/runner/globals.test.ts',
      [['clock', 'randomness', 'host'], 'its nodes use what is replaced'],
    ],
    [
      'src/dst/unpatched-agent.test.ts',
      [['clock', 'randomness', 'host'], 'its agent uses what is replaced'],
    ],
    [
      'examples/09-unpatched-agent.ts',
      [['clock', 'randomness', 'host'], 'it shows what is replaced'],
    ],
    ['src/folder/disk-files.ts', [['host'], 'what a file is differs from system to system']],
    ['src/db/driver.suite.ts', [['clock', 'randomness'], "it checks that SQL's own are replaced"]],
    ['src/crosslink/ticket-clock.test.ts', [['clock', 'randomness'], 'its tables ask for them']],
  ])

/**
 * The things that the file at `path` may reach. Randomness stays banned in every test, bench and
 * example: a run that cannot be repeated proves nothing.
 */
export function permitted(path: string): ReadonlySet<Reach> {
  const exception = exceptions.get(path)
  if (exception !== undefined) return new Set(exception[0])
  const owner = ownerOf(path) ?? ''
  if (['transport', 'cli', 'web'].includes(owner)) {
    return isTestCode(path) ? clockAndHost : everything
  }
  if (owner in satellites) return clockAndHost
  return new Set(isTestCode(path) ? ['host'] : [])
}

const everything: ReadonlySet<Reach> = new Set(['clock', 'randomness', 'host'])
const clockAndHost: ReadonlySet<Reach> = new Set(['clock', 'host'])

/** Finds what reaches past `Env` from a file that may not. */
export const banned: FileRule = (source) => {
  const allowed = permitted(source.path)
  const own = declaredNames(source)
  const findings: Finding[] = []
  visit(source.tree, (node) => {
    const use = bannedUse(node, own)
    if (use === undefined || allowed.has(use.reach)) return
    const advice = `${use.name} is not reproducible: ${insteadOf[use.reach]}`
    findings.push({ path: source.path, line: lineOf(source, node), rule: 'banned', advice })
  })
  return findings
}

type Use = { name: string; reach: Reach }

function bannedUse(node: Node, own: ReadonlySet<string>): Use | undefined {
  if (isIdentifier(node)) return globalUse(node, own)
  if (isPropertyAccessExpression(node)) return memberUse(node.expression, node.name.getText())
  if (isImportDeclaration(node) && isStringLiteral(node.moduleSpecifier)) {
    return moduleUse(node.moduleSpecifier.text)
  }
  if (isImportSpecifier(node)) {
    const name = (node.propertyName ?? node.name).getText()
    return cryptoRandomness.test(name) ? { name, reach: 'randomness' } : undefined
  }
  return isText(node) ? sqlUse(node.text) : undefined
}

function globalUse(node: Identifier, own: ReadonlySet<string>): Use | undefined {
  const reach = globals.get(node.text)
  if (reach === undefined || own.has(node.text) || !isValue(node)) return undefined
  return { name: node.text, reach }
}

function memberUse(object: Node, member: string): Use | undefined {
  const name = `${object.getText()}.${member}`
  const viaGlobal = /^(?:globalThis|window|self)$/.test(object.getText())
  const reach = members.get(name) ?? (viaGlobal ? globals.get(member) : undefined)
  if (reach !== undefined) return { name, reach }
  return cryptoRandomness.test(member) && /crypto$/i.test(object.getText())
    ? { name, reach: 'randomness' }
    : undefined
}

function moduleUse(specifier: string): Use | undefined {
  const reach = modules.get(specifier.replace(/^node:/, ''))
  return reach === undefined ? undefined : { name: `'${specifier}'`, reach }
}

function sqlUse(text: string): Use | undefined {
  for (const [pattern, reach] of sql) {
    const name = pattern.exec(text)?.[0]
    if (name !== undefined) return { name: `SQL ${name}`, reach }
  }
  return undefined
}

/** Names that the file declares or imports: there `process` is a word like any other. */
function declaredNames({ tree }: Source): ReadonlySet<string> {
  const names = new Set<string>()
  visit(tree, (node) => {
    const declares =
      isVariableDeclaration(node) ||
      isParameterDeclaration(node) ||
      isBindingElement(node) ||
      isFunctionDeclaration(node) ||
      isImportSpecifier(node) ||
      isImportClause(node) ||
      isNamespaceImport(node)
    if (declares && node.name !== undefined && isIdentifier(node.name)) names.add(node.name.text)
  })
  return names
}

/** Tells whether an identifier is read as a value: not a type, a member's name or a key. */
function isValue(node: Identifier): boolean {
  const { parent } = node
  if (isPropertyAccessExpression(parent)) return parent.expression === node
  if (isPropertyAssignment(parent)) return parent.initializer === node
  if (isShorthandPropertyAssignment(parent)) return true
  if (isTypeReferenceNode(parent) || isTypeQueryNode(parent) || isQualifiedName(parent))
    return false
  return !('name' in parent && parent.name === node)
}

function isText(node: Node): node is Node & { text: string } {
  return (
    isStringLiteral(node) ||
    isNoSubstitutionTemplateLiteral(node) ||
    isTemplateHead(node) ||
    isTemplateMiddle(node) ||
    isTemplateTail(node)
  )
}
