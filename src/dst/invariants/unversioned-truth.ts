/**
 * Unversioned files against what the simulation knows: nobody loses a version to anything but one
 * that wins, and in the end the winner is everywhere.
 *
 * The rule is stock's (unversioned.c:161-198): the later time wins, at the same time the greater
 * hash, and a deletion counts as less than any. What an owner overwrote by a version that loses is
 * owed only as long as somebody else has it: see ../uv-oracle.ts.
 * @module
 */

import {
  findUnversioned,
  listUnversioned,
  type UnversionedVersion,
} from '../../repo/unversioned.ts'
import { isUnversionedName } from '../../xfer/unversioned-name.ts'
import { InvariantError } from '../../runner/invariants.ts'
import {
  type CheckedNode,
  type Invariant,
  linksOf,
  maySend,
  syncsUnversioned,
  type World,
} from '../world.ts'
import { beats, settles, type UvOracle } from '../uv-oracle.ts'

/**
 * A version that is owed is somewhere, and a node holds what it wrote last, or what beats that.
 * Content is here with its row, or uv-integrity fails.
 */
export const uvNeverLost: Invariant = {
  name: 'uv-never-lost',
  holds: 'always',
  appliesTo: syncsUnversioned,
  check: ({ nodes, truth }) => {
    const { unversioned: oracle } = truth
    if (oracle === undefined) return
    const senders = nodes.filter(({ id }) => maySend(truth, id, 'unversioned'))
    for (const name of oracle.names()) {
      for (const node of nodes) checkFloor(oracle, name, node)
      const owed = oracle.owed(name)
      if (owed === undefined) continue
      // What beats it may be a copy that its owner had given up, and that was on its way.
      if (senders.some(({ repo }) => settles(findUnversioned(repo, name), owed))) continue
      const detail = `${describe(name, owed)} was not superseded and is nowhere`
      throw new InvariantError('uv-never-lost', { nodeId: senders[0]?.id ?? 'master', detail })
    }
  },
}

/** Every node ends with the version that the rule picks among all that could reach it. */
export const uvLastWriterWins: Invariant = {
  name: 'uv-last-writer-wins',
  holds: 'settled',
  appliesTo: syncsUnversioned,
  check: (world) => {
    if (world.truth.unversioned === undefined) return
    for (const name of namesIn(world)) {
      for (const node of world.nodes) checkWinner(world, name, node)
    }
  },
}

function checkFloor(oracle: UvOracle, name: string, { id, repo }: CheckedNode): void {
  const floor = oracle.floor(name, id)
  if (floor === undefined) return
  const row = findUnversioned(repo, name)
  if (settles(row, floor)) return
  const detail = `${describe(name, floor)} was written here and gave way to ${outcome(row)}`
  throw new InvariantError('uv-never-lost', { nodeId: id, detail })
}

/** The version that wins among those whom a node syncs with. */
function bestAtServers(world: World, name: string, id: string): UnversionedVersion | undefined {
  const servers = new Set(linksOf(world).flatMap(({ from, to }) => (from === id ? [to] : [])))
  return world.nodes
    .filter((node) => servers.has(node.id))
    .map(({ repo }) => findUnversioned(repo, name))
    .reduce((best, row) => (row !== undefined && beats(row, best) ? row : best), undefined)
}

/** The version that is owed; among some of the nodes, the best of those that can travel there. */
function owedWithin(
  { nodes, truth }: World,
  oracle: UvOracle,
  name: string,
): UnversionedVersion | undefined {
  const owed = oracle.owed(name)
  if (truth.isPart !== true || owed === undefined) return owed
  const rows = nodes
    .filter(({ id }) => maySend(truth, id, 'unversioned'))
    .map(({ repo }) => findUnversioned(repo, name))
  if (rows.some((row) => settles(row, owed))) return owed
  return rows.reduce((best, row) => (row !== undefined && beats(row, best) ? row : best), undefined)
}

function checkWinner(world: World, name: string, { id, repo }: CheckedNode): void {
  const { truth } = world
  const { unversioned: oracle } = truth
  if (oracle === undefined) return
  // Who may not send hears of what its servers have, which never had to hear of every deletion.
  const isSender = maySend(truth, id, 'unversioned')
  const owed = isSender ? owedWithin(world, oracle, name) : bestAtServers(world, name, id)
  const row = findUnversioned(repo, name)
  const fail = (detail: string): InvariantError =>
    new InvariantError('uv-last-writer-wins', { nodeId: id, detail })
  if (row !== undefined && !oracle.wasWritten(name, row, id)) {
    throw fail(`${describe(name, row)} is here and was never written`)
  }
  // Who never had a file has nothing to delete, and one deletion is as good as another.
  const isGone = row?.hash === undefined
  if (owed === undefined || (isGone && owed.hash === undefined)) return
  if (settles(row, owed)) return
  throw fail(`${describe(name, owed)} wins, and ${outcome(row)} is here`)
}

/** Names that anybody wrote, and names that are in any repository. */
function namesIn({ nodes, truth }: World): Set<string> {
  const names = new Set(truth.unversioned?.names())
  for (const { repo } of nodes) {
    for (const { name } of listUnversioned(repo)) if (isUnversionedName(name)) names.add(name)
  }
  return names
}

function describe(name: string, { mtimeSec, hash }: UnversionedVersion): string {
  const what = hash === undefined ? 'deleted at' : `as ${hash} of`
  return `${JSON.stringify(name)} ${what} ${mtimeSec}`
}

function outcome(row: UnversionedVersion | undefined): string {
  if (row === undefined) return 'nothing'
  return row.hash === undefined
    ? `its deletion at ${row.mtimeSec}`
    : `${row.hash} of ${row.mtimeSec}`
}
