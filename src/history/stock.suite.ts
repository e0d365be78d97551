/**
 * A repository that stock Fossil made, with one of everything that history is about: branches,
 * merges, forks, cherry-picks, renames, permissions, tags set and cancelled, closed leaves, private
 * check-ins, wiki pages, tickets, technotes, attachments. Made once for all tests of this folder.
 * @module
 */

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

import { requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { openDatabase } from '../db/node.ts'
import { TestEnv } from '../repo/fixture.suite.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { hashOf } from '../repo/blob.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { openRepo } from '../crosslink/open.ts'
import type { Rid } from '../repo/rid.ts'

/** A repository of stock's, a check-out of it, and what stock says of it. */
export interface StockHistory {
  readonly path: string
  readonly repo: Repo
  /** Runs stock in the check-out; returns what it prints. */
  readonly fossil: (...args: string[]) => Promise<string>
  /** Hashes of check-ins by the name that the story gives them. */
  readonly hashes: Readonly<Record<string, string>>
  /** The hash of a check-in of the story. */
  readonly hash: (name: string) => ArtifactHash
  /** The rid of a check-in of the story. */
  readonly rid: (name: string) => Rid
}

let made: Promise<StockHistory> | undefined

/** The repository, or undefined (and the test skipped) where stock is not installed. */
export async function stockHistory(t: {
  skip(reason?: string): void
}): Promise<StockHistory | undefined> {
  if (requireFossilOrSkip(t) === undefined) return undefined
  made ??= makeHistory()
  return made
}

/** Numbered lines, with some replaced: text that diffs and annotations can tell apart. */
export function lines(count: number, changed: Readonly<Record<number, string>> = {}): string {
  const numbers = Array.from({ length: count }, (_, i) => i + 1)
  return numbers.map((n) => `${changed[n] ?? `line ${n}`}\n`).join('')
}

const folders: string[] = []
const repos: Repo[] = []
after(() => {
  for (const repo of repos) repo.close()
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
})

/** One check-out, and a clock that moves a minute with every check-in. */
class Story {
  readonly folder: string
  readonly hashes: Record<string, string> = {}
  #minute = 0

  constructor(folder: string) {
    this.folder = folder
  }

  fossil = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await runFossil(args, { cwd: this.folder, input: 'y\n' })
    return stdout + stderr
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(join(this.folder, name), content)
  }

  date(): string {
    const minute = this.#minute++
    const hour = String(Math.floor(minute / 60)).padStart(2, '0')
    return `2023-03-01T${hour}:${String(minute % 60).padStart(2, '0')}:07.125`
  }

  async commit(name: string, ...options: string[]): Promise<void> {
    const date = this.date()
    const dated = ['--date-override', date, '-m', `${name} <comment>`]
    const said = await this.fossil('commit', '--no-warnings', '--allow-empty', ...dated, ...options)
    const hash = /^New_Version: ([0-9a-f]+)$(?![^]*^ERROR)/m.exec(said)?.[1]
    this.hashes[name] = hash ?? assert.fail(`no check-in "${name}": ${said}`)
  }
}

async function makeHistory(): Promise<StockHistory> {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-history-'))
  folders.push(folder)
  const path = join(folder, 'stock.fossil')
  const tree = join(folder, 'tree')
  mkdirSync(join(tree, 'src'), { recursive: true })
  const story = new Story(tree)
  await story.fossil('new', '--date-override', '2023-01-01 00:00:00', path)
  await story.fossil('open', '-f', path)
  await mainLine(story)
  await branchesAndMerges(story)
  await otherKinds(story)
  const repo = openRepo(openDatabase(path, { readOnly: true }), new TestEnv())
  repos.push(repo)
  const ridOf = dbOf(repo).prepare<[Rid]>('SELECT rid FROM blob WHERE uuid = ?')
  const rid = (name: string): Rid =>
    ridOf.get(story.hashes[name] ?? '')?.[0] ?? assert.fail(`no check-in "${name}"`)
  const hash = (name: string): ArtifactHash =>
    hashOf(repo, rid(name)) ?? assert.fail(`no check-in "${name}"`)
  return { path, repo, fossil: story.fossil, hashes: story.hashes, hash, rid }
}

