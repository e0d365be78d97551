/**
 * Plans of Fossil simulations: all options of a run, drawn from its seed.
 * @module
 */

import {
  chance,
  oneOf,
  type OptionSpace,
  PlanSpace,
  someOf,
  wholeNumber,
  yesOrNo,
} from '../runner/plan.ts'
import {
  faultLevels,
  type LevelName,
  levelNames,
  nemesisKinds,
  type NemesisPlan,
} from '../sim/levels.ts'
import { calmLink, type LinkConfig, longestMs, noFaults, rateKinds } from '../sim/link.ts'
import { type NodeKind, nodeKinds } from './config.ts'
import { operationGroups } from './operations/all.ts'
import { backupOperations } from './operations/cluster.ts'
import { userOperations } from './operations/users.ts'
import { fileSizes, type FileSizes } from './operations/operation.ts'
import type { SimulateOptions } from './simulate-options.ts'
import { type Rights, rightsNames } from './logins.ts'
import { type TopologyName, topologyNames } from './topology.ts'

/** All faults: those of links, and those of nodes and their surroundings. */
const faultNames = [
  ...rateKinds.filter((kind) => kind !== 'stale'),
  ...(['partition', 'crash', 'code', 'stop', 'pause', 'lies'] as const),
  // What a seed draws of those above follows from the order.
  ...(['stale', ...nemesisKinds, 'bandwidth', 'broken'] as const),
] as const

type FaultName = (typeof faultNames)[number]

/** A complete plan. */
export type FossilPlan = {
  readonly topology: TopologyName
  readonly leaves: number
  readonly node: NodeKind
  readonly late: number
  readonly durationMs: number
  readonly pollIntervalMs: number
  readonly operations: number
  readonly mix: readonly string[]
  readonly sizes: FileSizes
  readonly private: boolean
  readonly privateSync: 'no' | 'some' | 'yes'
  readonly login: boolean
  readonly rights: Rights
  readonly hashPolicy: 'sha1' | 'sha3' | 'mixed'
  readonly cloneProtocol: '2' | '3'
  readonly uvSync: boolean
  readonly maxFutureMs: number
  readonly budgetBytes: number
  readonly clusterAtLeast: number
  readonly deflateOverBytes: number
  readonly maxSkewMs: number
  readonly latencyMs: number
  readonly bytesPerSecond: number
  readonly faults: readonly FaultName[]
} & Readonly<Record<RateName, number>>

/** Faults that have a rate. */
const rateNames = [...rateKinds, 'lies'] as const

type RateName = (typeof rateNames)[number]

/** Backups stand where they always did: what a seed draws of the others follows from the order. */
const { graveyard, local, guarded, bulk, byHand, looks, disputes, drafts, ...olderGroups } =
  operationGroups
const newerGroups = { graveyard, local, guarded, bulk, byHand, looks, disputes, drafts }

const operations = [
  ...Object.values(olderGroups).flat(),
  ...backupOperations,
  ...Object.values(newerGroups).flat(),
  ...userOperations,
]

/** Operations that belong together, by name. */
const groups = Object.fromEntries(
  Object.entries({ ...operationGroups, backups: backupOperations, users: userOperations })
    .filter(([, members]) => members.length > 1)
    .map(([name, members]) => [name, members.map((each) => each.name)]),
)

/** Operations of a group by its name. */
function namesOfGroup(group: keyof typeof operationGroups): readonly string[] {
  return operationGroups[group].map(({ name }) => name)
}

/** Operations that need table sync. */
const tableOperations: readonly string[] = [
  ...namesOfGroup('tables'),
  'rowsPut',
  ...namesOfGroup('disputes'),
]

const timeRange = { min: 0, max: longestMs }

/** Some outages in a run of a minute or two. */
const usualOutages = { calmMeanMs: 30_000, downMeanMs: 8_000 }

/** Some episodes of each kind in a run of a minute or two. */
const usualEpisodes = { calmMeanMs: 30_000, lengthMeanMs: 10_000 }

/** Percents from which the rate of each fault is drawn. */
const usualRates: readonly number[] = [1, 3, 8, 20]

