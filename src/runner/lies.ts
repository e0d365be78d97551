/**
 * Lies: nodes now and then send something other than their code wrote. No checksum of a link
 * catches that. The model says how a message can be changed (mutation.ts); this file decides when,
 * and which way, as a fault of its link: at `net/<from>→<to>/lied` for requests, at
 * `net/<from>→<to>/replyLied` for replies, with the same uses as the other faults of an exchange.
 * The outcome is the name of the mutation.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { FaultLog } from '../sim/fault.ts'
import { million, noLies } from '../sim/link.ts'
import type { ExchangePlan, Network } from '../sim/network.ts'
import type { Draw, RandomSource } from '../sim/random.ts'
import type { EarlierMessage, Lie, Mutation, MutationContext } from './mutation.ts'

/** The parts of a run that lies use. */
export interface LiesOptions {
  readonly source: RandomSource
  readonly faults: FaultLog
  readonly network: Network
  readonly mutations: readonly Mutation[]
  /** A node has lied. */
  readonly onLie: (lie: Lie) => void
}

/** Maximum number of earlier messages of a node that its lies can repeat. */
const mostEarlier = 8

const honest = ''

/** The lies of one run. */
export class Lies {
  readonly #options: LiesOptions
  /** The latest messages of each node, by `request/<node>` and `reply/<node>`. */
  readonly #earlier = new Map<string, EarlierMessage[]>()
  #told = 0

  constructor(options: LiesOptions) {
    this.#options = options
  }

  /** The number of lies told. */
  get told(): number {
    return this.#told
  }

  /** The lie that replaces a request that leaves now; undefined for the truth. */
  request(plan: ExchangePlan, bytes: Uint8Array): Uint8Array | undefined {
    return this.#lie(plan, bytes, undefined)
  }

  /** The lie that replaces the reply to `request` that leaves now; undefined for the truth. */
  reply(plan: ExchangePlan, bytes: Uint8Array, request: Uint8Array): Uint8Array | undefined {
    return this.#lie(plan, bytes, request)
  }

  #lie(
    plan: ExchangePlan,
    bytes: Uint8Array,
    request: Uint8Array | undefined,
  ): Uint8Array | undefined {
    const { mutations, faults, network, onLie } = this.#options
    if (mutations.length === 0) return undefined
    const isReply = request !== undefined
    const { lies = noLies } = network.linkOf(plan)
    const probability = (isReply ? lies.replies : lies.requests) / million
    const site = `net/${plan.from}→${plan.to}/${isReply ? 'replyLied' : 'lied'}`
    const { from, to } = isReply ? { from: plan.to, to: plan.from } : plan
    const said = this.#saidBy(`${isReply ? 'reply' : 'request'}/${from}`)
    const context = { from, to, request, earlier: [...said] }
    const use = plan.at ?? plan.number
    const lieOf = (mutation: Mutation): Uint8Array | undefined =>
      lieBy(mutation, bytes, this.#drawOf(`${site}/${mutation.name}`, use), context)
    const name = faults.decideAt(
      { site, use, number: plan.number },
      probability === 0
        ? undefined
        : (draw) => (draw.chance(probability) ? this.#pick(draw, lieOf) : honest),
      honest,
    )
    if (probability > 0) remember(said, { to, bytes })
    const lie = name === honest ? undefined : lieOf(this.#named(site, name))
    if (lie === undefined) return undefined
    this.#told++
    onLie({ mutation: name, from, to, isReply })
    return lie
  }

  /** The first applicable lie, of all in a drawn order. */
  #pick(draw: Draw, lieOf: (mutation: Mutation) => Uint8Array | undefined): string {
    const left = [...this.#options.mutations]
    while (left.length > 0) {
      const [mutation] = left.splice(draw.int(0, left.length - 1), 1)
      if (mutation !== undefined && lieOf(mutation) !== undefined) return mutation.name
    }
    return honest
  }

  #named(site: string, name: string): Mutation {
    const { mutations } = this.#options
    const mutation = mutations.find((each) => each.name === name)
    if (mutation !== undefined) return mutation
    const reason = `"${name}" is none of ${mutations.map((each) => each.name).join(', ')}`
    throw new FossilError('option.invalid', { option: site, reason })
  }

  #drawOf(name: string, use: string | number): Draw {
    const stream = this.#options.source.stream(`lie/${name}`)
    return typeof use === 'string' ? stream.named(use) : stream.at(use)
  }

  #saidBy(key: string): EarlierMessage[] {
    const earlier = this.#earlier.get(key) ?? []
    this.#earlier.set(key, earlier)
    return earlier
  }
}

/** Undefined if the mutation changes nothing, which is no lie. */
function lieBy(
  mutation: Mutation,
  message: Uint8Array,
  draw: Draw,
  context: MutationContext,
): Uint8Array | undefined {
  const lie = mutation.mutate(message, draw, context)
  return lie === undefined || Buffer.compare(lie, message) === 0 ? undefined : lie
}

function remember(earlier: EarlierMessage[], message: EarlierMessage): void {
  earlier.push(message)
  if (earlier.length > mostEarlier) earlier.shift()
}
