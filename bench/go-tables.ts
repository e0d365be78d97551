/**
 * A client and a server of the Go library with a synced table, in a process that is told what to do
 * line by line: bench/go-tables.
 * @module
 */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

import type { GoCommand } from '../tools/go-command.ts'

/** Processor time of one step, by whose code took it. */
export interface Cost {
  readonly oursMs: number
  /** The Go library's. */
  readonly theirsMs: number
}

interface Answer {
  /** Processor time of the process so far. */
  readonly cpuMs: number
  /** The address of its server; empty before `serve`. */
  readonly url: string
  /** Rows that its server holds. */
  readonly server: number
}

/** The process, from its start with two empty repositories to its end. */
export class GoTables implements AsyncDisposable {
  readonly projectCode = '7'.repeat(40)
  readonly #folder: string
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #lines: AsyncIterator<string>

  private constructor(program: string, folder: string) {
    this.#folder = folder
    this.#child = spawn(program, [folder, this.projectCode], { stdio: ['pipe', 'pipe', 'inherit'] })
    // Where it ended, the answer that does not come says so.
    this.#child.stdin.on('error', () => {})
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** Starts it; its files are in memory where there is such a folder. */
  static async start({ program }: GoCommand): Promise<GoTables> {
    const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
    return new GoTables(program, await mkdtemp(join(parent, 'trilobite-bench-')))
  }

  /**
   * Has it carry out one command.
   *
   * @throws {Error} where it cannot; what it says goes to standard error
   */
  async ask(line: string): Promise<Answer> {
    this.#child.stdin.write(`${line}\n`)
    const { value, done } = await this.#lines.next()
    if (done === true) throw new Error(`go-tables ended at "${line}"`)
    return answerIn(value)
  }

  /** The cost of one command. */
  async cost(line: string): Promise<Cost> {
    const before = (await this.ask('cost')).cpuMs
    return { oursMs: 0, theirsMs: (await this.ask(line)).cpuMs - before }
  }

  /** Ends it and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) {
      const exit = once(this.#child, 'exit')
      this.#child.stdin.end()
      await exit
    }
    await rm(this.#folder, { recursive: true, maxRetries: 10 })
  }
}

function answerIn(text: string): Answer {
  const answer: Record<string, unknown> = { ...Object(JSON.parse(text)) }
  const { cpuMs, url, server } = answer
  if (typeof cpuMs === 'number' && typeof url === 'string' && typeof server === 'number') {
    return { cpuMs, url, server }
  }
  throw new Error(`go-tables says ${text}`)
}