const rates: Readonly<Record<RateName, string>> = {
  refused: 'how often a request is refused at once',
  requestLost: 'how often a request vanishes',
  replyLost: 'how often a reply vanishes',
  requestCut: 'how often a request breaks off',
  replyCut: 'how often a reply breaks off',
  delayed: 'how often a message takes much longer',
  duplicated: 'how often a request comes twice',
  requestCorrupted: 'how often a byte of a request changes',
  replyCorrupted: 'how often a byte of a reply changes',
  stale: 'how often a request comes again minutes later',
  lies: 'how often a request or a reply is a lie',
}

const rateEntries = rateNames.map((kind) => [kind, chance(rates[kind], usualRates)] as const)
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an option for each kind
const rateOptions = Object.fromEntries(rateEntries) as RateOptions

type RateOptions = OptionSpace<Readonly<Record<RateName, number>>>

const options: OptionSpace<FossilPlan> = {
  topology: oneOf('who syncs with whom', topologyNames, ['star', 'star', ...topologyNames]),
  leaves: wholeNumber('repositories beside the master', { min: 1, max: 10_000 }, (draw) =>
    draw.pick([3, 2, 1]),
  ),
  durationMs: wholeNumber('how long faults last', timeRange, (draw) =>
    draw.pick([60_000, 120_000]),
  ),
  pollIntervalMs: wholeNumber(
    'from one sync of a leaf to the next',
    { min: 1, max: longestMs },
    (draw) => draw.pick([1_000, 5_000, 5_000, 15_000]),
  ),
  node: oneOf('how nodes sync', nodeKinds, ['agent', 'agent', 'agent', 'poll']),
  late: wholeNumber('leaves that join late, at most', { min: 0, max: 10_000 }, (draw) =>
    draw.pick([0, 0, 1]),
  ),
  operations: wholeNumber('what people do, in all', { min: 0, max: 10_000_000 }, (draw) =>
    draw.int(40, 100),
  ),
  mix: someOf(
    'which operations there are',
    operations.map(({ name }) => name),
    { probabilities: [0.3, 0.6, 0.8], always: ['checkin'], groups },
  ),
  sizes: oneOf('how large files are', fileSizes, ['small', 'small', 'mixed', 'large']),
  private: yesOrNo('some check-ins are private', 0.4),
  privateSync: oneOf<'no' | 'some' | 'yes'>(
    'whose private artifacts travel',
    ['no', 'some', 'yes'],
    ['no', 'no', 'no', 'some', 'some', 'yes'],
  ),
  login: yesOrNo('leaves log in', 0.4),
  rights: oneOf('what leaves may do that log in', rightsNames, ['all', 'mixed']),
  hashPolicy: oneOf<'sha1' | 'sha3' | 'mixed'>(
    'how artifacts are named',
    ['sha1', 'sha3', 'mixed'],
    ['sha1', 'sha1', 'sha3', 'mixed'],
  ),
  cloneProtocol: oneOf<'2' | '3'>('which protocol clones speak', ['2', '3'], ['2', '3']),
  uvSync: yesOrNo('repositories are set to sync unversioned files', 0.3),
  maxFutureMs: wholeNumber(
    'servers refuse what is dated further ahead; 0: nothing',
    timeRange,
    (draw) => draw.pick([0, 86_400_000]),
  ),
  budgetBytes: wholeNumber('bytes of artifacts in a message; 0 for the usual', timeRange, (draw) =>
    draw.pick([0, 0, 2_000, 20_000]),
  ),
  clusterAtLeast: wholeNumber('artifacts that make a cluster', { min: 2, max: longestMs }, (draw) =>
    draw.pick([100, 100, 20, 5]),
  ),
  deflateOverBytes: wholeNumber('longer messages are deflated', timeRange, (draw) =>
    draw.pick([65_536, 65_536, 0]),
  ),
  maxSkewMs: wholeNumber('how wrong clocks are', timeRange, (draw) =>
    draw.pick([0, 1_000, 300_000, 3_600_000]),
  ),
  latencyMs: wholeNumber('how long a message takes, on average', { min: 1, max: 5_000 }, (draw) =>
    draw.pick([20, 60, 150, 600]),
  ),
  bytesPerSecond: wholeNumber(
    'how many bytes a direction of a link carries',
    { min: 1, max: longestMs },
    (draw) => draw.pick([50_000, 200_000, 1_000_000]),
  ),
  // A sync that a lie has ended tells nothing of what else might have gone wrong in it.
  faults: someOf('what goes wrong', faultNames, {
    probabilities: [0.1, 0.7, 0.5],
    seldom: { lies: 0.25 },
  }),
  ...rateOptions,
}

