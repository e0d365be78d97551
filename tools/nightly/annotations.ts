/**
 * Annotations of the longest files of a real history, compared with stock's line by line.
 * @module
 */

import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type ArtifactHash, checkinFiles, openRepo, type Repo, systemEnv } from 'trilobite'
import { annotate, readFile, resolveName } from 'trilobite/history'

import { corpus, type CorpusName } from '../corpus.ts'
import { runFossil } from '../ensure-fossil.ts'
import type { Check, CheckOptions, CheckResult, Progress } from './check.ts'

/** Files that were compared, and the lines that differ. */
export interface Compared {
  readonly files: number
  readonly lines: number
  readonly failures: readonly string[]
}

/**
 * Annotates the `count` longest text files of the newest check-in of a corpus.
 *
 * @throws {Error} where stock Fossil is not installed, or the corpus cannot be built
 */
export async function compareAnnotations(
  name: CorpusName,
  count: number,
  progress: Progress = () => {},
): Promise<Compared> {
  const source = await corpus(name, progress)
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-annotate-'))
  // Stock notes its checkouts in the repository.
  const path = join(folder, 'corpus.fossil')
  copyFileSync(source, path)
  using repo = openRepo(path, systemEnv, { readOnly: true })
  try {
    const checkout = join(folder, 'checkout')
    mkdirSync(checkout)
    await runFossil(['open', '-f', path], { cwd: checkout })
    const checkin = resolveName(repo, 'tip')
    const failures: string[] = []
    let lines = 0
    const files = longestFiles(repo, checkin, count)
    for (const [done, file] of files.entries()) {
      progress(`${name}: ${done} of ${files.length} files, now ${file}`)
      const args = ['annotate', '-n', 'none', '-r', checkin, file]
      const { stdout } = await runFossil(args, { cwd: checkout })
      const theirs = stdout.replace(/\n$/, '').split('\n')
      const ours = printed(repo, checkin, file)
      lines += ours.length
      const at = ours.findIndex((line, i) => line !== theirs[i])
      const differs = at >= 0 || ours.length !== theirs.length
      if (differs) failures.push(`${file}: here "${ours[at]}", stock "${theirs[at]}"`)
    }
    return { files: files.length, lines, failures }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

function longestFiles(repo: Repo, checkin: ArtifactHash, count: number): string[] {
  return [...checkinFiles(repo, checkin).values()]
    .map(({ name }) => {
      const { content } = readFile(repo, checkin, name)
      const isText = !content.includes(0)
      return { name, lines: isText ? content.filter((byte) => byte === 10).length : -1 }
    })
    .sort((a, b) => b.lines - a.lines || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name)
}

/** As `fossil annotate` prints it. */
function printed(repo: Repo, checkin: ArtifactHash, name: string): string[] {
  const { lines, versions } = annotate(repo, { checkin, name }, { followRenames: false })
  return lines.map(({ text, version }, i) => {
    const origin = versions[version ?? -1]
    const number = String(i + 1).padStart(5)
    if (origin === undefined) return `${' '.repeat(21)} ${number}: ${text}`
    const day = new Date(origin.dateMs).toISOString().slice(0, 10)
    return `${origin.checkin.slice(0, 10)} ${day} ${number}: ${text}`
  })
}

async function run({ count = 10, progress }: CheckOptions): Promise<CheckResult> {
  const { files, lines, failures } = await compareAnnotations('npm-history-large', count, progress)
  return { summary: `${lines} lines of ${files} files come from where stock says`, failures }
}

export const annotations: Check = {
  name: 'annotations',
  about: 'the ten longest files of the larger corpus, annotated as stock does, line by line',
  run,
}
