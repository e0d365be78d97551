/**
 * Timers of nodes as promises: `node:timers/promises`, and `AbortSignal.timeout`, which goes
 * through no timer that could be replaced.
 * @module
 */

import promises from 'node:timers/promises'
import type { SimulatedGlobals } from '../context.ts'
import { member, route } from './patch.ts'
import { delayMs } from './timers.ts'

/** Resolves after `ms`; rejects as Node does where the signal of the options aborts before. */
function wait(
  node: SimulatedGlobals,
  ms: number,
  { value, options }: { value?: unknown; options?: unknown } = {},
): Promise<unknown> {
  const asked = member(options, 'signal')
  const signal = asked instanceof AbortSignal ? asked : undefined
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  if (signal?.aborted === true) return Promise.reject(abortError(signal))
  const abort = (): void => {
    cancel()
    reject(abortError(signal))
  }
  const cancel = node.after(ms, () => {
    signal?.removeEventListener('abort', abort)
    resolve(value)
  })
  signal?.addEventListener('abort', abort, { once: true })
  return promise
}

function abortError(signal: AbortSignal | undefined): Error {
  const error = new Error('The operation was aborted', { cause: signal?.reason })
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' })
}

/** A value every `ms`; for a consumer that was slow at once. */
async function* intervals(
  node: SimulatedGlobals,
  ms: number,
  { value, options }: { value: unknown; options: unknown },
): AsyncGenerator {
  for (let nextMs = node.uptimeMs() + ms; ; nextMs += ms) {
    const leftMs = nextMs - node.uptimeMs()
    await wait(node, Math.max(0, leftMs), { options })
    yield value
  }
}

/** Routes `node:timers/promises`. */
export function routeTimerPromises(): void {
  route(promises, 'setTimeout', async ({ node, args: [ms, value, options] }) =>
    wait(node, delayMs(ms), { value, options }),
  )
  route(promises, 'setImmediate', async ({ node, args: [value, options] }) =>
    wait(node, 0, { value, options }),
  )
  route(promises, 'setInterval', ({ node, args: [ms, value, options] }) =>
    intervals(node, delayMs(ms), { value, options }),
  )
  const scheduler: object = Object.getPrototypeOf(promises.scheduler)
  route(scheduler, 'wait', async ({ node, args: [ms, options] }) =>
    wait(node, delayMs(ms), { options }),
  )
  route(scheduler, 'yield', async ({ node }) => wait(node, 0))
}

/** Routes `AbortSignal.timeout`. */
export function routeAbortSignals(): void {
  route(AbortSignal, 'timeout', ({ node, args: [ms], real }) => {
    if (typeof ms !== 'number' || !Number.isInteger(ms) || ms < 0 || ms >= 2 ** 32) return real(ms)
    const controller = new AbortController()
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
    node.after(delayMs(ms), () => controller.abort(reason))
    return controller.signal
  })
}
