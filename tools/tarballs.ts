/**
 * Published npm packages as files: downloads them with npm's own client, once, into `.cache/npm`.
 * @module
 */

import { existsSync, globSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { runOrThrow } from './run.ts'

/** One published version of a package without a scope. */
export interface Release {
  readonly name: string
  readonly version: string
}

/** npm spends its time waiting for the registry, one tarball after the other. */
const parallel = 4
const batchSize = 16

/** The file that holds a release once it is downloaded. */
export function tarballOf(folder: string, { name, version }: Release): string {
  return join(folder, `${name}-${version}.tgz`)
}

/**
 * Downloads the releases that `folder` lacks. An interrupted download leaves no half files there.
 * One process at a time may download into a folder.
 *
 * @param progress called with the number of releases at hand, and of all
 * @throws {Error} with npm's words, where npm fails
 */
export async function download(
  folder: string,
  releases: readonly Release[],
  progress: (done: number, total: number) => void,
): Promise<void> {
  for (const left of globSync(join(folder, 'incoming-*'))) rmSync(left, { recursive: true })
  const wanted = releases.filter((release) => !existsSync(tarballOf(folder, release)))
  let done = releases.length - wanted.length
  const worker = async (id: number): Promise<void> => {
    for (;;) {
      const batch = wanted.splice(0, batchSize)
      if (batch.length === 0) return
      await downloadBatch(folder, batch, id)
      done += batch.length
      progress(done, releases.length)
    }
  }
  await Promise.all(Array.from({ length: parallel }, (_, id) => worker(id)))
}

async function downloadBatch(folder: string, batch: readonly Release[], id: number): Promise<void> {
  const incoming = join(folder, `incoming-${id}`)
  mkdirSync(incoming, { recursive: true })
  const specs = batch.map(({ name, version }) => `${name}@${version}`)
  try {
    await runOrThrow('npm', ['pack', '--silent', '--ignore-scripts', ...specs], { cwd: incoming })
    for (const file of readdirSync(incoming)) renameSync(join(incoming, file), join(folder, file))
  } finally {
    rmSync(incoming, { recursive: true, force: true })
  }
}

/** Unpacks a tarball into `folder`, replacing what is there, without its leading `package/`. */
export async function unpack(tarball: string, folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const flags = ['--strip-components=1', '--no-same-owner', '--no-same-permissions']
  await runOrThrow('tar', ['-xzf', tarball, '-C', folder, ...flags])
}