/** The network of a level, as a partial plan. */
function presetOf(level: LevelName): Partial<FossilPlan> {
  const { link, partition, nemesis = {} } = faultLevels[level]
  const struck = rateKinds.filter((kind) => link.rates[kind] > 0)
  const struckNames: FaultName[] = [
    ...struck,
    ...(partition === undefined ? [] : (['partition', 'crash'] as const)),
    ...(level === 'normal' ? [] : (['code'] as const)),
    ...(partition === undefined ? [] : (['stop', 'pause'] as const)),
    ...nemesisKinds.filter((kind) => nemesis[kind] !== undefined),
    ...(link.bytesPerSecond === undefined ? [] : (['bandwidth'] as const)),
  ]
  return {
    faults: faultNames.filter((name) => struckNames.includes(name)),
    ...Object.fromEntries(struck.map((kind) => [kind, link.rates[kind]])),
    latencyMs: link.latency.meanMs,
    ...(link.bytesPerSecond === undefined ? {} : { bytesPerSecond: link.bytesPerSecond }),
    maxSkewMs: level === 'normal' ? 0 : 300_000,
  }
}

const hostile = presetOf('hostile')

/** The plan without faults and with nothing out of the ordinary. */
export const calmPlan: FossilPlan = {
  topology: 'star',
  leaves: 1,
  node: 'poll',
  late: 0,
  durationMs: 60_000,
  pollIntervalMs: 5_000,
  operations: 0,
  mix: ['checkin'],
  sizes: 'small',
  private: false,
  privateSync: 'no',
  login: false,
  rights: 'all',
  hashPolicy: 'sha1',
  cloneProtocol: '3',
  uvSync: false,
  maxFutureMs: 0,
  budgetBytes: 0,
  clusterAtLeast: 100,
  deflateOverBytes: 65_536,
  faults: [],
  latencyMs: 20,
  maxSkewMs: 0,
  bytesPerSecond: 200_000,
  ...noFaults,
  lies: 0,
}

/** The run that tests compare with its recorded form: nothing of it is drawn. */
const golden: FossilPlan = {
  ...calmPlan,
  leaves: 3,
  operations: 60,
  mix: (['checkins', 'kinds', 'uv', 'tables', 'upkeep'] as const).flatMap(namesOfGroup),
  sizes: 'mixed',
  private: true,
  login: true,
  clusterAtLeast: 20,
  ...hostile,
  faults: [...(hostile.faults ?? []), 'broken'],
}

/** The plans of Fossil; `calm`, `normal`, `adversarial`, `hostile` and `golden` are partial. */
export const fossilPlans = new PlanSpace<FossilPlan>(options, {
  ...Object.fromEntries(levelNames.map((level) => [level, presetOf(level)])),
  calm: calmPlan,
  golden,
})

/** The same plan without lies. */
export function withoutLies(plan: FossilPlan): FossilPlan {
  return { ...plan, faults: plan.faults.filter((name) => name !== 'lies') }
}

/** The same plan without some operations. */
export function without(plan: FossilPlan, names: readonly string[]): FossilPlan {
  return { ...plan, mix: plan.mix.filter((name) => !names.includes(name)) }
}

/** The plan that a seed draws: one leaf at least is there from the start. */
export function drawFossilPlan(seed: number, fixed: Partial<FossilPlan>): FossilPlan {
  const drawn = fossilPlans.draw(seed, fixed)
  return { ...drawn, late: Math.min(drawn.late, drawn.leaves - 1) }
}

