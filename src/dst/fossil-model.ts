/**
 * Fossil as a model of the runner: a star of leaves around a master that answers their syncs.
 * @module
 */

import { utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { sha1 } from '../hash/hash.ts'
import type { Repo } from '../repo/repo.ts'
import type { Model } from '../runner/model.ts'
import { Simulation } from '../runner/simulation.ts'
import { faultLevels } from '../sim/levels.ts'
import type { TraceValue } from '../sim/trace.ts'
import { maxMessageBytes } from '../sync/limits.ts'
import { decodeMessage } from '../xfer/frame.ts'
import type { ResolvedConfig } from './config.ts'
import { FossilWorld, leafIdsOf } from './fossil-world.ts'
import { countPhantoms, publicBlobUuidsSorted } from './holdings.ts'
import { invariants } from './invariants/all.ts'
import { stateOf } from './invariants/state.ts'
import { catalogueHash } from './invariants/unversioned.ts'
import { masterId } from './sim-network.ts'
import { syncsUnversioned, type World } from './world.ts'

/** Starts a simulation of Fossil. */
export function simulateFossil(config: ResolvedConfig): Simulation<FossilWorld> {
  const { seed, pollIntervalMs, overrides, unlisted, onTraceLine } = config
  return new Simulation(fossilModel(config), {
    seed,
    pollIntervalMs,
    link: faultLevels[config.level].link,
    checks: {
      every: config.safetyCheckInterval,
      from: config.safetyCheckFrom,
      thoroughEvery: config.thoroughCheckEvery,
      thinsOut: config.thinsOutChecks ?? false,
    },
    overrides,
    unlisted,
    onTraceLine,
  })
}

function fossilModel(config: ResolvedConfig): Model<FossilWorld> {
  const leaves = leafIdsOf(config)
  return {
    name: 'fossil',
    topology: {
      nodes: [masterId, ...leaves],
      links: leaves.map((from) => ({ from, to: masterId })),
    },
    invariants: config.invariants ?? invariants,
    world: (host) => new FossilWorld(config, host),
    start: (id, world) => (id === masterId ? world.startMaster() : world.startLeaf(id)),
    version: ({ repo }) => stateOf(repo),
    state: digests,
    canonical: (message) => withoutTimestamp(logicalContent(message)),
    stop: (world) => world.close(),
  }
}

/** Of each node its public artifacts, its phantoms, and its unversioned files where they travel. */
function digests(world: World): TraceValue {
  const hasFiles = syncsUnversioned(world)
  return world.nodes.map(({ id, repo }) => {
    const state = `${stateOf(repo)} ${hasFiles}`
    const before = digested.get(repo)
    const digest = before?.state === state ? before.digest : digestOf(repo, hasFiles)
    digested.set(repo, { state, digest })
    return [id, ...digest]
  })
}

type Digest = readonly (string | number)[]

/** Of each repository its digest, and when it had that. */
const digested = new WeakMap<Repo, { readonly state: string; readonly digest: Digest }>()

function digestOf(repo: Repo, hasFiles: boolean): Digest {
  const held = publicBlobUuidsSorted(repo)
  const files = hasFiles ? [catalogueHash(repo)] : []
  return [held.length, countPhantoms(repo), sha1(utf8(held.join('\n'))), ...files]
}

/**
 * A message without its compression: compressed bytes differ between zlib builds. A user's own node
 * may send anything; bytes that cannot be unwrapped are taken as they are.
 */
function logicalContent(body: Uint8Array): Uint8Array {
  try {
    return decodeMessage(body, { maxBytes: maxMessageBytes })
  } catch (error) {
    if (FossilError.is(error, 'xfer.frame')) return body
    throw error
  }
}

/**
 * The message without the server's clock, which ends a reply as a comment: the time of the event is
 * in the trace anyway, and a stock server's clock is the host's.
 */
function withoutTimestamp(message: Uint8Array): Uint8Array {
  const tailAt = Math.max(0, message.length - 64)
  const tail = Buffer.from(message.subarray(tailAt)).toString('latin1')
  const at = /(?:^|\n)# timestamp [^\n]*\n$/.exec(tail)?.index
  return at === undefined ? message : message.subarray(0, tailAt + at)
}
