/**
 * Timers of nodes: the global functions, and those of `node:timers`. Node replaces a delay outside
 * 1 to 2^31-1 by 1 ms, and drops fractions.
 * @module
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import timers from 'node:timers'
import { presentNode, type SimulatedGlobals } from '../context.ts'
import { type AnyFunction, isFunction, replace, route } from './patch.ts'

const longestMs = 2 ** 31 - 1

/** Node's delay for the one that a caller asks for. */
export function delayMs(asked: unknown): number {
  const ms = Number(asked)
  return ms >= 1 && ms <= longestMs ? Math.trunc(ms) : 1
}

/** The timers of one node: ids count from 1. */
interface NodeTimers {
  made: number
  /** Pending timers with a requested id. */
  readonly byId: Map<number, SimulatedTimer>
}

const timersOfNodes = new WeakMap<SimulatedGlobals, NodeTimers>()

function timersOf(node: SimulatedGlobals): NodeTimers {
  const known = timersOfNodes.get(node)
  if (known !== undefined) return known
  const made = { made: 0, byId: new Map<number, SimulatedTimer>() }
  timersOfNodes.set(node, made)
  return made
}

/** A timer's action and its times. */
interface TimerOptions {
  readonly callback: AnyFunction
  readonly args: readonly unknown[]
  readonly ms: number
  readonly repeats: boolean
}

/** A timer of a node, as Node's `Timeout` and `Immediate` are. */
class SimulatedTimer {
  readonly #node: SimulatedGlobals
  readonly #options: TimerOptions
  readonly #id: number
  /** Runs code in the asynchronous context of whoever made the timer. */
  readonly #inContext = AsyncLocalStorage.snapshot()
  #cancel: (() => void) | undefined
  #isClosed = false
  #hasRef = true

  constructor(node: SimulatedGlobals, options: TimerOptions) {
    this.#node = node
    this.#options = options
    this.#id = ++timersOf(node).made
    this.#arm()
  }

  ref(): this {
    this.#hasRef = true
    return this
  }

  /** Only sets a flag: a run ends when its time has come. */
  unref(): this {
    this.#hasRef = false
    return this
  }

  hasRef(): boolean {
    return this.#hasRef
  }

  /** Restarts the wait, even after it has fired, unless it was cleared. */
  refresh(): this {
    if (this.#isClosed) return this
    this.#cancel?.()
    this.#arm()
    return this
  }

  close(): this {
    this.#isClosed = true
    this.#rest()
    return this
  }

  [Symbol.toPrimitive](): number {
    if (this.#cancel !== undefined) timersOf(this.#node).byId.set(this.#id, this)
    return this.#id
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #arm(): void {
    this.#cancel = this.#node.after(this.#options.ms, () => this.#fire())
  }

  #fire(): void {
    const { callback, args, repeats } = this.#options
    this.#cancel = undefined
    this.#inContext(() => Reflect.apply(callback, this, args))
    if (this.#cancel !== undefined) return
    if (repeats && !this.#isClosed) this.#arm()
    else this.#rest()
  }

  #rest(): void {
    this.#cancel?.()
    this.#cancel = undefined
    timersOf(this.#node).byId.delete(this.#id)
  }
}

/** Routes the creation of a kind of timer. */
function routeMaking(object: object, name: string, repeats: boolean): void {
  route(object, name, ({ node, args: [callback, ...rest], real }) => {
    if (!isFunction(callback)) return real(callback, ...rest)
    const isImmediate = name === 'setImmediate'
    const [delay, ...args] = isImmediate ? [0, ...rest] : rest
    const ms = isImmediate ? 0 : delayMs(delay)
    return new SimulatedTimer(node, { callback, args, ms, repeats })
  })
}

/** Makes a function also clear timers of nodes, whoever calls it. */
function routeClearing(object: object, name: string): void {
  replace(
    object,
    name,
    (real) =>
      function (this: unknown, timer: unknown): unknown {
        if (timer instanceof SimulatedTimer) return void timer.close()
        const node = presentNode()
        const isId = typeof timer === 'number' || typeof timer === 'string'
        if (node === undefined || !isId) return Reflect.apply(real, this, [timer])
        return void timersOf(node).byId.get(Number(timer))?.close()
      },
  )
}

/** Routes timers: those of the global object and of the module. */
export function routeTimers(): void {
  for (const object of [globalThis, timers]) {
    routeMaking(object, 'setTimeout', false)
    routeMaking(object, 'setInterval', true)
    routeMaking(object, 'setImmediate', false)
    for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) {
      routeClearing(object, name)
    }
  }
  // Ticks come after promise callbacks, of which a run waits for the last one only.
  route(process, 'nextTick', ({ args: [callback, ...args], real }) => {
    if (!isFunction(callback)) return real(callback, ...args)
    queueMicrotask(() => void Reflect.apply(callback, undefined, args))
    return undefined
  })
}
