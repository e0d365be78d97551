/**
 * Recurring faults of links and clocks during a run: one episode after another of each kind, until
 * the faults of the run end.
 *
 * Each episode is a decision of the fault log at `nemesis/<kind>`, of the use `<kind>#<number>`.
 * Its effect follows from that name and its outcome alone, so that cancelling one moves no other.
 *
 * Terms: nemesis as in Jepsen; clogging and swizzling as in FoundationDB.
 * @module
 */

import type { Clock } from '../base/env.ts'
import type { ClockShift } from '../sim/clock.ts'
import type { FaultLog } from '../sim/fault.ts'
import {
  type NemesisKind,
  nemesisKinds,
  type NemesisPace,
  type NemesisPlan,
} from '../sim/levels.ts'
import { checkInteger, longestMs } from '../sim/link.ts'
import type { Direction, Network } from '../sim/network.ts'
import type { Draw, RandomStream } from '../sim/random.ts'
import type { ActionOptions } from './action.ts'
import { waysOf } from './core.ts'
import type { NodeId, Topology, TraceFacts } from './model.ts'
import type { PendingEvents } from './pending-events.ts'

/** The side of a simulation that a nemesis acts on. */
export interface NemesisHost {
  readonly model: { readonly topology: Topology }
  readonly faults: FaultLog
  readonly events: PendingEvents
  readonly network: Network
  clock(): Clock
  stream(name: string): RandomStream
  scheduleAction(timeMs: number, action: () => void, options?: ActionOptions): void
  shiftClock(id: NodeId, shift: ClockShift): void
  note(type: string, facts: TraceFacts): void
}

/**
 * Starts every kind of a plan; all cuts and clogs end by `untilMs`.
 *
 * @throws {FossilError} `option.invalid` for a pace that makes no sense
 */
export function startNemesis(host: NemesisHost, plan: NemesisPlan, untilMs: number): void {
  for (const kind of nemesisKinds) {
    const pace = plan[kind]
    if (pace === undefined) continue
    checkInteger(`nemesis.${kind}.calmMeanMs`, pace.calmMeanMs, 1, longestMs)
    checkInteger(`nemesis.${kind}.lengthMeanMs`, pace.lengthMeanMs, 1, longestMs)
    schedule(host, { kind, pace, untilMs, number: 1 }, host.clock().nowMs())
  }
}

/** The site at which episodes of a kind are decided. */
export function nemesisSite(kind: NemesisKind): string {
  return `nemesis/${kind}`
}

/** One episode, and all that follow it. */
interface Series {
  readonly kind: NemesisKind
  readonly pace: NemesisPace
  readonly untilMs: number
  readonly number: number
}

function schedule(host: NemesisHost, series: Series, sinceMs: number): void {
  const { kind, pace, untilMs, number } = series
  const use = `${kind}#${number}`
  const draw = host.stream(`nemesis/${kind}`).named(use)
  const beginMs = sinceMs + Math.max(1, draw.exponentialMs(pace.calmMeanMs))
  if (beginMs >= untilMs) return
  const begin = (): void => {
    schedule(host, { ...series, number: number + 1 }, beginMs)
    const { amount, check, strike } = episodes[kind]
    const outcome = host.faults.decideAt<number>(
      { site: nemesisSite(kind), use },
      (numbers) => amount(numbers, pace),
      0,
    )
    if (outcome === 0) return
    check(nemesisSite(kind), outcome)
    strike({ host, draw, use, untilMs }, outcome)
  }
  host.scheduleAction(beginMs, begin, { name: `nemesis/${use}` })
}

/** The circumstances of an episode. */
interface Circumstances {
  readonly host: NemesisHost
  /** The numbers of this episode. */
  readonly draw: Draw
  /** Its name. */
  readonly use: string
  readonly untilMs: number
}

/** One kind of episode. */
interface Episode {
  /** Draws the outcome: milliseconds, or for a drift parts per million. Never 0. */
  readonly amount: (draw: Draw, pace: NemesisPace) => number
  /** @throws {FossilError} `option.invalid` for an override that asks for too much */
  readonly check: (site: string, amount: number) => void
  readonly strike: (circumstances: Circumstances, amount: number) => void
}

const lengthMs = (draw: Draw, { lengthMeanMs }: NemesisPace): number =>
  Math.max(1, Math.min(draw.exponentialMs(lengthMeanMs), longestMs))

const checkLength = (site: string, ms: number): void => checkInteger(site, ms, 0, longestMs)

/** The maximum jump and the maximum drift of a clock. */
const farthestJumpMs = 3_600_000
const mostDriftPpm = 100_000

const episodes: Readonly<Record<NemesisKind, Episode>> = {
  clog: { amount: lengthMs, check: checkLength, strike: clogOne },
  partial: { amount: lengthMs, check: checkLength, strike: cutSome },
  swizzle: { amount: lengthMs, check: checkLength, strike: swizzle },
  clockJump: {
    amount: (draw) => eitherWay(draw, draw.pick([2_000, 60_000, farthestJumpMs])),
    check: (site, ms) => checkInteger(site, ms, -longestMs, longestMs),
    strike: ({ host, draw }, byMs) => {
      const node = draw.pick(host.model.topology.nodes)
      host.note('clock.jump', { node, byMs })
      host.shiftClock(node, { byMs })
    },
  },
  clockDrift: {
    amount: (draw) => eitherWay(draw, draw.pick([500, 10_000, mostDriftPpm])),
    check: (site, ppm) => checkInteger(site, ppm, -1_000_000, 1_000_000),
    strike: ({ host, draw }, driftPpm) => {
      const node = draw.pick(host.model.topology.nodes)
      host.note('clock.drift', { node, driftPpm })
      host.shiftClock(node, { driftPpm })
    },
  },
}

