/**
 * The package as a user has it: packed from a copy of the checkout, and installed in a folder
 * outside of it. Without the network: what the package depends on comes from the checkout.
 * @module
 */

import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { run, runOrThrow } from './run.ts'

const root = join(import.meta.dirname, '..')
/** Folders of a checkout that git does not know, by their names in its root. */
const untracked = ['node_modules', 'dist', '.git', '.cache']

/** Copies the files of the checkout: a fresh one, without anything that was installed or built. */
export function copyCheckout(folder: string): void {
  const skipped = new Set(untracked.map((name) => join(root, name)))
  cpSync(root, folder, { recursive: true, filter: (path) => !skipped.has(path) })
}

/**
 * Gives a copy what `npm ci` has installed and built in the checkout. Packing the checkout itself
 * would exchange its `package.json` for a moment, which other tests read.
 */
export function setUpCopy(folder: string): void {
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  if (existsSync(join(root, 'dist')))
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true })
}

/**
 * Packs `checkout`, as a user does, into `folder`.
 *
 * @returns the path of the tarball
 * @throws {Error} with npm's words, where it fails
 */
export async function packInto(folder: string, checkout: string): Promise<string> {
  const name = await runOrThrow('npm', ['pack', '--silent', checkout], { cwd: folder })
  return join(folder, name.trim())
}

/**
 * Installs a tarball of the package in `folder`, with `@types/node` beside it.
 *
 * @returns npm's words
 */
export async function installInto(folder: string, tarball: string): Promise<string> {
  const text = readFileSync(join(root, 'package.json'), 'utf8')
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(text)
  const local = Object.keys(dependencies).map((name) => [
    name,
    `file:${join(root, 'node_modules', name)}`,
  ])
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', overrides: Object.fromEntries(local) }),
  )
  const args = ['install', '--offline', '--no-audit', '--no-fund', tarball]
  const { code, stdout, stderr } = await run('npm', args, { cwd: folder })
  if (code !== 0) throw new Error(`npm install ended with ${code}:\n${stderr || stdout}`)
  const types = join(folder, 'node_modules', '@types')
  mkdirSync(types)
  symlinkSync(join(root, 'node_modules', '@types', 'node'), join(types, 'node'), 'junction')
  return `${stdout}${stderr}`
}

/**
 * A program of a user's: makes a repository in the current folder, and runs simulations. Its
 * arguments are the first seed, by default 7, and their number, by default 1. It prints the same
 * on every runtime: a check-in and the differences that `verify` finds, and a line for each run.
 */
export const userProgram = `import { rmSync } from 'node:fs'
import { checkin, createRepo, systemEnv, verify } from 'trilobite'
import { simulate } from 'trilobite/dst'

const clock = { nowMs: () => 1_800_000_000_000 }
const random = { bytes: (length: number) => new Uint8Array(length).fill(7) }
rmSync('user.fossil', { force: true })
const repo = createRepo('user.fossil', { ...systemEnv, clock, random })
const changes = [{ name: 'hello.txt', content: new TextEncoder().encode('hello') }]
const { hash } = checkin(repo, { comment: 'begin', user: 'admin', changes })
console.log(hash, verify(repo).total)
repo.close()

const [first = '7', count = '1'] = process.argv.slice(2)
for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
  const { verdict, traceHash } = await simulate({ seed, plan: 'hostile', durationMs: 20_000 })
  console.log(seed, verdict, traceHash)
}
`
