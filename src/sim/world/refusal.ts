/**
 * Refusals: errors for code of a node that calls something unrepeatable. A refusal is thrown, names
 * the caller, and ends the run, since the code may catch it and go on.
 * @module
 */

import { fileURLToPath } from 'node:url'
import { getCallSites } from 'node:util'
import { FossilError } from '../../base/error.ts'
import { presentNode, type SimulatedGlobals } from '../context.ts'
import { type AnyFunction, isFunction, replace } from './patch.ts'

/** Maximum number of frames to search for the caller. */
const frames = 50

/** Code that Node runs to load modules and to print, whatever the cause. */
const nodesOwn = /^node:internal\/(?:modules|source_map|console|fs\/sync_write_stream)/

const ours = new URL('.', import.meta.url).href

/** The caller of a function that was replaced. */
interface Caller {
  /** `file:line` of the nearest code that is not Node's. */
  readonly at: string | undefined
  /** True if Node calls it for its own purposes. */
  readonly isNode: boolean
}

function callerOf(): Caller {
  for (const { scriptName, lineNumber } of getCallSites(frames)) {
    if (nodesOwn.test(scriptName)) return { at: undefined, isNode: true }
    if (scriptName === '' || scriptName.startsWith('node:')) continue
    const url = new URL(scriptName, 'file:').href
    if (url.startsWith(ours)) continue
    const file = url.startsWith('file:') ? fileURLToPath(url) : url
    return { at: `${file}:${lineNumber}`, isNode: false }
  }
  return { at: undefined, isNode: false }
}

/** An error that has ended the run. */
export function refusal(node: SimulatedGlobals, api: string, reason: string): FossilError {
  return refusalTo(callerOf(), { node, api, reason })
}

function refusalTo(
  { at }: Caller,
  { node, api, reason }: { node: SimulatedGlobals; api: string; reason: string },
): FossilError {
  const place = at === undefined ? {} : { at }
  const error = new FossilError('sim.unsimulated', { node: node.id, api, ...place, reason })
  node.fail(error)
  return error
}

/** A refused function. */
export interface Refused {
  /** Its name for callers, such as `fs.readFile`. */
  readonly api: string
  readonly reason: string
  /** True if it returns promises, and so refuses with one. Default false. */
  readonly isAsync?: boolean
}

/** Makes a function refuse calls by code of nodes. */
export function refuse(object: object, name: string, refused: Refused): void {
  replace(object, name, (real) => refusing(real, refused))
  const patched: unknown = Reflect.get(object, name)
  // `util.promisify` gives this one instead.
  if (isFunction(patched)) replace(patched, promisified, (real) => refusing(real, refused))
}

const promisified = Symbol.for('nodejs.util.promisify.custom')

function refusing(real: AnyFunction, { api, reason, isAsync = false }: Refused): AnyFunction {
  return function (this: unknown, ...args: unknown[]): unknown {
    const node = presentNode()
    if (node !== undefined) {
      const caller = callerOf()
      if (!caller.isNode) {
        const error = refusalTo(caller, { node, api, reason })
        if (isAsync) return Promise.reject(error)
        throw error
      }
    }
    return Reflect.apply(real, this, args)
  }
}

/** Makes a class refuse construction by code of nodes. */
export function refuseConstructor(object: object, name: string, { api, reason }: Refused): void {
  const descriptor = Object.getOwnPropertyDescriptor(object, name)
  const real: unknown = Reflect.get(object, name)
  if (!isFunction(real)) return
  const check = (): void => {
    const node = presentNode()
    if (node !== undefined) throw refusal(node, api, reason)
  }
  const value = new Proxy(real, {
    construct: (target, args: unknown[], newTarget): object => {
      check()
      const made: unknown = Reflect.construct(target, args, newTarget)
      return Object(made)
    },
    apply: (target, self, args: unknown[]): unknown => {
      check()
      return Reflect.apply(target, self, args)
    },
  })
  const { enumerable = false } = descriptor ?? {}
  Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable })
}
