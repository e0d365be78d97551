/**
 * What one direction of a network is like: how slow, and how often each fault strikes; and what
 * damage does to bytes. Rates and positions are whole parts per million (ppm): rates because
 * integers print and add exactly, positions because compressed lengths differ between zlib builds.
 * Knows nothing of what the bytes mean.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { Draw } from './random.ts'

/** Parts per million in one. */
export const million = 1_000_000

/** The longest time that a setting or an override may ask for: some 31 years. */
export const longestMs = 1_000_000_000_000

/**
 * The faults that strike at a rate, one exchange at a time:
 * - `refused`: the other side is not listening, and the sender is told at once;
 * - `requestLost`, `replyLost`: the bytes vanish, and the sender hears nothing until it times out.
 *   A lost reply leaves the sender unsure whether its request took effect;
 * - `requestCut`: the connection breaks inside the request: the receiver sees its beginning, the
 *   sender is told of a reset, and no reply comes back;
 * - `replyCut`: only the beginning of the reply arrives;
 * - `delayed`: a request or a reply takes much longer, perhaps longer than the sender waits;
 * - `duplicated`: the request arrives a second time, later, and nobody awaits the second reply;
 * - `requestCorrupted`, `replyCorrupted`: one byte arrives changed.
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
] as const

export type RateKind = (typeof rateKinds)[number]

/** Everything that can happen to an exchange: `partitioned` follows from state, not from a rate. */
export const faultKinds = [...rateKinds, 'partitioned'] as const

export type FaultKind = (typeof faultKinds)[number]

/** How often each kind strikes where it could, in ppm: 0 (never) to 1000000 (always). */
export type FaultRates = Readonly<Record<RateKind, number>>

/** A delay: at least `minMs`, `meanMs` on average (before the cap), never above `maxMs`. */
export type Latency = { readonly minMs: number; readonly meanMs: number; readonly maxMs: number }

/** One direction of the network. */
export type LinkConfig = {
  readonly rates: FaultRates
  /** The time a message takes. */
  readonly latency: Latency
  /** The time that a `delayed` message takes on top, and how long after the first a copy comes. */
  readonly spike: Latency
  /** How long the sender of a request waits for the reply. */
  readonly timeoutMs: number
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
}

/** A quick and faultless link. */
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
  for (const kind of rateKinds) checkInteger(`rates.${kind}`, rates[kind], 0, million)
}

/** @throws {FossilError} `option.invalid` unless rates, times and their order make sense */
export function checkLink({ rates, latency, spike, timeoutMs }: LinkConfig): void {
  checkRates(rates)
  checkInteger('timeoutMs', timeoutMs, 1, longestMs)
  checkLatency('latency', latency, 0)
  checkLatency('spike', spike, 1)
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
