/**
 * One direction of a network: its latency, the rate of each fault, and the damage of faults to
 * bytes. Rates and positions are whole parts per million (ppm): rates because integers print and
 * add exactly, positions because compressed lengths differ between zlib builds. Knows nothing of
 * the meaning of the bytes.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { Draw } from './random.ts'

/** Parts per million in one. */
export const million = 1_000_000

/** The longest time in a setting or an override: some 31 years. */
export const longestMs = 1_000_000_000_000

/**
 * The faults that strike at a rate, one exchange at a time:
 * - `refused`: the other side is not listening, and the sender learns this at once;
 * - `requestLost`, `replyLost`: the bytes vanish, and the sender hears nothing until it times out.
 *   A lost reply leaves the sender unsure whether its request took effect;
 * - `requestCut`: the connection breaks inside the request: the receiver sees its beginning, the
 *   sender gets a reset, and no reply comes back;
 * - `replyCut`: only the beginning of the reply arrives;
 * - `delayed`: a request or a reply takes much longer, perhaps longer than the sender waits;
 * - `duplicated`: the request arrives a second time, later, and nobody awaits the second reply;
 * - `requestCorrupted`, `replyCorrupted`: one byte arrives changed;
 * - `stale`: the request arrives once more, minutes later, whatever has become of both nodes since.
 */
export const rateKinds = [
  'refused',
  'requestLost',
  'replyLost',
  'requestCut',
  'replyCut',
  'delayed',
  'duplicated',
  'requestCorrupted',
  'replyCorrupted',
  'stale',
] as const

export type RateKind = (typeof rateKinds)[number]

/** Everything that can happen to an exchange: `partitioned` follows from state, not from a rate. */
export const faultKinds = [...rateKinds, 'partitioned'] as const

export type FaultKind = (typeof faultKinds)[number]

/**
 * The frequency with which each kind strikes where it could, in ppm: 0 (never) to 1000000 (always).
 */
export type FaultRates = Readonly<Record<RateKind, number>>

/**
 * The faults of datagrams that strike at a rate:
 * - `lost`: it vanishes, and nobody learns of it;
 * - `delayed`: it takes much longer, so that later ones overtake it. Even without faults, two that
 *   are on their way at the same time may overtake each other, by their latencies;
 * - `duplicated`: it arrives a second time, later;
 * - `corrupted`: one byte arrives changed. Nothing cuts a datagram: it comes whole or not at all;
 * - `stale`: it arrives once more, minutes later.
 */
export const datagramRateKinds = ['lost', 'delayed', 'duplicated', 'corrupted', 'stale'] as const

export type DatagramRateKind = (typeof datagramRateKinds)[number]

/** The frequency with which each kind strikes, in ppm. */
export type DatagramRates = Readonly<Record<DatagramRateKind, number>>

/**
 * The faults of streams that strike at a rate. Bytes arrive in order and undamaged, as TCP ensures
 * by checksums and sequence numbers:
 * - `refused`: the other side does not listen, and the node that connects soon learns this;
 * - `slowStart`: connecting takes much longer, perhaps longer than a node waits for it;
 * - `delayed`: a send takes much longer, and later sends wait behind it;
 * - `broken`: the stream breaks at a send: some of it still arrives, perhaps all.
 */
export const streamRateKinds = ['refused', 'slowStart', 'delayed', 'broken'] as const

export type StreamRateKind = (typeof streamRateKinds)[number]

/**
 * The frequency with which each kind strikes, in ppm: the first two at a connect, the others at a
 * send.
 */
export type StreamRates = Readonly<Record<StreamRateKind, number>>

/**
 * Rates, in ppm, of messages that say something other than the code of their sender wrote. The
 * model, which knows the meaning of messages, makes the lie: the kernel changes no byte of it.
 */
export type LieRates = { readonly requests: number; readonly replies: number }

/** A delay: at least `minMs`, `meanMs` on average (before the cap), never above `maxMs`. */
export type Latency = { readonly minMs: number; readonly meanMs: number; readonly maxMs: number }

/** One direction of the network. */
export type LinkConfig = {
  readonly rates: FaultRates
  /** The travel time of a message. */
  readonly latency: Latency
  /** The extra time of a `delayed` message, and the time from a message to its copy. */
  readonly spike: Latency
  /**
   * The time that the sender of a request waits for the reply, that a connecting node waits for the
   * other, and that a stream waits for a partition to end.
   */
  readonly timeoutMs: number
  /** Faults of datagrams. Default: none. */
  readonly datagrams?: DatagramRates
  /** The maximum size of a datagram, in bytes. Default {@link maxDatagramBytes}. */
  readonly maxDatagramBytes?: number
  /** Faults of streams. Default: none. */
  readonly streams?: StreamRates
  /** The delay with which a stale copy comes. Default {@link usualStaleness}. */
  readonly staleness?: Latency
  /**
   * Bandwidth: bytes leave one after the other, and later sends wait. Default: messages take the
   * same time, however long they are.
   */
  readonly bytesPerSecond?: number
  /** Lies of the nodes at both ends; the requests are the sender's. Default: none. */
  readonly lies?: LieRates
}

