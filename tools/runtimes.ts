/**
 * JavaScript runtimes besides the one of the lock file, installed by npm into `.cache/runtimes`.
 * Each comes as the package of one platform, which holds the official binary: the packages named
 * after the runtimes fetch the same ones in install scripts, which npm 12 blocks and which
 * `npm ci` cannot verify.
 * @module
 */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { run } from './run.ts'

/** A runtime that is installed: `command`, and the arguments that go before a program. */
export interface Runtime {
  /** As in `Node 24.21.0`. */
  readonly label: string
  readonly command: string
  readonly args: readonly string[]
}

/** A runtime as npm has it: the package, and the path of the program in it. */
interface Release {
  readonly label: string
  readonly name: string
  readonly version: string
  readonly path: string
  readonly args: readonly string[]
}

const root = join(import.meta.dirname, '..')
const { platform, arch } = process
const suffix = platform === 'win32' ? '.exe' : ''

/** The oldest version of Node that is supported. */
export const oldestNode = nodeOf('24.21.0')

/** Runtimes that the package is made to run on, without the one of the lock file. */
export const otherRuntimes: readonly Release[] = [oldestNode, bunOf('1.4.5'), denoOf('2.9.6')]

function nodeOf(version: string): Release {
  const family = platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'
  const name = [family, platform === 'win32' ? 'win' : platform, arch].join('-')
  return { label: `Node ${version}`, name, version, path: `bin/node${suffix}`, args: [] }
}

function bunOf(version: string): Release {
  const system = platform === 'win32' ? 'windows' : platform
  const name = `@oven/bun-${system}-${arch === 'arm64' ? 'aarch64' : arch}`
  return { label: `Bun ${version}`, name, version, path: `bin/bun${suffix}`, args: [] }
}

function denoOf(version: string): Release {
  const name = `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`
  const args = ['run', '--allow-all']
  return { label: `Deno ${version}`, name, version, path: `deno${suffix}`, args }
}

/**
 * Installs a runtime where it is missing.
 *
 * @throws {Error} in one line, where it cannot be installed
 */
export async function ensureRuntime(release: Release): Promise<Runtime> {
  const { label, name, version, path, args } = release
  const folder = join(root, '.cache', 'runtimes', `${name.replace('/', '+')}-${version}`)
  const command = join(folder, 'node_modules', name, path)
  if (existsSync(command)) return { label, command, args }
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, dependencies: { [name]: version } }),
  )
  const options = ['--prefix', folder, '--no-package-lock', '--loglevel', 'error']
  const { code, stderr } = await run('npm', ['install', ...options], { cwd: folder })
  if (code === 0 && existsSync(command)) return { label, command, args }
  const [reason = ''] = stderr.trim().split('\n')
  throw new Error(`${label} cannot be installed: ${reason || `npm ended with ${code}`}`)
}
