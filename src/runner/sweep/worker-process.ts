/**
 * One watched worker process (work.ts is the worker's side): its end and its silence are reported,
 * whatever it was doing.
 * @module
 */

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { errorOf, type WorkerMessage } from './messages.ts'

/** Options of a process. */
export interface WorkerProcessOptions {
  /** The module to run, which calls `serveTasks`. */
  readonly entry: URL
  /** An argument for that module, as JSON data. */
  readonly setup: unknown
  /** Options of Node. Default: those of this process. */
  readonly execArgv?: readonly string[]
  /** The silence during a task after which a process is hung. Default two minutes. */
  readonly silenceMs?: number
}

/** The end of a process in the middle of a task. */
export interface ProcessEnd {
  readonly type: 'killed' | 'hung'
  /** The signal, the exit code, or the length of its silence. */
  readonly how: string
  /** The end of its standard error. */
  readonly lastWords: string
}

/** The answer to a task. */
interface Answered<Answer> {
  readonly type: 'answered'
  readonly answer: Answer
  readonly pid: number
  readonly cpuMs: number
}

const defaultSilenceMs = 120_000

/** The minimum time allowed for the start of a process, for busy machines. */
const startMs = 120_000

const maxLastWords = 2_000

/** One process, and the task that it carries out. */
export class WorkerProcess<Task extends object, Answer> {
  readonly #child: ChildProcess
  readonly #silenceMs: number
  #isReady = false
  #isHung = false
  #isAlive = true
  #tasks = 0
  #lastWords = ''
  #watchdog: NodeJS.Timeout | undefined
  #settle: PromiseWithResolvers<Answered<Answer> | ProcessEnd> | undefined

  constructor({ entry, setup, execArgv, silenceMs = defaultSilenceMs }: WorkerProcessOptions) {
    this.#silenceMs = silenceMs
    this.#child = fork(fileURLToPath(entry), [JSON.stringify(setup)], {
      execArgv: [...(execArgv ?? inheritedArguments(process.execArgv))],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#lastWords = (this.#lastWords + text).slice(-maxLastWords)
    })
    this.#child.on('message', (message: WorkerMessage<Answer>) => this.#hear(message))
    this.#child.on('error', (error) => this.#fail(error))
    this.#child.on('close', (code, signal) => this.#closed(signal ?? `exit code ${code}`))
  }

  /** Process id; 0 if it could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0
  }

  get isAlive(): boolean {
    return this.#isAlive && this.#child.connected
  }

  /** The number of tasks it was given. */
  get tasks(): number {
    return this.#tasks
  }

  /**
   * Carries out a task.
   *
   * @throws {Error} if it does not start, or refuses; a {@link FossilError} is thrown again here
   */
  async run(task: Task): Promise<(Answered<Answer> | ProcessEnd) & { readonly wallMs: number }> {
    this.#tasks++
    this.#settle = Promise.withResolvers()
    this.#watch()
    const begunMs = performance.now()
    // Where it has gone, its close is the answer.
    this.#child.send(task, () => {})
    try {
      const end = await this.#settle.promise
      return { ...end, wallMs: Math.round(performance.now() - begunMs) }
    } finally {
      clearTimeout(this.#watchdog)
      this.#settle = undefined
    }
  }

  /** Ends it at once, and nothing of it remains. */
  end(): void {
    this.#isAlive = false
    this.#child.kill('SIGKILL')
  }

  #watch(): void {
    const limitMs = this.#isReady ? this.#silenceMs : Math.max(startMs, this.#silenceMs)
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(() => {
      this.#isHung = true
      this.end()
    }, limitMs)
  }

  #hear(message: WorkerMessage<Answer>): void {
    if (message.type === 'ready') this.#isReady = true
    if (this.#settle === undefined) return
    if (message.type === 'answer') {
      const { answer, cpuMs } = message
      this.#settle.resolve({ type: 'answered', answer, pid: this.pid, cpuMs })
    } else if (message.type === 'refused') {
      this.#fail(errorOf(message.error))
      this.end()
    } else this.#watch()
  }

  #fail(error: Error): void {
    this.#isAlive = false
    this.#settle?.reject(error)
  }

  #closed(how: string): void {
    this.#isAlive = false
    const lastWords = this.#lastWords.trim()
    if (!this.#isReady) {
      const why = this.#isHung ? `it said nothing for ${startMs / 1000} s` : how
      this.#settle?.reject(new Error(`a worker did not start: ${why}: ${lastWords}`))
    } else if (this.#isHung) {
      const silence = `it said nothing for ${this.#silenceMs / 1000} s`
      this.#settle?.resolve({ type: 'hung', how: silence, lastWords })
    } else this.#settle?.resolve({ type: 'killed', how, lastWords })
  }
}

/** Node options for loading code, without those that select the program of this process. */
export function inheritedArguments(given: readonly string[]): string[] {
  const inherited: string[] = []
  for (let at = 0; at < given.length; at++) {
    const argument = given[at] ?? ''
    if (/^(?:-[ep]|-pe|--eval|--print)$/.test(argument)) at++
    else if (!/^--(?:test|watch|inspect|input-type|cpu-prof|heap-prof)/.test(argument)) {
      inherited.push(argument)
    }
  }
  return inherited
}
