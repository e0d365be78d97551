/**
 * The worker's side: carries out tasks, one at a time, for the pool that started it (pool.ts). It
 * ends when the pool does, even if that was killed.
 * @module
 */

import { Worker } from 'node:worker_threads'

import { tellable, type WorkerMessage } from './messages.ts'

/** Minimum time between signs of life. */
const aliveMs = 500

/** Carries out a task; calls `alive` now and then, so that it does not count as hung. */
export type Work<Task, Answer> = (task: Task, alive: () => void) => Promise<Answer>

/**
 * Carries out tasks until the pool has no more.
 *
 * @param prepare makes the work from the setup of the pool; a failure ends the pool's work
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
 * Ends this process soon after its parent, even in an endless loop: a thread checks, since nothing
 * else runs then.
 */
function dieWithParent(): void {
  const isOrphan = `process.ppid !== ${process.ppid}`
  const code = `setInterval(() => ${isOrphan} && process.kill(process.pid, 'SIGKILL'), 1000)`
  new Worker(code, { eval: true, execArgv: [] }).unref()
}

/** Limits the rate of calls of `say`. */
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
