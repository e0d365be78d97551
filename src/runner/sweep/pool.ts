/**
 * A pool of processes that carry out tasks, one at a time each. A process that dies or falls silent
 * ends its task, and another takes its place. They are not threads, since the causes of a thread's
 * death (an abort, too little memory, an endless loop in native code) take all of them down. Knows
 * nothing of the tasks.
 * @module
 */

import { availableParallelism } from 'node:os'

import { type ProcessEnd, WorkerProcess, type WorkerProcessOptions } from './worker-process.ts'

/** The end of a task. */
export type TaskEnd<Answer> =
  | {
      readonly type: 'answered'
      readonly answer: Answer
      /** The process that answered. */
      readonly pid: number
      readonly wallMs: number
      readonly cpuMs: number
    }
  | (ProcessEnd & { readonly wallMs: number })
  /** The pool was closed before. */
  | { readonly type: 'cancelled' }

/** Options of a pool. */
export interface PoolOptions extends WorkerProcessOptions {
  /** Tasks after which a process is replaced. Default 200. */
  readonly tasksPerProcess?: number
}

/**
 * Tasks after which a process is replaced: this bounds leaks in the code under test, and the
 * effects of earlier tasks. A start costs about as much as two or three runs.
 */
const defaultTasksPerProcess = 200

/** The default number of tasks at a time. */
export function defaultJobs(): number {
  return availableParallelism()
}

/** A pool of processes: one for each task at a time, and one more for second opinions. */
export class WorkerPool<Task extends object, Answer> implements Disposable {
  readonly #options: PoolOptions
  readonly #all = new Set<WorkerProcess<Task, Answer>>()
  readonly #idle: WorkerProcess<Task, Answer>[] = []
  #isClosed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /**
   * Carries out a task, in an idle process or a new one.
   *
   * @param notBy a process that must not do it
   * @throws {Error} if a process cannot start, or refuses
   */
  async run(task: Task, { notBy }: { notBy?: number } = {}): Promise<TaskEnd<Answer>> {
    if (this.#isClosed) return { type: 'cancelled' }
    const worker = this.#take(notBy)
    try {
      const end = await worker.run(task)
      if (this.#isClosed) return { type: 'cancelled' }
      this.#putBack(worker)
      return end
    } catch (error) {
      if (this.#isClosed) return { type: 'cancelled' }
      this.#all.delete(worker)
      throw error
    }
  }

  #take(notBy: number | undefined): WorkerProcess<Task, Answer> {
    const at = this.#idle.findLastIndex(({ pid, isAlive }) => isAlive && pid !== notBy)
    const [idle] = at === -1 ? [] : this.#idle.splice(at, 1)
    if (idle !== undefined) return idle
    const fresh = new WorkerProcess<Task, Answer>(this.#options)
    this.#all.add(fresh)
    return fresh
  }

  #putBack(worker: WorkerProcess<Task, Answer>): void {
    const { tasksPerProcess = defaultTasksPerProcess } = this.#options
    if (worker.isAlive && worker.tasks < tasksPerProcess) {
      this.#idle.push(worker)
      return
    }
    worker.end()
    this.#all.delete(worker)
  }

  /** Ends all processes at once; tasks under way are cancelled. */
  close(): void {
    this.#isClosed = true
    for (const worker of this.#all) worker.end()
    this.#all.clear()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}
