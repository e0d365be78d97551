/**
 * Operations: the work of people and programs at the nodes, as intentions. An operation is drawn
 * when its time comes, from the content of the node then, and recorded with its arguments; so a run
 * can be repeated from the list of its intentions, and with any of them left out.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { Draw } from '../sim/random.ts'
import { Arguments, type ArgumentValues } from './arguments.ts'
import type { CheckedWorld } from './invariants.ts'
import type { NodeId, TraceFacts } from './model.ts'
import { requireInteger } from '../base/options.ts'
import type { Simulation } from './simulation.ts'

/** A moment at which people do the same at several nodes, before these hear of each other. */
interface Rush {
  readonly atMs: number
  readonly name: string
}

/** The place of an operation in a run, before it is drawn. */
interface Place extends Pick<Intention, 'atMs' | 'node' | 'id'> {
  /** Determines the kind of operation, unless that makes no sense at the node. */
  readonly rush?: Rush | undefined
  /** True if the arguments are those of the other nodes, too, as far as they hold the same. */
  readonly isTwin?: boolean
}

/** Milliseconds of a run per rush: their number does not depend on the operations. */
const msPerRush = 5_000

/** The share of operations that belong to a rush, and the share of those that are twins. */
const inRush = 0.5
const twinsInRush = 0.5

/** Milliseconds within which the operations of one rush come. */
const rushMs = 400

/** Further work during a run, created anew for each run. */
export interface Workload {
  /** Schedules the work. */
  start(): void
}

/** Identifies an operation of a run: `leaf-0#3` is the third at that node. */
export type OperationId = string

/** A drawn operation, which replays, and which shrinking may leave out. */
export interface Intention {
  /** Virtual time since the run began, in milliseconds. */
  readonly atMs: number
  readonly node: NodeId
  readonly id: OperationId
  /** Name of the operation; {@link idle} if none made sense. */
  readonly op: string
  readonly args: ArgumentValues
  /** The outcome in the run that recorded it. A replay ignores it. */
  readonly outcome?: Outcome
}

/** The name of no operation: an event in which nobody did anything. */
export const idle = 'idle'

/**
 * - `acknowledged`: it took effect, and the node said so.
 * - `refused`: a fault prevented it, and the node said so.
 * - `impossible`: it makes no sense at present, such as when its subject is missing.
 */
export type Outcome = 'acknowledged' | 'refused' | 'impossible'

/** The end of an operation. */
export interface OperationResult {
  readonly outcome: Outcome
  /** Further facts for the trace. */
  readonly facts?: TraceFacts
}

/** A kind of work. */
export interface Operation<W extends CheckedWorld> {
  readonly name: string
  /** The weight of the operation in the draw: a positive integer. */
  readonly weight: number
  /** The nodes at which it is possible: those that are up, or down. Default `up`. */
  readonly atNode?: 'up' | 'down'
  /**
   * Draws arguments, or undefined if the operation makes no sense. It changes nothing. Results of
   * other operations are named by the ids of these, so that the arguments mean the same in any run.
   */
  plan(world: W, node: NodeId, draw: Draw): ArgumentValues | undefined
  /**
   * Carries it out. Arguments that no longer fit are `impossible`, never an error.
   *
   * @throws {FossilError} `option.invalid` for arguments of the wrong kind
   */
  apply(world: W, node: NodeId, args: Arguments, id: OperationId): OperationResult
}

/** The amount of work. */
export interface OperationOptions<W extends CheckedWorld> {
  /** Drawn by weight. */
  readonly operations: readonly Operation<W>[]
  /** One of each, in this order, before anything else, at the first node. */
  readonly first?: readonly Operation<W>[]
  /** Total number of operations, dealt out evenly to the nodes. */
  readonly count: number
  /** From the beginning of the run; no operation takes place at or after it. */
  readonly durationMs: number
  /** The operations to carry out instead, as an earlier run recorded them. */
  readonly intentions?: readonly Intention[] | undefined
}

/** Outcomes of operations of one name. */
export type OutcomeCounts = Readonly<Record<Outcome, number>>

/** The operations of one run. */
export class Operations<W extends CheckedWorld> implements Workload {
  /** All intentions so far, drawn or read from the list, in the order they took place. */
  readonly intentions: Intention[] = []
  readonly #simulation: Simulation<W>
  readonly #options: OperationOptions<W>
  readonly #byName: ReadonlyMap<string, Operation<W>>
  readonly #counts = new Map<string, Record<Outcome, number>>()

  /** @throws {FossilError} `option.invalid` for an invalid count, weight or intention */
  constructor(simulation: Simulation<W>, options: OperationOptions<W>) {
    const { operations, first = [], count, intentions = [] } = options
    requireInteger('operationCount', count, { min: 0 })
    for (const { name, weight } of operations) requireInteger(`mix.${name}`, weight, { min: 1 })
    this.#simulation = simulation
    this.#options = options
    this.#byName = new Map([...first, ...operations].map((each) => [each.name, each]))
    for (const intention of intentions) this.#checkIntention(intention)
  }

  /** Schedules every operation. */
  start(): void {
    const { intentions } = this.#options
    if (intentions === undefined) this.#drawAll()
    else for (const intention of intentions) this.#schedule(intention, () => intention)
  }

