/**
 * Turns releases into check-ins of a Fossil repository, with stock Fossil, and looks at the result.
 * Resumable at any point: what is done is what the repository says is done.
 * @module
 */

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { fossilUser, runFossil } from './ensure-fossil.ts'
import type { RunResult } from './run.ts'
import { tarballOf, unpack, type Release } from './tarballs.ts'

/** The places in which a history is made. */
export interface Workplace {
  readonly repository: string
  readonly checkout: string
  readonly tarballs: string
}

/** The size of a repository and the identity of its content. */
export interface RepositoryFacts {
  readonly checkins: number
  readonly artifacts: number
  readonly sizeBytes: number
  /** SHA-256, in hexadecimal, over the sorted names of the artifacts, a line each. */
  readonly digest: string
}

const startMs = Date.UTC(2010, 0, 1, 12)
const hourMs = 3_600_000

/** Checks in the releases that the repository lacks, in order, each in a folder of its name. */
export async function commitReleases(
  { repository, checkout, tarballs }: Workplace,
  releases: readonly Release[],
  progress: (done: number, total: number) => void,
): Promise<void> {
  if (!existsSync(repository)) await createRepository(repository)
  if (!existsSync(join(checkout, '.fslckout'))) await openCheckout(repository, checkout)

  // The first check-in of a new repository is Fossil's own, and empty.
  const done = inspectRepository(repository).checkins - 1
  for (const [i, release] of releases.entries()) {
    if (i < done) continue
    await unpack(tarballOf(tarballs, release), join(checkout, release.name))
    await fossil(checkout, ['addremove', '--dotfiles', '--ignore', ''])
    await commit(checkout, release, dateOf(i + 1))
    progress(i + 1, releases.length)
  }
  const made = inspectRepository(repository).checkins - 1
  if (made !== releases.length) throw new Error(`${made} check-ins of ${releases.length} were made`)
}

async function createRepository(repository: string): Promise<void> {
  await fossil('.', ['init', '--admin-user', fossilUser, '--date-override', dateOf(0), repository])
  using db = new DatabaseSync(repository)
  const projectCode = createHash('sha1').update('trilobite corpus').digest('hex')
  db.prepare("UPDATE config SET value = ? WHERE name = 'project-code'").run(projectCode)
}

async function openCheckout(repository: string, checkout: string): Promise<void> {
  mkdirSync(checkout, { recursive: true })
  await fossil(checkout, ['open', repository, '--nosync', '--force'])
  // npm gives every packed file the same time, so Fossil has to look at the content.
  await fossil(checkout, ['settings', 'mtime-changes', 'off'])
  await fossil(checkout, ['settings', 'autosync', 'off'])
}

async function commit(checkout: string, release: Release, date: string): Promise<void> {
  const { name, version } = release
  const comment = ['-m', `${name} ${version}`, '--tag', `${name}-${version}`]
  const author = ['--user-override', name, '--date-override', date]
  const quiet = ['--no-warnings', '--no-prompt', '--nosign', '--ignore-clock-skew', '--allow-empty']
  const { stdout } = await fossil(checkout, ['commit', ...comment, ...author, ...quiet])
  if (!/^New_Version: [0-9a-f]{40,64}$/m.test(stdout)) {
    throw new Error(`fossil made no check-in of ${name} ${version}:\n${stdout}`)
  }
}

/** Days of uneven length, so that no two check-ins share a time and the hours vary. */
function dateOf(position: number): string {
  const date = new Date(startMs + position * 31 * hourMs)
  return date.toISOString().slice(0, 19)
}

async function fossil(cwd: string, args: readonly string[]): Promise<RunResult> {
  const result = await runFossil(args, { cwd })
  if (result.code === 0) return result
  throw new Error(`fossil ${args.join(' ')} failed:\n${result.stdout}${result.stderr}`)
}

/** Counts what a repository holds. */
export function inspectRepository(repository: string): RepositoryFacts {
  using db = new DatabaseSync(repository, { readOnly: true })
  const names = db.prepare('SELECT uuid FROM blob ORDER BY uuid').all()
  const digest = createHash('sha256')
  for (const { uuid } of names) digest.update(`${String(uuid)}\n`)
  const { checkins } =
    db.prepare("SELECT count(*) AS checkins FROM event WHERE type = 'ci'").get() ?? {}
  return {
    checkins: Number(checkins),
    artifacts: names.length,
    sizeBytes: statSync(repository).size,
    digest: digest.digest('hex'),
  }
}

/**
 * Makes a finished repository independent of where it was made, and has Fossil check all of it.
 *
 * @throws {Error} with Fossil's words, where it finds an error
 */
export async function finishRepository(repository: string): Promise<void> {
  using db = new DatabaseSync(repository)
  db.exec("DELETE FROM config WHERE name GLOB 'ckout:*'")
  const { stdout, stderr } = await fossil('.', ['test-integrity', '--parse', '-R', repository])
  if (!/\b0 errors\b/.test(stdout)) throw new Error(`fossil test-integrity: ${stdout}${stderr}`)
}