/** The simulation options that a plan stands for. */
export function optionsOfPlan(seed: number, plan: FossilPlan): SimulateOptions {
  const { leaves, durationMs, operations: operationCount, sizes, login, budgetBytes } = plan
  const has = (name: string): boolean => plan.mix.includes(name)
  return {
    seed,
    leaves,
    durationMs,
    operationCount,
    weights: weightsOf(plan),
    sizes,
    login,
    privateCheckins: plan.private,
    config: {
      ...(login ? { login: { rights: plan.rights } } : {}),
      private: { no: false, some: 'some' as const, yes: true }[plan.privateSync],
      uv: has('uvWrite') || has('uvDelete'),
      settings: has('setting'),
      tables: tableOperations.some(has),
      topology: plan.topology,
      node: plan.node,
      late: plan.late,
      pollIntervalMs: plan.pollIntervalMs,
      hashPolicy: plan.hashPolicy,
      cloneProtocol: plan.cloneProtocol === '2' ? 2 : 3,
      uvSync: plan.uvSync,
      ...(plan.maxFutureMs === 0 ? {} : { maxFutureMs: plan.maxFutureMs }),
      clusterAtLeast: plan.clusterAtLeast,
      deflateOverBytes: plan.deflateOverBytes,
      ...(budgetBytes === 0 ? {} : { budgetBytes }),
      maxSkewMs: plan.maxSkewMs,
      buggify: plan.faults.includes('code'),
      ...(plan.faults.includes('crash') ? { crashes: usualOutages } : {}),
      ...(plan.faults.includes('stop') ? { stops: usualOutages } : {}),
      ...(plan.faults.includes('pause') ? { pauses: usualOutages } : {}),
      network: {
        link: linkOf(plan),
        partition: plan.faults.includes('partition') ? faultLevels.hostile.partition : undefined,
        nemesis: nemesisOf(plan),
      },
      core: plan.faults.includes('broken') ? 'drawn' : 'all',
    },
  }
}

/** An empty mix would make an empty run: then people check in. */
function weightsOf({ mix }: FossilPlan): Readonly<Record<string, number>> {
  const isEmpty = mix.length === 0
  return Object.fromEntries(
    operations.map(({ name, weight }) => {
      const isChosen = mix.includes(name) || (isEmpty && name === 'checkin')
      return [name, isChosen ? weight : 0]
    }),
  )
}

function nemesisOf({ faults }: FossilPlan): NemesisPlan {
  const kinds = nemesisKinds.filter((kind) => faults.includes(kind))
  return Object.fromEntries(kinds.map((kind) => [kind, usualEpisodes]))
}

function linkOf(plan: FossilPlan): LinkConfig {
  const { latencyMs: meanMs, bytesPerSecond, faults } = plan
  const struck = rateKinds.map((kind) => [kind, faults.includes(kind) ? plan[kind] : 0] as const)
  const lies = faults.includes('lies') ? plan.lies : 0
  return {
    ...calmLink,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a rate for each kind
    rates: Object.fromEntries(struck) as LinkConfig['rates'],
    latency: { minMs: 1, meanMs, maxMs: Math.max(500, 33 * meanMs) },
    lies: { requests: lies, replies: lies },
    ...(faults.includes('bandwidth') ? { bytesPerSecond } : {}),
  }
}

/**
 * The plan that a seed draws, with the options that a line fixes.
 *
 * @example
 * ```ts
 * const { line, leaves } = drawPlan(7, 'hostile')
 * ```
 * @throws {FossilError} `option.invalid` for a line that makes no sense
 */
export function drawPlan(
  seed: number,
  line = '',
): {
  /** As `SimulateOptions.plan` takes it. */
  readonly line: string
  readonly leaves: number
  /** Each option as it is written, with a description. */
  readonly values: readonly { name: string; value: string; about: string }[]
  /** Partial plans that a line may name. */
  readonly presets: readonly string[]
} {
  const plan = drawFossilPlan(seed, fossilPlans.read(line))
  return {
    line: formatPlan(plan),
    leaves: plan.leaves,
    values: fossilPlans.describe(withoutMoot(plan)),
    presets: fossilPlans.presetNames(),
  }
}

/** A plan as a line. */
export function formatPlan(plan: FossilPlan): string {
  return fossilPlans.format(withoutMoot(plan))
}

/**
 * Leaves out options without effect: rates of faults that do not strike, and an unused bandwidth.
 */
export function withoutMoot(plan: FossilPlan): Partial<FossilPlan> {
  const isMoot = (name: string): boolean =>
    rateNames.some((kind) => kind === name && !plan.faults.includes(kind)) ||
    (name === 'bytesPerSecond' && !plan.faults.includes('bandwidth'))
  return Object.fromEntries(Object.entries(plan).filter(([name]) => !isMoot(name)))
}