  /** Outcomes by name of the operation, in the order of the names. */
  counts(): Readonly<Record<string, OutcomeCounts>> {
    const names = [...this.#byName.keys()]
    return Object.fromEntries(names.map((name) => [name, this.#count(name)]))
  }

  #drawAll(): void {
    const { first = [], operations, count } = this.#options
    const nodes = this.#nodes()
    const rushes = this.#drawRushes()
    for (const [index, node] of nodes.entries()) {
      const own = index === 0 ? first : []
      own.forEach((operation, at) =>
        this.#scheduleDrawn({ atMs: 0, node, id: `${node}#${at + 1}` }, [operation]),
      )
      const share = Math.floor(count / nodes.length) + (index < count % nodes.length ? 1 : 0)
      if (operations.length > 0) this.#dealOut(node, { share, before: own.length, rushes })
    }
  }

  /** Nodes that are there, and those that will join. */
  #nodes(): readonly NodeId[] {
    const { world, model, options } = this.#simulation
    const known = new Set([...world.nodes.map(({ id }) => id), ...(options.late ?? [])])
    return model.topology.nodes.filter((id) => known.has(id))
  }

  /** Rushes make conflicts: by chance alone, most operations hear of each other before. */
  #drawRushes(): readonly Rush[] {
    const { durationMs } = this.#options
    const draw = this.#simulation.stream('operation-times').named('rushes')
    return Array.from({ length: Math.ceil(durationMs / msPerRush) }, (_, index) => ({
      atMs: draw.int(0, durationMs - 1),
      name: `rush#${index + 1}`,
    }))
  }

  /** Draws times first, so that operations are numbered in the order they take place. */
  #dealOut(
    node: NodeId,
    { share, before, rushes }: { share: number; before: number; rushes: readonly Rush[] },
  ): void {
    const { durationMs, operations } = this.#options
    if (durationMs === 0) return
    const draw = this.#simulation.stream(`operation-times/${node}`).next()
    const drawn = Array.from({ length: share }, () => drawTime(draw, durationMs, rushes))
    drawn
      .sort((a, b) => a.atMs - b.atMs)
      .forEach((time, index) =>
        this.#scheduleDrawn({ ...time, node, id: `${node}#${before + index + 1}` }, operations),
      )
  }

  #scheduleDrawn(
    { rush, isTwin = false, ...place }: Place,
    operations: readonly Operation<W>[],
  ): void {
    const stream = this.#simulation.stream('operations')
    const own = stream.named(place.id)
    const kinds = rush === undefined ? own : stream.named(rush.name)
    const draw = isTwin ? kinds : own
    this.#schedule(place, () => {
      const rest = [...this.#possible(operations, place.node)]
      // One that makes no sense gives way to another, so that few moments are idle.
      for (let at = pickByWeight(rest, kinds); at >= 0; at = pickByWeight(rest, kinds)) {
        const [operation] = rest.splice(at, 1)
        const args = operation?.plan(this.#simulation.world, place.node, draw)
        if (operation !== undefined && args !== undefined) {
          return { ...place, op: operation.name, args }
        }
      }
      return { ...place, op: idle, args: {} }
    })
  }

  #schedule(
    { atMs, node, id }: Pick<Intention, 'atMs' | 'node' | 'id'>,
    intend: () => Intention,
  ): void {
    const { startMs } = this.#simulation.clock()
    const carryOut = (): void => this.#carryOut(intend())
    this.#simulation.scheduleAction(startMs + atMs, carryOut, { node, name: id })
  }

  #carryOut(intention: Intention): void {
    const { node, id, op, args } = intention
    const at = this.intentions.push(intention) - 1
    if (op === idle) return
    const reader = new Arguments(`${id} (${op})`, args)
    const { world } = this.#simulation
    const [operation] = this.#possible([this.#operation(op)], node)
    const { outcome, facts }: OperationResult = operation?.apply(world, node, reader, id) ?? {
      outcome: 'impossible',
    }
    this.intentions[at] = { atMs: intention.atMs, node, id, op, args, outcome }
    this.#count(op)[outcome]++
    this.#simulation.note('operation', { node, id, op, args, outcome, ...facts })
  }

  /** The operations that are possible at a node in its present state. */
  #possible(operations: readonly Operation<W>[], node: NodeId): readonly Operation<W>[] {
    const state = this.#simulation.isUp(node) ? 'up' : 'down'
    return operations.filter(({ atNode = 'up' }) => atNode === state)
  }

  #count(name: string): Record<Outcome, number> {
    let counts = this.#counts.get(name)
    if (counts === undefined) {
      counts = { acknowledged: 0, refused: 0, impossible: 0 }
      this.#counts.set(name, counts)
    }
    return counts
  }

  #operation(name: string): Operation<W> {
    const operation = this.#byName.get(name)
    if (operation !== undefined) return operation
    throw invalid(`there is no operation "${name}"`)
  }

  #checkIntention({ atMs, id, op, node }: Intention): void {
    requireInteger(`intentions ${id}: atMs`, atMs, { min: 0 })
    if (op !== idle) this.#operation(op)
    const isNode = this.#simulation.model.topology.nodes.includes(node)
    if (!isNode) throw invalid(`${id}: there is no node "${node}"`)
  }
}

/** The time of an operation: any, or that of a rush. */
function drawTime(
  draw: Draw,
  durationMs: number,
  rushes: readonly Rush[],
): Pick<Place, 'atMs' | 'rush' | 'isTwin'> {
  if (rushes.length === 0 || !draw.chance(inRush)) return { atMs: draw.int(0, durationMs - 1) }
  const rush = draw.pick(rushes)
  const atMs = Math.min(durationMs - 1, rush.atMs + draw.int(0, rushMs))
  return { atMs, rush, isTwin: draw.chance(twinsInRush) }
}

function pickByWeight(operations: readonly { readonly weight: number }[], draw: Draw): number {
  if (operations.length === 0) return -1
  const sum = operations.reduce((total, { weight }) => total + weight, 0)
  let at = draw.int(1, sum)
  return operations.findIndex(({ weight }) => (at -= weight) <= 0)
}

function invalid(reason: string): FossilError {
  return new FossilError('option.invalid', { option: 'intentions', reason })
}
