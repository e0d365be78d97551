/**
 * All derived tables, at once: they are what a rebuild makes of the artifacts, and they are the
 * same wherever the same artifacts are.
 *
 * Verifies, with the production verification, that no derived table differs from a rebuild; and
 * that two nodes which hold and shun the same artifacts have equal tables, by names, not rids. What
 * depends on more is left out: which artifacts are private, asked for or to be announced, and when
 * a cluster came. Does not verify that a rebuild is right: the oracles of
 * `plink`, `tags`, `leaf`, `event`, `mlink`, `cherrypick`, `backlink`, `tickets`, `attachments` and
 * `threads` do, and the tests against stock.
 *
 * A check costs a rebuild of every repository that has changed since the last one, about 0.1 ms for
 * each artifact that it holds (measured): periodic checks make it now and then only.
 * @module
 */

import { dumpDerived, dumpedTables } from '../../crosslink/derived-dump.ts'
import type { Repo } from '../../repo/repo.ts'
import { listShunned } from '../../repo/shun.ts'
import { verify } from '../../crosslink/verify.ts'
import { allBlobUuidsSorted } from '../holdings.ts'
import { InvariantError } from '../../runner/invariants.ts'
import type { CheckedNode, Invariant } from '../world.ts'
import { ofEachNode, ownTables, whenChanged } from './of-each-node.ts'

/**
 * The derived tables are what a rebuild would make.
 *
 * @throws {InvariantError} `derived`
 */
export function checkDerived(nodeId: string, repo: Repo): void {
  const { differences, total } = verify(repo, { limit: 1 })
  const [first] = differences
  if (first !== undefined) {
    const { table, kind, what } = first
    const others = total === 1 ? '' : ` and ${total - 1} more`
    throw new InvariantError('derived', { nodeId, detail: `${kind} in ${table}: ${what}${others}` })
  }
}

/** Tables that are not a function of the artifacts held. */
const ofOneNode: readonly string[] = ['blob', 'phantom', 'private', 'unclustered']

const comparedTables = dumpedTables.filter((table) => !ofOneNode.includes(table))

export const derived: Invariant = {
  name: 'derived',
  holds: 'always',
  isCostly: true,
  ...ofEachNode(ownTables, whenChanged(checkDerived)),
}

export const derivedConvergence: Invariant = {
  name: 'derived-convergence',
  holds: 'settled',
  check: (world) => {
    const nodes = world.nodes.filter((node) => ownTables(node, world))
    for (const [first, ...others] of Map.groupBy(nodes, holdingsOf).values()) {
      if (first === undefined || others.length === 0) continue
      const lines = dumpDerived(first.repo, comparedTables)
      for (const { id, repo } of others) {
        compare({ id: first.id, lines }, { id, lines: dumpDerived(repo, comparedTables) })
      }
    }
  },
}

/** The ground of the derived tables: what is shunned is no phantom that they could name. */
function holdingsOf({ repo }: CheckedNode): string {
  const shunned = listShunned(repo).map(({ hash }) => hash)
  return [...allBlobUuidsSorted(repo), '', ...shunned].join()
}

/** The derived tables of a node, as lines. */
interface Dumped {
  readonly id: string
  readonly lines: readonly string[]
}

function compare(first: Dumped, node: Dumped): void {
  const lacking = firstOutside(node.lines, first.lines)
  const extra = firstOutside(first.lines, node.lines)
  if (lacking === undefined && extra === undefined) return
  const told = [
    lacking === undefined ? '' : `${first.id} has ${lacking}`,
    extra === undefined ? '' : `here is ${extra}`,
  ]
  const detail = `the same artifacts, and ${told.filter(Boolean).join('; ')}`
  throw new InvariantError('derived-convergence', { nodeId: node.id, detail })
}

function firstOutside(lines: readonly string[], others: readonly string[]): string | undefined {
  const known = new Set(lines)
  return others.find((line) => !known.has(line))
}
