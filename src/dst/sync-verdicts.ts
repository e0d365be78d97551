/**
 * Verdicts on syncs: what the result of one says, compared with the two repositories.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { hasArtifact, isShunned } from '../repo/blob.ts'
import { listShunned } from '../repo/shun.ts'
import type { NodeId } from '../runner/model.ts'
import type { SyncResult } from '../sync/session-options.ts'
import { countStored, type Mark, type Stored, toldSince } from './sync-marks.ts'
import type { CheckedNode, Finding } from './world.ts'

/** The ways that artifacts go in a sync. */
export interface Directions {
  readonly pulls: boolean
  readonly pushes: boolean
  /** Private artifacts travel, too. */
  readonly withPrivate: boolean
}

/** A sync that has ended, and its two sides. */
export interface EndedSync extends Directions {
  readonly client: CheckedNode
  readonly server: CheckedNode
  /** The client as it was when its last request left. */
  readonly asked: Mark
  /** The server as it was when it answered that. */
  readonly answered: Mark
  /** The server as it was when it answered the request before, where there was one. */
  readonly answeredBefore: Mark | undefined
  readonly result: SyncResult
  /** Artifacts that were stored when it began; undefined if others stored some meanwhile. */
  readonly storedBefore: {
    readonly client: Stored | undefined
    readonly server: Stored | undefined
  }
  /** Deltas that waited at the client then: each may come whole, and is no artifact more. */
  readonly waitedBefore: number
}

/**
 * The time at which the owner of a node removed an artifact there; undefined if that never was.
 */
type GivenUpAtMs = (id: NodeId, hash: ArtifactHash) => number | undefined

/** The claims of a sync that are not so. */
export function falseClaimsOf(sync: EndedSync, givenUpAtMs: GivenUpAtMs): Finding[] {
  const { client, server, asked, answered, pulls, pushes, result, withPrivate } = sync
  if (!result.complete) return [...shortfallOf(sync), ...miscountsOf(sync)]
  const theirs = pulls ? toldSince(server.repo, answered, { withPrivate }) : []
  const isOwed = (node: CheckedNode, hash: ArtifactHash): boolean =>
    !isShunned(node.repo, hash) &&
    !hasArtifact(node.repo, hash) &&
    (givenUpAtMs(node.id, hash) ?? -Infinity) < asked.atMs
  const takesPush = pushes && !result.pushRefused
  const ours = takesPush ? toldSince(client.repo, asked, { withPrivate }) : []
  return [
    ...contradictionOf(sync),
    ...incomplete(client, server, theirs, isOwed),
    ...incomplete(server, client, ours, isOwed),
    ...miscountsOf(sync),
  ]
}

/** A complete sync lacks nothing that either side told of. */
function contradictionOf({ client, result: { missing } }: EndedSync): Finding[] {
  if (missing.length === 0) return []
  const detail = `a sync said that it is complete, and that ${missing[0]} is missing`
  return [{ nodeId: client.id, detail }]
}

/** Whoever says `complete` has brought everything there was: to one side as to the other. */
function incomplete(
  to: CheckedNode,
  from: CheckedNode,
  hashes: readonly ArtifactHash[],
  isOwed: (node: CheckedNode, hash: ArtifactHash) => boolean,
): Finding[] {
  const missing = hashes.filter((hash) => isOwed(to, hash))
  if (missing.length === 0) return []
  const lacks = `${missing.length} artifacts of ${from.id} are not here, such as ${missing[0]}`
  return [{ nodeId: to.id, detail: `a sync said that it is complete, and ${lacks}` }]
}

/**
 * Artifacts that did not come could not have come. What the server got between its last two answers
 * could not: when the client asked for it, it was not there, and the server said so.
 */
function shortfallOf(sync: EndedSync): Finding[] {
  const { client, server, result, pulls, pushes, withPrivate } = sync
  const { missing, shortfall = '', pushRefused } = result
  const mark = sync.answeredBefore ?? sync.answered
  const offered = new Set(pulls ? toldSince(server.repo, mark, { withPrivate }) : [])
  const withheld = missing.find((hash) => offered.has(hash) && !hasArtifact(client.repo, hash))
  const says = `a sync with ${server.id} said "${shortfall}"`
  if (withheld !== undefined) {
    return [{ nodeId: client.id, detail: `${says}, and ${withheld} was to be had there` }]
  }
  const hasReason = missing.length > 0 || pushRefused || !pushes || hasSideTrouble(result)
  if (hasReason) return []
  return [{ nodeId: client.id, detail: `${says}, and nothing stood in its way` }]
}

/** Files and rows are other invariants' matter. */
function hasSideTrouble({ unversioned: uv, tables }: SyncResult): boolean {
  const files = uv === undefined ? 0 : uv.missing.length + uv.unsent.length
  return files > 0 || tables?.differs === true
}

/** Both counts of a result are those of the repositories, where nothing else was stored there. */
function miscountsOf(sync: EndedSync): Finding[] {
  const { client, server, result, storedBefore, waitedBefore, pushes } = sync
  const { artifactsReceived: received, artifactsSent: sent } = result
  const findings: Finding[] = []
  const says = `a sync with ${server.id} said that it`
  // A clone that hears what is shunned loses it again, at its end.
  const isExact = pushes || listShunned(client.repo).length === 0
  const came = isExact ? growthOf(client, storedBefore.client) : undefined
  if (came !== undefined) {
    const count = came.clusters + came.others
    if (received < count || received > count + waitedBefore) {
      const detail = `${says} received ${received} artifacts, and ${count} came`
      findings.push({ nodeId: client.id, detail })
    }
  }
  const went = growthOf(server, storedBefore.server)
  if (went !== undefined && went.others > sent) {
    const detail = `${says} sent ${sent} artifacts, and ${went.others} arrived`
    findings.push({ nodeId: client.id, detail })
  }
  return findings
}

function growthOf({ repo }: CheckedNode, before: Stored | undefined): Stored | undefined {
  if (before === undefined) return undefined
  const now = countStored(repo)
  return { clusters: now.clusters - before.clusters, others: now.others - before.others }
}
