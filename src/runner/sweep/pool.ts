/**
 * A pool of processes that carry out tasks, one at a time each. One that dies or says nothing any
 * more is the end of its task, and another takes its place: processes and not threads, since what
 * kills a thread (an abort, too little memory, an endless loop in native code) kills all of them.
 * Knows nothing of the tasks.
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
  /** A process is replaced after so many tasks. Default 200. */
  readonly tasksPerProcess?: number
}

/**
 * Tasks after which a process is replaced: what leaks in the code under test, or depends on what a
 * process did before, has an end. A start costs about as much as two or three runs.
 */
const defaultTasksPerProcess = 200

/** Tasks at a time where nobody says how many. */
export function defaultJobs(): number {
  return availableParallelism()
}

/** Processes, of which there are as many as tasks at a time, and one more for second opinions. */
export class WorkerPool<Task extends object, Answer> implements Disposable {
  readonly #options: PoolOptions
  readonly #all = new Set<WorkerProcess<Task, Answer>>()
  readonly #idle: WorkerProcess<Task, Answer>[] = []
  #isClosed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  /**
   * Carries out a task: in a process that is idle, or in a new one.
   *
   * @param notBy a process that must not do it
   * @throws {Error} where a process cannot start, or refuses
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
