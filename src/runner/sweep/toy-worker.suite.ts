/**
 * A process for tests of the pool: it does what its tasks say.
 * @module
 */

import { FossilError } from '../../base/error.ts'
import { serveTasks } from './work.ts'

/** A task: what the process does. */
export interface ToyTask {
  readonly does: 'answer' | 'die' | 'exit' | 'hang' | 'refuse' | 'work'
  /** The length of its work, which it gives signs of. */
  readonly forMs?: number
}

/** Its answer. */
export interface ToyAnswer {
  readonly setup: unknown
  readonly pid: number
}

await serveTasks<ToyTask, ToyAnswer>(async (setup) => {
  if (JSON.stringify(setup).includes('isBroken')) {
    throw new FossilError('option.invalid', { option: 'toy', reason: 'is broken' })
  }
  if (JSON.stringify(setup).includes('isEndless')) {
    process.stdout.write('endless\n')
    for (;;);
  }
  return async ({ does, forMs = 0 }, alive) => {
    if (does === 'die') process.kill(process.pid, 'SIGKILL')
    if (does === 'exit') {
      process.stderr.write('the last words\n')
      process.exit(7)
    }
    if (does === 'refuse') throw new TypeError('not this one')
    const untilMs = does === 'hang' ? Infinity : process.uptime() * 1000 + forMs
    while (process.uptime() * 1000 < untilMs) {
      if (does === 'work') alive()
    }
    return { setup, pid: process.pid }
  }
})
