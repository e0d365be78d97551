/**
 * The faults of one message: how each fault of a link draws its outcome, and the check that an
 * override asks for one that this fault can have. Plans nothing: see network.ts.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { Outcome } from './decision.ts'
import type { FaultLog } from './fault.ts'
import {
  checkInteger,
  type Corruption,
  drawLatency,
  type Latency,
  longestMs,
  million,
  usualStaleness,
} from './link.ts'
import type { Draw } from './random.ts'

/** A link and the kinds of fault of its messages; the sites are `<name>/<kind>`. */
export type FaultyLink<K extends string> = {
  readonly name: string
  readonly rates: Readonly<Record<K, number>>
  readonly spike: Latency
  /** Default {@link usualStaleness}. */
  readonly staleness?: Latency | undefined
}

/** A message of a link: its number, and the name of its beginning, if it has one. */
export type MessageName = { readonly number: number; readonly at: string | undefined }

/** The outcome of a break that does not happen; a break after the whole message is one, too. */
const unbroken = -1

/** The decisions of the fault log about one message, asked kind by kind. */
export class MessageFaults<K extends string> {
  /** The kinds that struck, in the order they were asked. */
  readonly faults: (K | 'partitioned')[] = []
  readonly #log: FaultLog
  readonly #link: FaultyLink<K>
  readonly #message: MessageName

  /** @param message its use of each site */
  constructor(log: FaultLog, link: FaultyLink<K>, message: MessageName) {
    this.#log = log
    this.#link = link
    this.#message = message
  }

  /** A fault that strikes or does not. */
  strikes(kind: K): boolean {
    return this.#decide(kind, kind, () => true, false)
  }

  /** Milliseconds of extra delay, 0 for none; decided at the site `name`. */
  spikeMs(kind: K, name: string = kind): number {
    return this.#latenessMs(kind, name, this.#link.spike)
  }

  /** Milliseconds from a message to its stale copy, 0 for none. */
  staleMs(kind: K): number {
    return this.#latenessMs(kind, kind, this.#link.staleness ?? usualStaleness)
  }

  #latenessMs(kind: K, name: string, lateness: Latency): number {
    const ms = this.#decide(kind, name, (draw) => drawLatency(draw, lateness), 0)
    checkInteger(this.#site(name), ms, 0, longestMs)
    return ms
  }

  /** The place at which the message ends, in ppm of its length: 1000000 for a whole message. */
  cutAtPpm(kind: K): number {
    const ppm = this.#decide(kind, kind, (draw) => draw.int(0, million - 1), million)
    checkInteger(this.#site(kind), ppm, 0, million)
    return ppm
  }

  /** The place at which a stream breaks, in ppm of the message: 1000000 for after all of it. */
  breakAtPpm(kind: K): number | undefined {
    const ppm = this.#decide(kind, kind, (draw) => draw.int(0, million), unbroken)
    checkInteger(this.#site(kind), ppm, unbroken, million)
    return ppm === unbroken ? undefined : ppm
  }

  /** The byte that changes. Its outcome reads `<atPpm>^<xorMask>`, in decimal. */
  corruption(kind: K): Corruption | undefined {
    const outcome = this.#decide(kind, kind, drawCorruption, '')
    return outcome === '' ? undefined : parseCorruption(this.#site(kind), outcome)
  }

  #decide<T extends Outcome>(kind: K, name: string, severity: (draw: Draw) => T, benign: T): T {
    const { at, number } = this.#message
    const probability = this.#link.rates[kind] / million
    const outcome = this.#log.decideAt(
      { site: this.#site(name), use: at ?? number, number },
      probability === 0
        ? undefined
        : (draw) => (draw.chance(probability) ? severity(draw) : benign),
      benign,
    )
    if (outcome !== benign) this.faults.push(kind)
    return outcome
  }

  #site(name: string): string {
    return `${this.#link.name}/${name}`
  }
}

function drawCorruption(draw: Draw): string {
  return `${draw.int(0, million - 1)}^${draw.int(1, 255)}`
}

function parseCorruption(site: string, outcome: string): Corruption {
  const [atPpm, xorMask] = /^(\d{1,6})\^(\d{1,3})$/.exec(outcome)?.slice(1).map(Number) ?? []
  if (atPpm === undefined || xorMask === undefined || xorMask < 1 || xorMask > 255) {
    const reason = `"${outcome}" does not read as <ppm below 1000000>^<mask from 1 to 255>`
    throw new FossilError('option.invalid', { option: site, reason })
  }
  return { atPpm, xorMask }
}
