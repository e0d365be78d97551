/**
 * The command of `go-peer/`: finds Go and the Go library, and builds it. Nothing fetched or built
 * stays in the project.
 *
 * `TRILOBITE_LIBFOSSIL` names the folder of a checkout, of go-libfossil or of libfossil, which it
 * was called before; without it the newest version comes from the Go module proxy.
 * @module
 */

import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'

import { runOrThrow } from '../tools/run.ts'

/** The built command. */
export interface GoPeer {
  readonly program: string
  /** The library and, where it is known, its version. */
  readonly name: string
}

/** The library where nothing else is said, and in the source of the command. */
const newest = 'github.com/danmestas/go-libfossil'

/** The library's own tests use this driver of SQLite; its go.mod names both. */
const driver = 'db/driver/modernc'
const modules = ['', `/${driver}`, '/db/driver/ncruces']

/**
 * Builds the command in `folder`. The first time on a machine compiles SQLite, for a minute.
 *
 * @throws {Error} whose last line says why, where Go or the library cannot be had
 */
export async function buildGoPeer(folder: string): Promise<GoPeer> {
  const checkout = process.env['TRILOBITE_LIBFOSSIL']
  await mkdir(folder, { recursive: true })
  const name = await (checkout ? useCheckout(folder, resolve(checkout)) : useProxy(folder))
  await go(folder, ['build', '-o', 'go-peer', '.'])
  return { program: join(folder, 'go-peer'), name }
}

async function useCheckout(folder: string, checkout: string): Promise<string> {
  const library = /^module (\S+)$/m.exec(await readFile(join(checkout, 'go.mod'), 'utf8'))?.[1]
  if (library === undefined) throw new Error('TRILOBITE_LIBFOSSIL: its go.mod names no module')
  await writeSources(folder, library)
  for (const path of modules) {
    await go(folder, ['mod', 'edit', '-replace', `${library}${path}=${join(checkout, path)}`])
  }
  const sums = ['', driver].map((path) => readFile(join(checkout, path, 'go.sum'), 'utf8'))
  await writeFile(join(folder, 'go.sum'), (await Promise.all(sums)).join(''))
  return [basename(library), await described(checkout)].filter((part) => part !== '').join(' ')
}

/** The version of a checkout; empty for files without their history. */
async function described(checkout: string): Promise<string> {
  if (!existsSync(join(checkout, '.git'))) return ''
  const command = ['-C', checkout, 'describe', '--tags', '--always', '--match', 'v*']
  return (await runOrThrow('git', command)).trim()
}

async function useProxy(folder: string): Promise<string> {
  await writeSources(folder, newest)
  await go(folder, ['get', `${newest}@latest`, `${newest}/${driver}@latest`])
  const version = await go(folder, ['list', '-m', '-f', '{{.Version}}', newest])
  return `${basename(newest)} ${version.trim()}`
}

/** Go lets a package use another's internal ones where its path says that they are of one tree. */
async function writeSources(folder: string, library: string): Promise<void> {
  const main = await readFile(join(import.meta.dirname, 'go-peer', 'main.go'), 'utf8')
  await writeFile(join(folder, 'main.go'), main.replaceAll(newest, library))
  await writeFile(join(folder, 'go.mod'), `module ${library}/standard-scenario\n\ngo 1.26\n`)
}

function go(folder: string, args: readonly string[]): Promise<string> {
  // No toolchain is fetched, and no workspace around the folder counts.
  const flags = [process.env['GOFLAGS'], '-mod=mod'].filter(Boolean).join(' ')
  const env = { ...process.env, GOFLAGS: flags, GOWORK: 'off', GOTOOLCHAIN: 'local' }
  return runOrThrow('go', args, { cwd: folder, env })
}
