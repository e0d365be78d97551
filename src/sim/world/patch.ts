/**
 * Replaces functions of objects that are not ours; their names, lengths and symbol properties stay
 * as they were.
 * @module
 */

import { presentNode, type SimulatedGlobals } from '../context.ts'

/** A function of an unknown type. */
export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

/** A call by code of a node. */
export interface NodeCall {
  readonly node: SimulatedGlobals
  readonly args: unknown[]
  /** The function that was replaced, bound to the receiver of the call. */
  readonly real: (...args: unknown[]) => unknown
}

const changeable = { configurable: true }

/** Replaces a member, if it exists and is a function. */
export function replace(
  object: object,
  name: string | symbol,
  make: (real: AnyFunction) => AnyFunction,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(object, name)
  const real: unknown = descriptor?.value
  if (!isFunction(real)) return
  const replacement = make(real)
  for (const key of Reflect.ownKeys(real)) {
    const own = Object.getOwnPropertyDescriptor(real, key)
    if (own === undefined) continue
    // Configurable, so that it can be replaced in its turn; a prototype never is.
    Reflect.defineProperty(replacement, key, key === 'prototype' ? own : { ...own, ...changeable })
  }
  Object.defineProperty(object, name, { ...descriptor, value: replacement })
}

/** Routes the calls of one member that code of nodes makes. */
export function route(
  object: object,
  name: string | symbol,
  simulated: (call: NodeCall) => unknown,
): void {
  replace(
    object,
    name,
    (real) =>
      function (this: unknown, ...args: unknown[]): unknown {
        const node = presentNode()
        if (node === undefined) return Reflect.apply(real, this, args)
        return simulated({ node, args, real: (...own) => Reflect.apply(real, this, own) })
      },
  )
}

/** Routes reads of one accessor that code of nodes makes. */
export function routeGetter(
  object: object,
  name: string,
  simulated: (node: SimulatedGlobals, read: () => unknown) => unknown,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(object, name)
  const read: unknown = member(descriptor, 'get')
  if (!isFunction(read)) return
  Object.defineProperty(object, name, {
    ...descriptor,
    get(this: unknown): unknown {
      const node = presentNode()
      const real = (): unknown => Reflect.apply(read, this, [])
      return node === undefined ? real() : simulated(node, real)
    },
  })
}

/** A member of an object, of an unknown type; undefined if there is none. */
export function member(object: unknown, name: string): unknown {
  const hasMembers = (typeof object === 'object' && object !== null) || isFunction(object)
  return hasMembers ? Reflect.get(object, name) : undefined
}

/** Narrows to a function. */
export function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function'
}
