/**
 * The places where the code of a node began to wait for something: Node's hooks into every promise,
 * timer and I/O request, and the stack at its making. Costs a stack for each, so only for a run
 * that is made again to tell more of it.
 * @module
 */

import { type AsyncHook, createHook, executionAsyncId } from 'node:async_hooks'
import { fileURLToPath } from 'node:url'

/** One promise, timer or request. */
interface Resource {
  readonly isPromise: boolean
  /** The promise that it continues; of others, what ran when it was made. */
  readonly triggerId: number
  /** Counts resources. */
  readonly order: number
  readonly stack: string
  isSettled: boolean
  /** The execution in which the promise was settled. */
  settledIn: number | undefined
}

/** Frames kept of each stack. */
const frames = 30

/** The resources of a process while the tracer is open. */
export class WaitTracer implements Disposable {
  readonly #hook: AsyncHook
  /** In the order they were made; those that are gone are left out. */
  readonly #resources = new Map<number, Resource>()
  #made = 0
  /** The last resource that was made before the code of nodes began to run in the present event. */
  #lastBefore = 0

  constructor() {
    const init = (id: number, type: string, triggerId: number): void => {
      this.#resources.set(id, {
        isPromise: type === 'PROMISE',
        triggerId,
        order: ++this.#made,
        stack: stackBefore(init),
        isSettled: false,
        settledIn: undefined,
      })
    }
    this.#hook = createHook({
      init,
      promiseResolve: (id) => this.#settle(id),
      destroy: (id) => this.#resources.delete(id),
    }).enable()
  }

  /** The code of nodes is about to run. */
  begin(): void {
    this.#lastBefore = this.#made
  }

  /**
   * The place where a node that has just run began to wait: where the promise was made that it
   * awaits last. Functions that wait for each other make their promises from the outside inwards.
   *
   * @returns `file:line`, or undefined if no stack names one
   */
  pendingAt(): string | undefined {
    const awaited = new Set<Resource>()
    for (const { isPromise, isSettled, order, triggerId } of this.#resources.values()) {
      const promise = this.#resources.get(triggerId)
      if (!isPromise || isSettled || order <= this.#lastBefore) continue
      if (promise?.isPromise === true && !promise.isSettled) awaited.add(promise)
    }
    for (const { stack } of [...awaited].sort((a, b) => b.order - a.order)) {
      const place = placeIn(stack)
      if (place !== undefined) return place
    }
    return undefined
  }

  /** The place where the timer or I/O was begun whose end has the present code run. */
  wokenAt(): string | undefined {
    const seen = new Set<number>()
    for (let id = executionAsyncId(); !seen.has(id);) {
      seen.add(id)
      const resource = this.#resources.get(id)
      if (resource === undefined) return undefined
      const place = resource.isPromise ? undefined : placeIn(resource.stack)
      if (place !== undefined) return place
      // A continuation runs because of the promise before it, and that was settled by somebody.
      const before = this.#resources.get(resource.triggerId)
      id = before?.settledIn ?? resource.settledIn ?? resource.triggerId
    }
    return undefined
  }

  /** Ends the tracing. */
  [Symbol.dispose](): void {
    this.#hook.disable()
    this.#resources.clear()
  }

  #settle(id: number): void {
    const resource = this.#resources.get(id)
    if (resource === undefined) return
    resource.isSettled = true
    resource.settledIn ??= executionAsyncId()
  }
}

/** The stack of what called `hook`. */
function stackBefore(hook: (id: number, type: string, triggerId: number) => void): string {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = frames
  const made = new Error('made here')
  Error.captureStackTrace(made, hook)
  Error.stackTraceLimit = stackTraceLimit
  return made.stack ?? ''
}

/** Files that wait for nodes, or on their behalf; names that they begin with. */
const runner: readonly string[] = [
  new URL('.', import.meta.url).href,
  new URL('../base/env', import.meta.url).href,
  new URL('../sim/context', import.meta.url).href,
  new URL('../sim/world', import.meta.url).href,
]

/** The place where something was made, unless the runner made it. */
function placeIn(stack: string): string | undefined {
  const [, file = '', line = ''] = firstFile.exec(stack) ?? []
  if (file === '') return undefined
  const url = new URL(file, 'file:').href
  const isRunner = runner.some((path) => url.startsWith(path)) && !isTest.test(url)
  return isRunner ? undefined : `${fileURLToPath(url)}:${line}`
}

/** The first line of a stack that names a file, by its path or its URL, and not a part of Node. */
const firstFile = /(?:\(|at (?:async )?)(file:\/\/[^()]+|\/[^()]+):(\d+):\d+\)?$/m
const isTest = /\.(?:test|suite)\.[jt]s$/