/** No fault ever strikes. */
export const noFaults: FaultRates = {
  refused: 0,
  requestLost: 0,
  replyLost: 0,
  requestCut: 0,
  replyCut: 0,
  delayed: 0,
  duplicated: 0,
  requestCorrupted: 0,
  replyCorrupted: 0,
  stale: 0,
}

/** No datagram fault ever strikes. */
export const noDatagramFaults: DatagramRates = {
  lost: 0,
  delayed: 0,
  duplicated: 0,
  corrupted: 0,
  stale: 0,
}

/** No stream fault ever strikes. */
export const noStreamFaults: StreamRates = { refused: 0, slowStart: 0, delayed: 0, broken: 0 }

/** Nobody ever lies. */
export const noLies: LieRates = { requests: 0, replies: 0 }

/** The default delay of stale copies: 20 s to 10 minutes. */
export const usualStaleness: Latency = { minMs: 20_000, meanMs: 80_000, maxMs: 600_000 }

/** The maximum payload of UDP over IPv4, in bytes: 65535 less two headers (RFC 768, RFC 791). */
export const maxDatagramBytes = 65_507

/** A fast link without faults. */
export const calmLink: LinkConfig = {
  rates: noFaults,
  latency: { minMs: 1, meanMs: 20, maxMs: 500 },
  spike: { minMs: 500, meanMs: 10_000, maxMs: 60_000 },
  timeoutMs: 30_000,
}

/** A changed byte: the one at `atPpm` of the length, XORed with `xorMask` (1 to 255). */
export type Corruption = { readonly atPpm: number; readonly xorMask: number }

/** The first `ppm` millionths of `bytes`, rounded down, as a new array. */
export function cut(bytes: Uint8Array, ppm: number): Uint8Array {
  return bytes.slice(0, Math.floor((bytes.length * ppm) / million))
}

/** A stretch of bytes, from one part per million of their length to another. */
export type Stretch = { readonly fromPpm: number; readonly toPpm: number }

/** A stretch of `bytes`, both of its ends rounded down, as a new array. */
export function stretchOf(bytes: Uint8Array, { fromPpm, toPpm }: Stretch): Uint8Array {
  const at = (ppm: number): number => Math.floor((bytes.length * ppm) / million)
  return bytes.slice(at(fromPpm), at(toPpm))
}

/** A copy of `bytes` with one byte changed, if it has any: `atPpm` from 0 to 999999. */
export function corrupt(bytes: Uint8Array, { atPpm, xorMask }: Corruption): Uint8Array {
  const copy = bytes.slice()
  const at = Math.floor((bytes.length * atPpm) / million)
  const byte = copy[at]
  if (byte !== undefined) copy[at] = byte ^ xorMask
  return copy
}

/** Draws a delay in whole milliseconds: `minMs` plus an exponential, capped. */
export function drawLatency(draw: Draw, { minMs, meanMs, maxMs }: Latency): number {
  return Math.min(minMs + draw.exponentialMs(meanMs - minMs), maxMs)
}

/** @throws {FossilError} `option.invalid` unless every rate is an integer from 0 to 1000000 */
export function checkRates(rates: FaultRates): void {
  for (const kind of rateKinds) checkPpm(`rates.${kind}`, rates[kind])
}

/** @throws {FossilError} `option.invalid` unless rates, times and their order make sense */
export function checkLink(link: LinkConfig): void {
  const { rates, latency, spike, timeoutMs } = link
  checkRates(rates)
  const { datagrams = noDatagramFaults, streams = noStreamFaults, lies = noLies } = link
  for (const kind of datagramRateKinds) checkPpm(`datagrams.${kind}`, datagrams[kind])
  for (const kind of streamRateKinds) checkPpm(`streams.${kind}`, streams[kind])
  checkPpm('lies.requests', lies.requests)
  checkPpm('lies.replies', lies.replies)
  const { maxDatagramBytes: most = maxDatagramBytes } = link
  checkInteger('maxDatagramBytes', most, 1, Number.MAX_SAFE_INTEGER)
  checkInteger('timeoutMs', timeoutMs, 1, longestMs)
  checkLatency('latency', latency, 0)
  checkLatency('spike', spike, 1)
  checkLatency('staleness', link.staleness ?? usualStaleness, 1)
  checkInteger('bytesPerSecond', link.bytesPerSecond ?? 1, 1, Number.MAX_SAFE_INTEGER)
}

function checkPpm(option: string, value: number): void {
  checkInteger(option, value, 0, million)
}

function checkLatency(option: string, { minMs, meanMs, maxMs }: Latency, lowestMs: number): void {
  checkInteger(`${option}.minMs`, minMs, lowestMs, meanMs)
  checkInteger(`${option}.meanMs`, meanMs, minMs, maxMs)
  checkInteger(`${option}.maxMs`, maxMs, meanMs, longestMs)
}

/** @throws {FossilError} `option.invalid` unless `value` is an integer from `min` to `max` */
export function checkInteger(option: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return
  const reason = `${value} is not an integer from ${min} to ${max}`
  throw new FossilError('option.invalid', { option, reason })
}
