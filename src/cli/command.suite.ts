/**
 * The `trilobite` command as people and programs meet it: processes in a scratch folder, their
 * output and exit codes, and servers that end with the tests.
 * @module
 */

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { run, type RunResult } from '../../tools/run.ts'
import { utf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { createRepo, openRepo, type Repo, setConfig, storeLocal } from '../index.ts'

export type Json = Record<string, unknown>

const main = join(import.meta.dirname, 'main.ts')

/** Compiled sources: they spare each process most of its start (measured). */
const cache = mkdtempSync(join(tmpdir(), 'trilobite-cache-'))
after(() => rmSync(cache, { recursive: true, force: true, maxRetries: 10 }))

/** A folder of its own for the tests of one file, and the command run in it. */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'trilobite-cli-'))
  readonly #children = new Set<ChildProcess>()

  constructor() {
    after(async () => {
      for (const child of this.#children) {
        const closed = once(child, 'close')
        if (child.kill('SIGKILL')) await closed
      }
      rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 })
    })
  }

  /** Runs the command to its end. */
  run(args: readonly string[], config: { in?: string; input?: string } = {}): Promise<RunResult> {
    const { in: folder = '.', input } = config
    const cwd = join(this.folder, folder)
    const options = { cwd, env: this.env, ...(input === undefined ? {} : { input }) }
    return run(process.execPath, ['--no-warnings', main, ...args], options)
  }

  /** Runs it with `--json`, and checks that it prints one object and nothing else. */
  async json(
    args: readonly string[],
    config: { in?: string; input?: string; code?: number } = {},
  ): Promise<Json> {
    const { code, stdout, stderr } = await this.run([...args, '--json'], config)
    assert.deepEqual([code, stderr], [config.code ?? 0, ''], `trilobite ${args.join(' ')}`)
    assert.match(stdout, /^\{.*\}\n$/)
    return JSON.parse(stdout)
  }

  /** Starts the command and leaves it running; the tests' end ends it. */
  start(args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, ['--no-warnings', main, ...args], {
      cwd: this.folder,
      env: this.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    this.#children.add(child)
    child.once('close', () => this.#children.delete(child))
    return child
  }

  /** Starts `serve` on a free port and waits until it says where. */
  async serve(path: string, ...args: string[]): Promise<RunningServer> {
    const child = this.start(['serve', path, '--port', '0', ...args])
    let said = ''
    const output = child.stdout
    assert.ok(output)
    output.setEncoding('utf8').on('data', (text: string) => (said += text))
    while (!said.includes('\n')) {
      await Promise.race([once(output, 'data'), once(child, 'close')])
      assert.equal(child.exitCode, null, 'the server is running')
    }
    const url = /http:\/\/[0-9.]+:\d+\//.exec(said)?.[0] ?? ''
    return { url, child, said: () => said }
  }

  /** A folder inside. */
  folderNamed(name: string): string {
    mkdirSync(join(this.folder, name))
    return name
  }

  /** A repository with `artifacts` artifacts that sends a few of them at a time. */
  repo(name: string, { artifacts }: { artifacts: number }): string {
    using repo = createRepo(join(this.folder, name), systemEnv)
    setConfig(repo, 'max-download', '2000')
    add(repo, { from: 0, to: artifacts })
    return name
  }

  open(name: string): Repo {
    return openRepo(join(this.folder, name), systemEnv)
  }

  /** The environment of every command. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, NODE_COMPILE_CACHE: cache }
  }
}

/** A `serve` that listens. */
export interface RunningServer {
  readonly url: string
  readonly child: ChildProcess
  /** All that it printed so far. */
  said(): string
}

/** Asks a process to end; returns its exit code. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const closed = once(child, 'close')
  child.kill(signal)
  await closed
  return child.exitCode
}

/** Adds artifacts that no other number gives, each long enough to fill a small reply. */
export function add(repo: Repo, { from, to }: { from: number; to: number }): void {
  repo.transaction(() => {
    for (let number = from; number < to; number++) {
      const lines = Array.from({ length: 40 }, (_, line) => `${number * 7919 + line * 104729}\n`)
      storeLocal(repo, utf8(lines.join('')))
    }
  })
}

/** The same address, for somebody who logs in. */
export function as(user: string, url: string): string {
  return url.replace('//', `//${user}@`)
}
