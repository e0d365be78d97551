/**
 * The randomness of nodes: `Math.random`, `crypto` and `node:crypto`.
 * @module
 */

import crypto from 'node:crypto'
import type { SimulatedGlobals } from '../context.ts'
import { isFunction, type NodeCall, route } from './patch.ts'

/** A number from 0, below 1: the 53 bits of a double's fraction. */
function fraction(node: SimulatedGlobals): number {
  const bytes = viewOf(node.randomBytes(8))
  return (bytes.getUint32(0) * 2 ** 21 + (bytes.getUint32(4) >>> 11)) / 2 ** 53
}

/** A whole number from `min`, below `max`; they are less than 2^48 apart. */
function integer(node: SimulatedGlobals, min: number, max: number): number {
  const range = max - min
  const fair = 2 ** 48 - (2 ** 48 % range)
  for (;;) {
    const bytes = viewOf(node.randomBytes(6))
    const drawn = bytes.getUint16(0) * 2 ** 32 + bytes.getUint32(2)
    if (drawn < fair) return min + (drawn % range)
  }
}

/** RFC 9562, section 5.4. */
function uuid4(node: SimulatedGlobals): string {
  return uuidOf(node.randomBytes(16), 4)
}

/** RFC 9562, section 5.7: the first 48 bits are the time. */
function uuid7(node: SimulatedGlobals): string {
  const bytes = node.randomBytes(16)
  const view = viewOf(bytes)
  view.setUint16(0, Math.floor(node.nowMs() / 2 ** 32))
  view.setUint32(2, node.nowMs() % 2 ** 32)
  return uuidOf(bytes, 7)
}

function uuidOf(bytes: Uint8Array, version: number): string {
  const view = viewOf(bytes)
  view.setUint8(6, (view.getUint8(6) & 0x0f) | (version << 4))
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80)
  const digits = Buffer.from(bytes).toString('hex')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

/** Fills a part of what the real function has just filled, and so found to be valid. */
function fill(node: SimulatedGlobals, target: unknown, offset?: unknown, size?: unknown): unknown {
  const view = ArrayBuffer.isView(target) ? target : undefined
  const buffer = view?.buffer ?? target
  if (!(buffer instanceof ArrayBuffer) && !(buffer instanceof SharedArrayBuffer)) return target
  const width = Number(Reflect.get(Object(target), 'BYTES_PER_ELEMENT') ?? 1)
  const length = view?.byteLength ?? buffer.byteLength
  const begin = Number(offset ?? 0) * width
  const end = size === undefined ? length : begin + Number(size) * width
  const start = (view?.byteOffset ?? 0) + begin
  new Uint8Array(buffer, start, end - begin).set(node.randomBytes(end - begin))
  return target
}

/** A call whose last argument may be a callback: then it is called later, as Node does. */
function answer({ args, real }: NodeCall, simulated: (args: unknown[]) => unknown): unknown {
  const callback = args.at(-1)
  if (!isFunction(callback)) {
    // Node's own checks of the arguments.
    real(...args)
    return simulated(args)
  }
  const result = simulated(args.slice(0, -1))
  queueMicrotask(() => void Reflect.apply(callback, undefined, [null, result]))
  return undefined
}

function bytesFor({ node }: NodeCall, size: unknown): Buffer {
  return Buffer.from(node.randomBytes(Number(size)))
}

function bounded({ node }: NodeCall, [low, high]: unknown[]): number {
  return high === undefined
    ? integer(node, 0, Number(low))
    : integer(node, Number(low), Number(high))
}

function routeNodeCrypto(): void {
  for (const name of ['randomBytes', 'pseudoRandomBytes', 'prng', 'rng']) {
    route(crypto, name, (call) => answer(call, ([size]) => bytesFor(call, size)))
  }
  route(crypto, 'randomInt', (call) => answer(call, (args) => bounded(call, args)))
  for (const name of ['randomFillSync', 'randomFill']) {
    route(crypto, name, (call) =>
      answer(call, ([target, offset, size]) => fill(call.node, target, offset, size)),
    )
  }
  route(crypto, 'randomUUID', ({ node }) => uuid4(node))
  route(crypto, 'randomUUIDv7', ({ node }) => uuid7(node))
  route(crypto, 'getRandomValues', ({ node, args, real }) => fill(node, real(...args)))
}

/** Routes randomness. */
export function routeRandomness(): void {
  route(Math, 'random', ({ node }) => fraction(node))
  routeNodeCrypto()
  route(Crypto.prototype, 'randomUUID', ({ node }) => uuid4(node))
  route(Crypto.prototype, 'getRandomValues', ({ node, args, real }) => fill(node, real(...args)))
}
