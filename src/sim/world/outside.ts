/**
 * The world outside a simulation, closed to code of nodes: files, sockets, processes, workers and
 * all other sources of the process's event loop.
 * @module
 */

import childProcess from 'node:child_process'
import cluster from 'node:cluster'
import dgram from 'node:dgram'
import dns from 'node:dns'
import dnsPromises from 'node:dns/promises'
import fs from 'node:fs'
import fsPromises from 'node:fs/promises'
import net from 'node:net'
import tls from 'node:tls'
import workerThreads from 'node:worker_threads'
import zlib from 'node:zlib'
import { refuse, refuseConstructor } from './refusal.ts'

const files = 'a simulated node has no files'
const sockets = 'a simulated node has no sockets: it reaches others by fetch'
const processes = 'a simulated node starts no processes'
const workers = 'a simulated node has no threads'
const loop = 'it goes on when the event loop of the process does'

/** No types of it are known here. */
const wasm: object = Object(Reflect.get(globalThis, 'WebAssembly'))

/** Modules all of whose functions are refused: it is classes that begin with a capital. */
const closed: readonly (readonly [module: object, name: string, reason: string])[] = [
  [fs, 'fs', files],
  [fsPromises, 'fs.promises', files],
  [dns, 'dns', sockets],
  [dnsPromises, 'dns.promises', sockets],
  [childProcess, 'child_process', processes],
]

/** Single functions. */
const functions: readonly (readonly [
  module: object,
  name: string,
  reason: string,
  members: readonly string[],
])[] = [
  [net, 'net', sockets, ['connect', 'createConnection', 'createServer']],
  [net.Socket.prototype, 'net.Socket', sockets, ['connect']],
  [net.Server.prototype, 'net.Server', sockets, ['listen']],
  [tls, 'tls', sockets, ['connect', 'createServer']],
  [dgram, 'dgram', sockets, ['createSocket']],
  [cluster, 'cluster', processes, ['fork']],
  [zlib, 'zlib', workers, Object.keys(zlib).filter((name) => name.startsWith('create'))],
  [Blob.prototype, 'Blob', loop, ['stream']],
  [Atomics, 'Atomics', loop, ['wait', 'waitAsync']],
  [wasm, 'WebAssembly', workers, ['compile', 'instantiate']],
  [wasm, 'WebAssembly', workers, ['compileStreaming', 'instantiateStreaming']],
]

const requests = ['request', 'get', 'createServer']
/**
 * Members of modules that are not imported here: whoever does so has Node load its `fetch`, which
 * keeps what it draws the boundaries of forms with, and that must have been replaced by then.
 */
const later: readonly (readonly [name: string, members: readonly string[]])[] = [
  ['http', requests],
  ['https', requests],
  ['http2', ['connect', 'createServer', 'createSecureServer']],
]

const classes: readonly (readonly [
  module: object,
  prefix: string,
  reason: string,
  names: readonly string[],
])[] = [
  [fs, 'fs.', files, ['ReadStream', 'WriteStream', 'FileReadStream', 'FileWriteStream']],
  [dns, 'dns.', sockets, ['Resolver']],
  [dnsPromises, 'dns.promises.', sockets, ['Resolver']],
  [workerThreads, 'worker_threads.', workers, ['Worker']],
  [workerThreads, 'worker_threads.', loop, ['MessageChannel', 'BroadcastChannel']],
  [globalThis, '', sockets, ['WebSocket', 'EventSource']],
  [globalThis, '', loop, ['MessageChannel', 'BroadcastChannel']],
  [globalThis, '', workers, ['CompressionStream', 'DecompressionStream']],
]

/** Closes the outside to code of nodes. */
export function closeOutside(): void {
  for (const [module, prefix, reason] of closed) {
    const isAsync = prefix.endsWith('.promises')
    for (const name of Object.keys(module)) {
      if (/^[a-z]/.test(name)) refuse(module, name, { api: `${prefix}.${name}`, reason, isAsync })
    }
  }
  for (const [module, prefix, reason, members] of functions) {
    for (const name of members) refuse(module, name, { api: `${prefix}.${name}`, reason })
  }
  for (const [name, members] of later) {
    const module = Object(process.getBuiltinModule(`node:${name}`))
    for (const each of members) refuse(module, each, { api: `${name}.${each}`, reason: sockets })
  }
  for (const [module, prefix, reason, names] of classes) {
    for (const name of names) refuseConstructor(module, name, { api: prefix + name, reason })
  }
}