/** From 1 to `most`, forwards or back. */
function eitherWay(draw: Draw, most: number): number {
  return (draw.chance(0.5) ? 1 : -1) * draw.int(1, most)
}

/** A way to close directions of links, and to open them again. */
interface Closure {
  /** The types of its trace lines. */
  readonly closed: string
  readonly opened: string
  readonly close: (host: NemesisHost, directions: readonly Direction[]) => void
  readonly open: (host: NemesisHost, directions: readonly Direction[]) => void
}

const clogging: Closure = {
  closed: 'clog',
  opened: 'unclog',
  close: (host, directions) => directions.forEach((each) => host.events.clog(each)),
  open: (host, directions) => directions.forEach((each) => host.events.unclog(each)),
}

const cutting: Closure = {
  closed: 'cut',
  opened: 'mend',
  close: ({ network }, directions) => network.cut(directions),
  open: ({ network }, directions) => network.mend(directions),
}

/** Directions that are closed for a while, and their form in the trace. */
interface Closed {
  readonly directions: readonly Direction[]
  readonly facts: TraceFacts
  readonly name: string
  readonly fromMs: number
  readonly toMs: number
}

function closeFor(host: NemesisHost, { closed, opened, close, open }: Closure, what: Closed): void {
  const { directions, facts, name, fromMs, toMs } = what
  const begin = (): void => {
    host.note(closed, facts)
    close(host, directions)
  }
  const end = (): void => {
    host.note(opened, facts)
    open(host, directions)
  }
  host.scheduleAction(fromMs, begin, { name: `nemesis/${name}` })
  host.scheduleAction(toMs, end, { name: `nemesis/${name}.end` })
}

function clogOne({ host, draw, use, untilMs }: Circumstances, ms: number): void {
  const link = draw.pick(host.model.topology.links)
  const direction = draw.chance(0.5) ? link : reversed(link)
  closeWhole({ host, use, untilMs }, clogging, [direction], ms)
}

function cutSome({ host, draw, use, untilMs }: Circumstances, ms: number): void {
  closeWhole({ host, use, untilMs }, cutting, partOf(host.model.topology, draw), ms)
}

/** Closes directions now, all at once. */
function closeWhole(
  { host, use, untilMs }: Omit<Circumstances, 'draw'>,
  closure: Closure,
  directions: readonly Direction[],
  ms: number,
): void {
  const fromMs = host.clock().nowMs()
  const facts = { directions: namesOf(directions) }
  const toMs = Math.min(fromMs + ms, untilMs)
  closeFor(host, closure, { directions, facts, name: `${use}.all`, fromMs, toMs })
}

/** The directions that a partial partition cuts. */
function partOf({ nodes, links }: Topology, draw: Draw): readonly Direction[] {
  const link = draw.pick(links)
  const shape = draw.pick(['direction', 'pair', 'groups'] as const)
  if (shape === 'direction') return [draw.chance(0.5) ? link : reversed(link)]
  const bridge = draw.pick(nodes)
  const left = new Set(nodes.filter(() => draw.chance(0.5)))
  const parted = links.filter(
    ({ from, to }) => from !== bridge && to !== bridge && left.has(from) !== left.has(to),
  )
  // Where nothing but the bridge joins the groups, a pair is cut.
  const cut = shape === 'groups' && parted.length > 0 ? parted : [link]
  return cut.flatMap((each) => [each, reversed(each)])
}

function swizzle({ host, draw, use, untilMs }: Circumstances, ms: number): void {
  const { nodes } = host.model.topology
  const struck = shuffled(nodes, draw).slice(0, draw.int(1, nodes.length))
  const back = shuffled(struck, draw)
  const closure = draw.chance(0.5) ? clogging : cutting
  const nowMs = host.clock().nowMs()
  const lastMs = Math.min(nowMs + ms, untilMs)
  const stepMs = (lastMs - nowMs) / 2 / struck.length
  for (const [index, node] of struck.entries()) {
    const directions = waysOf(host.model.topology, node)
    closeFor(host, closure, {
      directions,
      facts: { node, directions: namesOf(directions) },
      name: `${use}.${node}`,
      fromMs: nowMs + Math.floor(stepMs * index),
      toMs: lastMs - Math.floor(stepMs * back.indexOf(node)),
    })
  }
}

function namesOf(directions: readonly Direction[]): readonly string[] {
  return directions.map(({ from, to }) => `${from}→${to}`)
}

function reversed({ from, to }: Direction): Direction {
  return { from: to, to: from }
}

function shuffled<T>(items: readonly T[], draw: Draw): T[] {
  const left = [...items]
  return items.flatMap(() => left.splice(draw.int(0, left.length - 1), 1))
}
