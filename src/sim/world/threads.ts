/**
 * Work that Node gives to its threads, which end at unrepeatable times: for nodes it is done at
 * once, and reported in a promise callback. Work with random results, such as key generation, is
 * refused.
 * @module
 */

import crypto from 'node:crypto'
import zlib from 'node:zlib'
import { isFunction, member, type NodeCall, route } from './patch.ts'
import { refuse } from './refusal.ts'

/** Algorithms of `crypto.subtle.digest`, and the names that `node:crypto` has for them. */
const digests: ReadonlyMap<string, string> = new Map([
  ['SHA-1', 'sha1'],
  ['SHA-256', 'sha256'],
  ['SHA-384', 'sha384'],
  ['SHA-512', 'sha512'],
  ['SHA3-256', 'sha3-256'],
  ['SHA3-384', 'sha3-384'],
  ['SHA3-512', 'sha3-512'],
])

async function digest({ node, args, real }: NodeCall): Promise<unknown> {
  const [algorithm, data] = args
  const name = typeof algorithm === 'string' ? algorithm : member(algorithm, 'name')
  const known = typeof name === 'string' ? digests.get(name.toUpperCase()) : undefined
  const bytes = bytesOf(data)
  // Node refuses what is no digest of its own accord.
  if (known === undefined || bytes === undefined) return real(...args)
  return Uint8Array.from(node.digest(known, bytes)).buffer
}

/** The bytes of a buffer or a view; undefined for anything else. */
function bytesOf(data: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  }
  return data instanceof ArrayBuffer ? new Uint8Array(data) : undefined
}

function routeSubtle(): void {
  const { prototype } = SubtleCrypto
  for (const name of Object.getOwnPropertyNames(prototype)) {
    if (name === 'digest') route(prototype, name, digest)
    else if (name !== 'constructor') {
      const reason = 'of Web Crypto, only digests are simulated'
      refuse(prototype, name, { api: `crypto.subtle.${name}`, reason, isAsync: true })
    }
  }
}

/** Makes a function with a callback call it with the result of another function. */
function routeToSync(module: object, name: string, sync: string): void {
  const now = member(module, sync)
  if (!isFunction(now)) return
  route(module, name, ({ args, real }) => {
    const callback = args.at(-1)
    // Such as `sign`, which is both.
    if (!isFunction(callback)) return real(...args)
    const done = (...told: unknown[]): void =>
      queueMicrotask(() => void Reflect.apply(callback, undefined, told))
    try {
      done(null, Reflect.apply(now, module, args.slice(0, -1)))
    } catch (error) {
      done(error)
    }
    return undefined
  })
}

const compressors = ['deflate', 'inflate', 'deflateRaw', 'inflateRaw', 'gzip', 'gunzip', 'unzip']
const newerCompressors = ['brotliCompress', 'brotliDecompress', 'zstdCompress', 'zstdDecompress']
const derivations = ['pbkdf2', 'scrypt', 'hkdf', 'argon2']
const generators = ['generateKeyPair', 'generateKey', 'generatePrime', 'checkPrime']

/** Routes the work of threads. */
export function routeThreads(): void {
  routeSubtle()
  for (const name of [...compressors, ...newerCompressors]) routeToSync(zlib, name, `${name}Sync`)
  for (const name of derivations) routeToSync(crypto, name, `${name}Sync`)
  for (const name of ['sign', 'verify']) routeToSync(crypto, name, name)
  const reason = 'keys and primes are drawn from the randomness of the machine'
  for (const name of generators.flatMap((one) => [one, `${one}Sync`])) {
    refuse(crypto, name, { api: `crypto.${name}`, reason })
  }
}
