/**
 * Stock Fossil, the program we are measured against: finds it, installs it where that is welcome,
 * and runs it apart from the developer's own Fossil settings. `npm test` calls it first
 * (`pretest`); tests that need Fossil are skipped, with the reason, where there is none.
 * `FOSSIL_BIN` names the program to use; `FOSSIL_BIN=none` does without.
 * @module
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { run, type RunOptions, type RunResult } from './run.ts'

/** An installed stock Fossil. */
export interface Fossil {
  /** A path, or a name to look up on PATH. */
  readonly bin: string
  /** As in `2.21`. */
  readonly version: string
}

/** The user that `runFossil` is to Fossil: the first one of every repository that it makes. */
export const fossilUser = 'tester'

const missing =
  'stock fossil is not installed (put `fossil` on PATH, or its path in FOSSIL_BIN): ' +
  'comparisons with it are skipped'

let found: Fossil | undefined

/** Finds stock Fossil: `FOSSIL_BIN` where that is set, else `fossil` on PATH. */
export function findFossil(): Fossil | undefined {
  found ??= probe(process.env['FOSSIL_BIN'] || 'fossil')
  return found
}

function probe(bin: string): Fossil | undefined {
  const { status, stdout } = spawnSync(bin, ['version'], { encoding: 'utf8', stdio: 'pipe' })
  const version = status === 0 ? /^This is fossil version (\S+)/.exec(stdout)?.[1] : undefined
  return version === undefined ? undefined : { bin, version }
}

/** Finds stock Fossil for a test, or marks the test as skipped and returns undefined. */
export function requireFossilOrSkip(t: { skip(reason?: string): void }): Fossil | undefined {
  const fossil = findFossil()
  if (fossil === undefined) t.skip(missing)
  return fossil
}

/**
 * Runs stock Fossil to its end, with its settings in a scratch folder and the clock in UTC.
 * Its exit codes lie (`fossil sync` ends with 0 after a refused login), so check what it did.
 *
 * @throws {Error} where stock Fossil is not installed
 */
export function runFossil(
  args: readonly string[],
  options: Omit<RunOptions, 'env'> = {},
): Promise<RunResult> {
  const fossil = findFossil()
  if (fossil === undefined) throw new Error(missing)
  return run(fossil.bin, args, { ...options, env: fossilEnv() })
}

let scratch: string | undefined

/**
 * The environment in which `runFossil` runs. Nothing of ours passes but PATH: a variable such as
 * GATEWAY_INTERFACE would turn Fossil into a CGI program, and without USER it aborts.
 */
export function fossilEnv(): NodeJS.ProcessEnv {
  if (scratch === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'trilobite-fossil-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
    scratch = folder
  }
  const { PATH } = process.env
  return { PATH, HOME: scratch, FOSSIL_HOME: scratch, USER: fossilUser, TZ: 'UTC', LC_ALL: 'C' }
}

/** Installs Fossil where we may: as root on Debian or Ubuntu. Returns why not, or undefined. */
function install(): string | undefined {
  if (process.env['FOSSIL_BIN']) return 'FOSSIL_BIN names none that runs'
  if (process.getuid?.() !== 0) return 'not running as root'
  if (!existsSync('/etc/debian_version')) return 'not a Debian system'

  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', 'fossil']]) {
    const { status } = spawnSync('apt-get', ['-qq', ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: 'ignore',
    })
    if (status !== 0) return `apt-get ${args[0]} failed`
  }
  return undefined
}

if (import.meta.main) {
  const problem = findFossil() === undefined ? install() : undefined
  const fossil = findFossil()
  if (fossil !== undefined) console.log(`stock fossil ${fossil.version}: ${fossil.bin}`)
  else console.log(`${missing} (not installed now: ${problem ?? 'apt-get installed no fossil'})`)
}
