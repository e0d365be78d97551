/**
 * The time within which a core must come to rest, from the plan of its run.
 *
 *     stragglers + hops × (syncs × (pause + rounds × round) + content)
 *
 * - stragglers: what was under way when faults ended: `timeoutMs` and the longest `spike` of a
 *   link;
 * - hops: as many as the core has nodes: what is at one end must come to the other, node by node;
 * - syncs: 4 of each hop. One may fail by what came before, one brings names, one brings contents,
 *   and one finds nothing left to move;
 * - pause: before each of them. An agent waits as long as its back-off goes, or its interval; a
 *   node that polls waits for its poll, and for each broken node that does not answer;
 * - rounds: 6 of each sync. Names, clusters, contents, tables in two, and the end;
 * - round: there and back by the mean latency, and 20,000 bytes by the bandwidth;
 * - content: all that the largest repository of the core holds, by the bandwidth, and a round for
 *   each budget of it.
 *
 * The slowest of 250 runs took a fifth of it (measured).
 * @module
 */

import type { Core } from '../runner/core.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { hasTable } from '../db/tables.ts'
import { longestBackoffMs } from './node-maker.ts'
import type { FossilWorld } from './fossil-world.ts'

const syncsPerHop = 4
const roundsPerSync = 6
const bytesPerRound = 20_000

/** The content of a message where nothing else is set: see src/sync/limits.ts. */
const usualBudgetBytes = 250_000

/** Milliseconds of virtual time from the end of faults. */
export function settleBoundMs(
  { nodes: core, broken }: Core,
  world: Pick<FossilWorld, 'config' | 'nodes'>,
): number {
  const { config } = world
  const { link } = config.network
  const { pollIntervalMs, node, budgetBytes = usualBudgetBytes } = config
  const sentMs = (bytes: number): number =>
    link.bytesPerSecond === undefined ? 0 : (bytes * 1_000) / link.bytesPerSecond
  const stragglersMs = link.timeoutMs + link.spike.maxMs
  const pauseMs =
    node === 'agent'
      ? Math.max(pollIntervalMs, longestBackoffMs)
      : pollIntervalMs + broken.size * link.timeoutMs
  const roundMs = 2 * link.latency.meanMs + sentMs(bytesPerRound)
  const repos = world.nodes.filter(({ id }) => core.has(id)).map(({ repo }) => repo)
  const contentBytes = Math.max(0, ...repos.map(contentBytesOf))
  const contentMs = (contentBytes / budgetBytes) * roundMs + sentMs(contentBytes)
  const hopMs = syncsPerHop * (pauseMs + roundsPerSync * roundMs) + contentMs
  return Math.ceil(stragglersMs + core.size * hopMs)
}

/** Bytes as they are stored. */
function contentBytesOf(repo: Repo): number {
  const tables = ['blob', 'unversioned'].filter((table) => hasTable(dbOf(repo), table))
  const sums = tables.map((table) =>
    dbOf(repo).prepare<[number]>(`SELECT coalesce(sum(length(content)), 0) FROM ${table}`).get(),
  )
  return sums.reduce((total, sum) => total + (sum?.[0] ?? 0), 0)
}
