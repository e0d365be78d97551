/**
 * The side of a process that carries out tasks, one at a time, for the pool that started it
 * (pool.ts). It ends when the pool does: also where that was killed.
 * @module
 */

import { Worker } from 'node:worker_threads'

import { tellable, type WorkerMessage } from './messages.ts'

/** Signs of life are at least this far apart. */
const aliveMs = 500

/** Carries out a task; calls `alive` now and then, so that it does not count as hung. */
export type Work<Task, Answer> = (task: Task, alive: () => void) => Promise<Answer>

/**
 * Carries out tasks until the pool has no more.
 *
 * @param prepare makes the work from what the pool was given; a failure ends the pool's work
 */
export async function serveTasks<Task, Answer>(
  prepare: (setup: unknown) => Promise<Work<Task, Answer>>,
): Promise<void> {
  const say = (message: WorkerMessage<Answer>): void => {
    process.send?.(message)
  }
  // The pool has ended, or was killed.
  process.once('disconnect', () => process.exit())
  dieWithParent()
  // Ctrl-C reaches every process of a terminal; the one that started this says what it means.
  process.on('SIGINT', () => {}).on('SIGTERM', () => {})
  const refuse = (error: unknown): void => say({ type: 'refused', error: tellable(error) })
  let work: Work<Task, Answer>
  try {
    work = await prepare(JSON.parse(process.argv[2] ?? ''))
  } catch (error) {
    return refuse(error)
  }
  let cpuBeforeMs = 0
  const carryOut = async (task: Task): Promise<void> => {
    const answer = await work(
      task,
      paced(() => say({ type: 'alive' })),
    )
    const cpuMs = cpuTimeMs()
    say({ type: 'answer', answer, cpuMs: cpuMs - cpuBeforeMs })
    cpuBeforeMs = cpuMs
  }
  process.on('message', (task: Task) => void carryOut(task).catch(refuse))
  say({ type: 'ready' })
}

/**
 * Ends this process soon after the one that started it, also out of an endless loop: a thread
 * looks, since nothing else goes on then.
 */
function dieWithParent(): void {
  const isOrphan = `process.ppid !== ${process.ppid}`
  const code = `setInterval(() => ${isOrphan} && process.kill(process.pid, 'SIGKILL'), 1000)`
  new Worker(code, { eval: true, execArgv: [] }).unref()
}

/** Calls `say` at most every so often. */
function paced(say: () => void): () => void {
  let lastMs = performance.now()
  return () => {
    if (performance.now() - lastMs < aliveMs) return
    lastMs = performance.now()
    say()
  }
}

function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage()
  return Math.round((user + system) / 1000)
}
