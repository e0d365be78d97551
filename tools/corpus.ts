/**
 * Real histories as Fossil repositories, for tests and benches: published npm packages, one
 * check-in a version, made by stock Fossil. The releases are pinned in corpus.json and users, dates
 * and comments follow from their order, so a corpus has the same artifacts wherever it is built.
 *
 * `node tools/corpus.ts [NAME…]` builds them; they live in `.cache/corpus`, outside git.
 * @module
 */

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { commitReleases, finishRepository, inspectRepository } from './corpus-history.ts'
import { runFossil } from './ensure-fossil.ts'
import { download, type Release } from './tarballs.ts'

/** A corpus by name; `recipes` says what is in it. */
export type CorpusName = 'npm-history' | 'npm-history-large'

/** The recipe of a corpus: the parts that it is made of, and the hash that comes out of it. */
export interface Recipe {
  readonly packages: readonly string[]
  /** `RepositoryFacts.digest` of the finished corpus. */
  readonly digest: string
}

/** Every corpus. */
export const recipes: Readonly<Record<CorpusName, Recipe>> = {
  /** All 40 versions of a small package: 399 artifacts, 0.7 MB, 7 s from nothing (measured). */
  'npm-history': {
    packages: ['mkdirp'],
    digest: '5ef134588e4152488a273d1581b1e1a6d1cc75868ed037cac684c5ee8aea31d2',
  },
  /**
   * Seven packages in seven folders, 836 versions grown side by side: 5,413 artifacts, 12.4 MB,
   * 95 s from nothing (measured).
   */
  'npm-history-large': {
    packages: ['commander', 'express', 'koa', 'minimatch', 'mkdirp', 'semver', 'uuid'],
    digest: '2fc3922470e629aa768294a61cff721fd5e1ff2344895b5d23b09cdeafd6c4cb',
  },
}

/** Says how far a build is; one line, without its end. */
export type Progress = (line: string) => void

const cache = join(import.meta.dirname, '..', '.cache')

/**
 * The path of a corpus, built first where it is not there yet. A build that was interrupted goes
 * on where it stopped; a second process waits for the first.
 *
 * @throws {Error} where npm or stock Fossil is missing or fails
 */
export async function corpus(name: CorpusName, progress: Progress = () => {}): Promise<string> {
  const finished = join(cache, 'corpus', `${name}.fossil`)
  mkdirSync(join(cache, 'corpus'), { recursive: true })
  mkdirSync(join(cache, 'npm'), { recursive: true })
  using lock = new DatabaseSync(join(cache, 'corpus', 'lock.db'), { timeout: 600_000 })
  lock.exec('BEGIN EXCLUSIVE')
  if (!isCurrent(finished, recipes[name])) await build(name, finished, progress)
  return finished
}

/** The releases of a recipe: each package in its own order, all of them spread evenly. */
export function releasesOf({ packages }: Recipe): Release[] {
  const pinned: Record<string, string> = JSON.parse(
    readFileSync(join(import.meta.dirname, 'corpus.json'), 'utf8'),
  )
  return packages
    .flatMap((name) => {
      const versions = (pinned[name] ?? '').split(' ')
      return versions.map((version, i) => ({ name, version, at: (i + 0.5) / versions.length }))
    })
    .sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
    .map(({ name, version }) => ({ name, version }))
}

async function build(name: CorpusName, finished: string, progress: Progress): Promise<void> {
  const recipe = recipes[name]
  const releases = releasesOf(recipe)
  const tarballs = join(cache, 'npm')
  const work = join(cache, 'corpus', `${name}.work`)
  const repository = join(work, 'repository.fossil')
  mkdirSync(work, { recursive: true })

  // Rather now than after hundreds of downloads: this throws where there is no Fossil.
  await runFossil(['version'])
  await download(tarballs, releases, (done, total) =>
    progress(`${name}: ${done} of ${total} tarballs`),
  )
  await commitReleases(
    { repository, checkout: join(work, 'checkout'), tarballs },
    releases,
    (done, total) => progress(`${name}: ${done} of ${total} check-ins`),
  )
  progress(`${name}: checking every artifact`)
  await finishRepository(repository)
  const { digest } = inspectRepository(repository)
  if (digest === recipe.digest) renameSync(repository, finished)
  rmSync(work, { recursive: true, force: true })
  if (digest !== recipe.digest) {
    throw new Error(`${name} came out as ${digest}, not as ${recipe.digest}: see its recipe`)
  }
}

function isCurrent(finished: string, recipe: Recipe): boolean {
  return existsSync(finished) && inspectRepository(finished).digest === recipe.digest
}

/** On a terminal a line that changes, elsewhere a line every few seconds. */
function printedProgress(): Progress {
  const everyMs = 5000
  let lastMs = -Infinity
  return (line) => {
    if (process.stdout.isTTY) {
      process.stdout.write(`\r\x1b[K${line}`)
    } else if (performance.now() - lastMs >= everyMs) {
      lastMs = performance.now()
      console.log(line)
    }
  }
}

async function main(args: readonly string[]): Promise<void> {
  const all: CorpusName[] = ['npm-history', 'npm-history-large']
  const unknown = args.filter((arg) => !all.some((name) => name === arg))
  if (unknown.length > 0) throw new Error(`no corpus ${unknown.join(', ')}: ${all.join(', ')}`)

  for (const name of all) {
    if (args.length > 0 && !args.includes(name)) continue
    const startMs = performance.now()
    const path = await corpus(name, printedProgress())
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
    const { checkins, artifacts, sizeBytes } = inspectRepository(path)
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[K')
    const contents = `${checkins} check-ins, ${artifacts} artifacts, ${sizeBytes} bytes`
    console.log(`${name}: ${contents}, ready in ${seconds} s`)
  }
}

if (import.meta.main) {
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  })
}
