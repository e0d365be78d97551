/**
 * Commands in Go around the Go library: finds Go and the library, and builds them. Nothing fetched
 * or built stays in the project.
 *
 * `TRILOBITE_LIBFOSSIL` names the folder of a checkout, of go-libfossil or of libfossil, which it
 * was called before; without it the newest version comes from the Go module proxy.
 * @module
 */

import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'

import { runOrThrow } from './run.ts'

/** A built command. */
export interface GoCommand {
  readonly program: string
  /** The library and, where it is known, its version. */
  readonly name: string
}

/** The library where nothing else is said, and in the sources of the commands. */
const newest = 'github.com/danmestas/go-libfossil'

/** The library's own tests use this driver of SQLite; its go.mod names both. */
const driver = 'db/driver/modernc'
const modules = ['', `/${driver}`, '/db/driver/ncruces']

/**
 * Builds the command whose `main.go` is in the folder `source`, in the scratch folder `folder`. The
 * first time on a machine compiles SQLite, for a minute.
 *
 * @throws {Error} whose last line says why, where Go or the library cannot be had
 */
export async function buildGoCommand(source: string, folder: string): Promise<GoCommand> {
  const checkout = process.env['TRILOBITE_LIBFOSSIL']
  await mkdir(folder, { recursive: true })
  const place: Place = { source, folder }
  const name = await (checkout ? useCheckout(place, resolve(checkout)) : useProxy(place))
  await go(folder, ['build', '-o', basename(source), '.'])
  return { program: join(folder, basename(source)), name }
}

/** The folders that a command is built from and in. */
interface Place {
  readonly source: string
  readonly folder: string
}

async function useCheckout(place: Place, checkout: string): Promise<string> {
  const { folder } = place
  const library = /^module (\S+)$/m.exec(await readFile(join(checkout, 'go.mod'), 'utf8'))?.[1]
  if (library === undefined) throw new Error('TRILOBITE_LIBFOSSIL: its go.mod names no module')
  await writeSources(place, library)
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

async function useProxy(place: Place): Promise<string> {
  const { folder } = place
  await writeSources(place, newest)
  await go(folder, ['get', `${newest}@latest`, `${newest}/${driver}@latest`])
  const version = await go(folder, ['list', '-m', '-f', '{{.Version}}', newest])
  return `${basename(newest)} ${version.trim()}`
}

/** Go lets a package use another's internal ones where its path says that they are of one tree. */
async function writeSources({ source, folder }: Place, library: string): Promise<void> {
  const main = await readFile(join(source, 'main.go'), 'utf8')
  await writeFile(join(folder, 'main.go'), main.replaceAll(newest, library))
  await writeFile(join(folder, 'go.mod'), `module ${library}/${basename(source)}\n\ngo 1.26\n`)
}

function go(folder: string, args: readonly string[]): Promise<string> {
  // No toolchain is fetched, and no workspace around the folder counts.
  const flags = [process.env['GOFLAGS'], '-mod=mod'].filter(Boolean).join(' ')
  const env = { ...process.env, GOFLAGS: flags, GOWORK: 'off', GOTOOLCHAIN: 'local' }
  return runOrThrow('go', args, { cwd: folder, env })
}
