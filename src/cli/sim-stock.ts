/**
 * A stock repository as the master of a simulation: each request that reaches it is one run of
 * `fossil http` over pipes. The binary is `FOSSIL_BIN`, by default `fossil`.
 * @module
 */

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FossilError, openRepo, type Repo, systemEnv, type Transport } from '../index.ts'
import { stdioTransport } from '../transport/stdio.ts'

/** A master that stock Fossil serves. */
export class StockMaster implements Disposable {
  readonly transport: Transport
  /** The same file, for the workload and the checks; at rest while stock answers. */
  readonly repo: Repo
  readonly #folder: string

  /**
   * @param options.from the repository to begin with, a copy of it; without one, what `fossil new`
   *   makes
   * @param options.login its users decide who may do what; by default everybody may do everything
   * @throws {FossilError} `option.invalid` where stock Fossil is not there or does not work
   */
  constructor({ from, login = false }: { from?: string; login?: boolean }) {
    this.#folder = mkdtempSync(join(tmpdir(), 'trilobite-stock-'))
    try {
      const path = join(this.#folder, 'master.fossil')
      const env = isolated(this.#folder)
      const fossilBin = process.env['FOSSIL_BIN'] ?? 'fossil'
      if (from === undefined) runFossil(fossilBin, ['new', path], env)
      else copyFileSync(from, path)
      this.transport = stdioTransport({ fossilBin, repository: path, localAuth: !login, env })
      this.repo = openRepo(path, systemEnv)
    } catch (error) {
      this.#removeFolder()
      throw error
    }
  }

  [Symbol.dispose](): void {
    this.repo.close()
    this.#removeFolder()
  }

  #removeFolder(): void {
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** Stock writes to its home and asks for a user: a scratch folder and a name of ours. */
function isolated(folder: string): NodeJS.ProcessEnv {
  const { PATH } = process.env
  return { PATH, HOME: folder, FOSSIL_HOME: folder, USER: 'admin', LANG: 'C.UTF-8' }
}

function runFossil(bin: string, args: string[], env: NodeJS.ProcessEnv): void {
  const { error, status, stderr } = spawnSync(bin, args, { env, encoding: 'utf8' })
  if (error === undefined && status === 0) return
  const reason = error?.message ?? `"${bin} ${args[0]}" failed: ${stderr.trim()}`
  throw new FossilError('option.invalid', { option: '--upstream stock', reason }, { cause: error })
}
