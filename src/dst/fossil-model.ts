/**
 * Fossil as a model of the runner: nodes that sync with others, answer them, or both.
 * @module
 */

import { utf8 } from '../base/bytes.ts'
import { counted } from '../base/counted.ts'
import { sha1 } from '../hash/hash.ts'
import { countPhantoms } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import type { Difficulty, Model, NodeId } from '../runner/model.ts'
import { Simulation } from '../runner/simulation.ts'
import { NodeClock } from '../sim/clock.ts'
import { RandomSource } from '../sim/random.ts'
import type { TraceValue } from '../sim/trace.ts'
import type { ResolvedConfig } from './config.ts'
import { coreOf, withinCore } from './core.ts'
import { FossilWorld } from './fossil-world.ts'
import { allBlobUuidsSorted, publicBlobUuidsSorted } from './holdings.ts'
import { holdingTexts } from './holding-texts.ts'
import { invariants } from './invariants/all.ts'
import { stateOf } from '../repo/state.ts'
import { catalogueHash } from './invariants/unversioned.ts'
import { mutationsOf } from './lies/all.ts'
import { passwordOf } from './logins.ts'
import { canonicalMessage, describeMessage } from './message-view.ts'
import { masterId } from './sim-network.ts'
import { lateNodes, type Network, topologyOf } from './topology.ts'
import { syncsUnversioned, type World } from './world.ts'

/** Starts a simulation of Fossil. */
export function simulateFossil(
  config: ResolvedConfig,
  options: { readonly tracesWaits?: boolean } = {},
): Simulation<FossilWorld> {
  const { seed, pollIntervalMs, overrides, unlisted, redraw, onTraceLine } = config
  const { describesMessages, describesHoldings } = config
  const draw = new RandomSource(seed).stream('topology').at(0)
  const topology = topologyOf(config.topology, config.numLeaves, draw)
  const late = lateNodes(topology, config.late)
  const model = fossilModel(config, { topology, late })
  return new Simulation(model, {
    seed,
    late,
    pollIntervalMs,
    link: config.network.link,
    heals: config.core === 'drawn' && config.makeNode === undefined ? 'core' : 'all',
    checks: {
      every: config.safetyCheckInterval,
      from: config.safetyCheckFrom,
      thoroughEvery: config.thoroughCheckEvery,
      thinsOut: config.thinsOutChecks ?? false,
      watched: config.watchedInvariant,
    },
    overrides,
    unlisted,
    redraw,
    onTraceLine,
    ...options,
    describesMessages,
    describesHoldings,
  })
}

function fossilModel(config: ResolvedConfig, network: Network): Model<FossilWorld> {
  const source = new RandomSource(config.seed)
  return {
    name: 'fossil',
    topology: network.topology,
    invariants: (config.invariants ?? invariants).map(withinCore),
    world: (host) => new FossilWorld(config, network, host),
    start: (_id, world, host) => world.start(host),
    down: (id, world) => world.down(id),
    wallClock: (id, world) => world.clockOf(id),
    shiftClock: (id, world, shift) => {
      const clock = world.clockOf(id)
      if (clock instanceof NodeClock) clock.shift(shift)
    },
    version: ({ repo }) => stateOf(repo),
    holdings: ({ repo }) => holdingTexts(repo),
    state: digests,
    message: {
      canonical: canonicalMessage,
      describe: describeMessage,
      mutations: mutationsOf((login) => passwordOf(source, login)),
    },
    lied: (lie, world) => world.lied(lie),
    faultsEnd: (world) => world.users?.settle(),
    core: {
      root: () => (isOneServerFirst(config) ? masterId : undefined),
      needs: (id, world) => {
        if (!world.node(id).repo.isUnfinishedClone) return undefined
        return network.topology.links.find(({ from }) => from === id)?.to
      },
      healed: (core, world) => {
        world.core = core
      },
    },
    difficulty,
    stop: (world) => world.close(),
  }
}

/** Rights are those that the master gives, and nobody ends a server of the caller's. */
function isOneServerFirst({ login, upstream }: ResolvedConfig): boolean {
  return login !== undefined || upstream !== undefined
}

/** The last error of a node, and what it lacks of the artifacts of others that count. */
function difficulty(id: NodeId, world: FossilWorld): Difficulty {
  const lastError = world.syncs.lastError(id)
  const held = new Set(allBlobUuidsSorted(world.node(id).repo))
  const lacks = coreOf(world)
    .nodes.map((other) => ({
      id: other.id,
      missing: publicBlobUuidsSorted(other.repo).filter((hash) => !held.has(hash)),
    }))
    .find(({ missing }) => missing.length > 0)
  const lacking = counted(lacks?.missing.length ?? 0, 'artifact')
  return {
    ...(lastError === undefined ? {} : { lastError }),
    ...(lacks && { lacks: `${lacking} of ${lacks.id}, such as ${lacks.missing[0]}` }),
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
