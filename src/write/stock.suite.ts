/**
 * A repository in which stock acts, and we do the same at the same moment on a copy of it from
 * before: what was written must be equal byte for byte.
 * @module
 */

import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'

import { fossilUser, runFossil } from '../../tools/ensure-fossil.ts'
import { fromUtf8 } from '../base/bytes.ts'
import { type Env, systemEnv } from '../base/env.ts'
import { openDatabase } from '../db/node.ts'
import { parseDeck } from '../deck/parse.ts'
import { type ArtifactHash, parseArtifactHash } from '../hash/artifact-hash.ts'
import { hasArtifact } from '../repo/blob.ts'
import { readArtifact } from '../repo/content.ts'
import { scratchPath } from '../repo/fixture.suite.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { openRepo } from '../crosslink/open.ts'
import type { Author, Written } from './artifact.ts'
import { branchTip } from '../crosslink/branch.ts'

/** Does with our code what stock has just done. */
export type OurAction = (repo: Repo, author: Author & { dateMs: number }) => Written | undefined

/** A repository of stock's with a check-out. */
export class Stock {
  readonly path: string
  readonly folder: string

  constructor(t: TestContext) {
    this.path = scratchPath(t)
    this.folder = join(dirname(this.path), 'checkout')
    mkdirSync(this.folder)
  }

  async run(...args: string[]): Promise<string> {
    const { stdout, stderr } = await runFossil(args, { cwd: this.folder })
    return (stdout + stderr).replaceAll('\r', '\n')
  }

  async begin(): Promise<void> {
    await this.run('new', this.path)
    await this.run('open', '--force', this.path)
    this.write('a.txt', 'one\n')
    this.write('dir/b.txt', 'two\n')
    await this.run('add', '.')
    await this.run('commit', '-m', 'first', '--no-warnings')
  }

  write(name: string, content: string): void {
    const path = join(this.folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
  }

  open(env: Env = systemEnv): Repo {
    return openRepo(openDatabase(this.path), env)
  }

  /** The artifacts held here, by name. */
  held(): ArtifactHash[] {
    using repo = this.open()
    const rows = dbOf(repo).prepare<[string]>('SELECT uuid FROM blob WHERE size >= 0').all()
    return rows.flatMap(([uuid]) => parseArtifactHash(uuid) ?? [])
  }

  tip(branch = 'trunk'): ArtifactHash {
    using repo = this.open()
    return branchTip(repo, branch)?.hash ?? assert.fail(`no branch ${branch}`)
  }

  /** Lets stock act, and us, and compares what was written. Returns the name of it. */
  async isMatched(args: readonly string[], ours: OurAction): Promise<ArtifactHash> {
    const before = new Set(this.held())
    const copy = `${this.path}.before`
    copyFileSync(this.path, copy)
    const said = await this.run(...args)
    const written = this.held().filter((hash) => !before.has(hash))
    using theirs = this.open()
    const decks = written.filter((hash) => parseDeck(readArtifact(theirs, hash)) !== undefined)
    const [hash = assert.fail(said)] = decks
    assert.equal(decks.length, 1, said)
    const text = fromUtf8(readArtifact(theirs, hash))
    const deck = parseDeck(readArtifact(theirs, hash))
    const dateMs = deck !== undefined && 'dateMs' in deck ? deck.dateMs : assert.fail(text)
    const id = /^[EK] (?:\S+ )?([0-9a-f]{40})$/m.exec(text)?.[1] ?? ''
    const random = { bytes: () => new Uint8Array(Buffer.from(id, 'hex')) }
    using repo = openRepo(openDatabase(copy), { ...systemEnv, random })
    const made = ours(repo, { user: fossilUser, dateMs }) ?? assert.fail(`nothing for ${text}`)
    assert.equal(fromUtf8(readArtifact(repo, made.hash)), text, args.join(' '))
    assert.equal(made.hash, hash)
    for (const each of written) assert.ok(hasArtifact(repo, each), `no ${each}`)
    return hash
  }
}