async function mainLine(story: Story): Promise<void> {
  story.write('a.txt', lines(30))
  story.write('src/b.c', lines(12))
  story.write(
    'big.bin',
    Uint8Array.from({ length: 600 }, (_, i) => (i * 7) % 256),
  )
  story.write('run.sh', '#!/bin/sh\necho hi\n')
  chmodSync(join(story.folder, 'run.sh'), 0o755)
  symlinkSync('a.txt', join(story.folder, 'link'))
  await story.fossil('settings', 'allow-symlinks', '1')
  // Versions of a file are written within one second of each other.
  await story.fossil('settings', 'mtime-changes', '0')
  await story.fossil('add', '.')
  await story.commit('first')
  story.write('a.txt', lines(30, { 3: 'three', 20: 'twenty' }))
  await story.commit('second', '--tag', 'release', '--tag', 'v1.0')
  story.write(
    'big.bin',
    Uint8Array.from({ length: 600 }, (_, i) => (i * 11) % 256),
  )
  story.write('src/b.c', `${lines(12)}no newline at the end`)
  await story.commit('third', '--user-override', 'alice')
  await story.fossil('mv', '--hard', 'src/b.c', 'src/renamed.c')
  story.write('src/renamed.c', `${lines(12, { 5: 'five' })}no newline at the end`)
  chmodSync(join(story.folder, 'a.txt'), 0o755)
  await story.commit('renamed')
  story.write('new ünï.txt', 'crlf\r\nlines\r\n')
  await story.fossil('add', 'new ünï.txt')
  await story.fossil('rm', '--hard', 'run.sh')
  await story.commit('swapped', '--tag', 'release')
}

async function branchesAndMerges(story: Story): Promise<void> {
  const { hashes } = story
  story.write('a.txt', lines(30, { 3: 'three', 7: 'seven', 20: 'twenty' }))
  await story.commit('side-1', '--branch', 'side', '--bgcolor', '#aabbcc')
  story.write('side.txt', 'only here\n')
  await story.fossil('add', 'side.txt')
  await story.commit('side-2')
  await story.fossil('update', hashes['swapped'] ?? '')
  story.write('a.txt', lines(31, { 3: 'three', 20: 'twenty', 31: 'thirty-one' }))
  await story.commit('main-6')
  await story.fossil('merge', 'side')
  await story.commit('merged')
  await story.fossil('update', 'side')
  story.write('side.txt', 'only here\nand more\n')
  await story.commit('side-3')
  await story.fossil('merge', 'trunk')
  await story.commit('side-4')
  await story.fossil('update', hashes['merged'] ?? '')
  story.write('a.txt', 'rewritten\n' + lines(5))
  await story.commit('fork-a')
  await story.fossil('update', hashes['merged'] ?? '')
  story.write('src/renamed.c', lines(12, { 5: 'five', 6: 'six' }))
  await story.commit('fork-b', '--allow-fork')
  await story.fossil('update', hashes['first'] ?? '')
  await story.fossil('merge', '--cherrypick', hashes['second'] ?? '')
  await story.commit('picked', '--branch', 'old/stable')
  await story.commit('dead end', '--branch', 'dead', '--close')
  await story.fossil('update', hashes['fork-b'] ?? '')
  story.write('secret.txt', 'hush\n')
  await story.fossil('add', 'secret.txt')
  await story.commit('secret', '--private')
  await story.fossil('update', 'trunk')
}

async function otherKinds(story: Story): Promise<void> {
  const { hashes, fossil } = story
  await fossil('tag', 'add', 'deed', hashes['third'] ?? '', '--date-override', story.date())
  await fossil('tag', 'add', '--propagate', 'lasting', hashes['side-2'] ?? '')
  await fossil('tag', 'cancel', 'v1.0', hashes['second'] ?? '', '--date-override', story.date())
  await fossil('tag', 'add', '--raw', 'note', hashes['third'] ?? '', 'a noted value')
  await fossil('amend', hashes['third'] ?? '', '-m', 'third, amended', '--author', 'bob')
  story.write('page.wiki', 'Some page.\n')
  await fossil('wiki', 'create', 'Home Page', 'page.wiki')
  story.write('page.wiki', 'Some other page.\n')
  await fossil('wiki', 'commit', 'Home Page', 'page.wiki')
  await fossil('wiki', 'create', '--technote', '2023-04-01 12:00:00', 'A note', 'page.wiki')
  await fossil('attachment', 'add', 'Home Page', 'page.wiki')
  await fossil('ticket', 'add', 'title', 'A ticket', 'status', 'Open')
  await fossil('update', 'trunk')
}
