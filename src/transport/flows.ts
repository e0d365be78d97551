/**
 * Bodies under way to and from strangers. A body that comes or goes keeps nobody else waiting, but
 * it holds memory and a connection: so each has to go on at a rate, and where there are too many,
 * of one address or of all, or where they hold too much, the one that has stood still longest
 * makes room.
 *
 * Knows nothing of HTTP.
 * @module
 */

import type { Timers } from './timers.ts'

/** Limits of the number and slowness of flows. */
export interface FlowLimits {
  /** Of one address; addresses that are not known are not counted. */
  readonly mostPerAddress: number
  readonly most: number
  /** Bytes that all of them together may hold. */
  readonly mostBytes: number
  /** Within this time a flow moves {@link stepBytes}, or ends. Infinity: whenever it likes. */
  readonly stepTimeoutMs: number
}

/** With 30 s for each it is 546 bytes a second: a telephone on the edge of its network. */
export const stepBytes = 16_384

/** The flows of one kind. */
export class Flows {
  readonly #limits: FlowLimits
  readonly #timers: Timers
  /** The one that has stood still longest comes first, here and of each address. */
  readonly #all = new Set<Flow>()
  readonly #byAddress = new Map<string, Set<Flow>>()
  #heldBytes = 0

  constructor(limits: FlowLimits, timers: Timers) {
    this.#limits = limits
    this.#timers = timers
  }

  /**
   * Begins a flow, and gives up another where there are too many.
   *
   * @param config.heldBytes what it holds until it ends
   * @param config.giveUp ends it; called at most once, and not after `end`
   */
  begin(config: {
    address: string | undefined
    heldBytes?: number
    giveUp: () => void
  }): Pick<Flow, 'moved' | 'end'> {
    const { heldBytes = 0, giveUp } = config
    const address = config.address === undefined ? undefined : networkOf(config.address)
    const flow = new Flow({ address, heldBytes, giveUp, home: this })
    const { most, mostPerAddress, mostBytes } = this.#limits
    if (address !== undefined && (this.#byAddress.get(address)?.size ?? 0) >= mostPerAddress) {
      this.#giveUpFirst(this.#byAddress.get(address))
    }
    if (this.#all.size >= most) this.#giveUpFirst(this.#all)
    while (this.#all.size > 0 && this.#heldBytes + heldBytes > mostBytes) {
      this.#giveUpFirst(this.#all)
    }
    this.#heldBytes += heldBytes
    this.stepped(flow)
    return flow
  }

  /** Puts a flow that moved behind the others. Called by flows. */
  stepped(flow: Flow): void {
    this.#remove(flow)
    this.#all.add(flow)
    if (flow.address !== undefined) {
      const those = this.#byAddress.get(flow.address)
      if (those === undefined) this.#byAddress.set(flow.address, new Set([flow]))
      else those.add(flow)
    }
    flow.stopTimer = this.#timers.after(this.#limits.stepTimeoutMs, () => this.#giveUp(flow))
  }

  /** Forgets a flow. Called by flows. */
  ended(flow: Flow): void {
    if (!this.#all.has(flow)) return
    this.#remove(flow)
    this.#heldBytes -= flow.heldBytes
  }

  #remove(flow: Flow): void {
    flow.stopTimer()
    this.#all.delete(flow)
    if (flow.address === undefined) return
    const those = this.#byAddress.get(flow.address)
    those?.delete(flow)
    if (those?.size === 0) this.#byAddress.delete(flow.address)
  }

  #giveUpFirst(flows: Set<Flow> | undefined): void {
    for (const first of flows ?? []) return this.#giveUp(first)
  }

  #giveUp(flow: Flow): void {
    this.ended(flow)
    flow.giveUp()
  }
}

/** One body under way. */
class Flow {
  readonly address: string | undefined
  readonly heldBytes: number
  readonly giveUp: () => void
  readonly #home: Flows
  stopTimer: () => void = () => {}
  #sinceStep = 0
  #isOver = false

  constructor(config: {
    address: string | undefined
    heldBytes: number
    giveUp: () => void
    home: Flows
  }) {
    this.address = config.address
    this.heldBytes = config.heldBytes
    this.#home = config.home
    this.giveUp = () => {
      this.#isOver = true
      config.giveUp()
    }
  }

  /** So many bytes more have moved. */
  moved(bytes: number): void {
    this.#sinceStep += bytes
    if (this.#isOver || this.#sinceStep < stepBytes) return
    this.#sinceStep = 0
    this.#home.stepped(this)
  }

  /** It is over. */
  end(): void {
    this.#isOver = true
    this.#home.ended(this)
  }
}

/** Whoever has an IPv6 address has the 2^64 beside it, too. */
export function networkOf(address: string): string {
  if (!address.includes(':') || /^::ffff:\d+\./i.test(address)) return address
  const [head = '', tail = ''] = address.split('::')
  const first = head.split(':').filter((part) => part !== '')
  const last = tail.split(':').filter((part) => part !== '')
  const missing = Math.max(0, 8 - first.length - last.length)
  const zeros = Array.from({ length: address.includes('::') ? missing : 0 }, () => '0')
  return `${[...first, ...zeros, ...last].slice(0, 4).join(':')}::/64`
}
