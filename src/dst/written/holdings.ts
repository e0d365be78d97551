/**
 * A repository as whoever is about to write sees it: what it holds, how it names things, what its
 * tables say of artifacts. Asks the database in its own words, not in those of the code under test.
 * @module
 */

import { createHash } from 'node:crypto'

import { parseArtifactHash } from '../../hash/artifact-hash.ts'
import { readArtifact } from '../../repo/content.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { argumentsOf, type Card, readCards } from './cards.ts'

/** A file of a check-in. */
export interface HeldFile {
  readonly hash: string
  /** `x`, `l` or nothing. */
  readonly permissions: string
  /** The name it had before this check-in. */
  readonly priorName?: string
}

/** An artifact that is to be there in the end. */
export interface ExpectedArtifact {
  readonly content: Uint8Array
  /** True if it is to be private, if it is not here yet. What is here and public stays so. */
  readonly isPrivate: boolean
}

/** Cards by the name of their artifact: what a name stands for never changes. */
export type KnownCards = Map<string, readonly Card[]>

type Value = string | number | null

/** One repository at one moment. */
export class Holdings {
  readonly repo: Repo
  readonly #known: KnownCards
  /** Artifacts that are still to be written, by name. */
  readonly #pending = new Map<string, ExpectedArtifact>()

  constructor(repo: Repo, known: KnownCards) {
    this.repo = repo
    this.#known = known
  }

  get nowMs(): number {
    return this.repo.env.clock.nowMs()
  }

  rows(sql: string, ...values: Value[]): Value[][] {
    return dbOf(this.repo)
      .prepare<Value[]>(sql)
      .all(...values)
  }

  /** The first column of the first row. */
  value(sql: string, ...values: Value[]): Value | undefined {
    return this.rows(sql, ...values)[0]?.[0]
  }

  text(sql: string, ...values: Value[]): string | undefined {
    const value = this.value(sql, ...values)
    return typeof value === 'string' ? value : undefined
  }

  has(sql: string, ...values: Value[]): boolean {
    return this.value(sql, ...values) !== undefined
  }

  /** Takes something for written. */
  add(artifact: ExpectedArtifact): string {
    const hash = this.nameOf(artifact.content)
    if (!this.holds(hash)) this.#pending.set(hash, artifact)
    return hash
  }

  /** Tells whether its content can be read: no delta leads to something that lacks. */
  holds(hash: string): boolean {
    if (this.#pending.has(hash)) return true
    const smallest = this.value(
      `WITH RECURSIVE chain(rid) AS (
         SELECT rid FROM blob WHERE uuid = ?
         UNION SELECT srcid FROM chain JOIN delta USING(rid)
       ) SELECT min(size) FROM chain JOIN blob USING(rid)`,
      hash,
    )
    return typeof smallest === 'number' && smallest >= 0
  }

  isPrivate(hash: string): boolean {
    const pending = this.#pending.get(hash)
    if (pending !== undefined) return pending.isPrivate
    return this.has('SELECT 1 FROM private JOIN blob USING(rid) WHERE uuid = ?', hash)
  }

  /** @throws {Error} if it is not here */
  content(hash: string): Uint8Array {
    const pending = this.#pending.get(hash)?.content
    if (pending !== undefined) return pending
    const name = parseArtifactHash(hash)
    if (name === undefined) throw new Error(`${hash} names nothing`)
    return readArtifact(this.repo, name)
  }

  /** @throws {Error} if it is not here, or not an artifact of Fossil's own */
  cards(hash: string): readonly Card[] {
    const known = this.#known.get(hash)
    if (known !== undefined && this.holds(hash)) return known
    const bytes = this.content(hash)
    if (digest(hash.length === 40 ? 'sha1' : 'sha3-256', bytes) !== hash) {
      throw new Error(`${hash} is the name of something else`)
    }
    const cards = readCards(bytes)
    this.#known.set(hash, cards)
    return cards
  }

  /** The files of a check-in, a delta laid over its baseline. */
  files(hash: string): Map<string, HeldFile> {
    const cards = this.cards(hash)
    const [baseline] = argumentsOf(cards, 'B')
    const files = baseline === undefined ? new Map<string, HeldFile>() : this.files(baseline)
    for (const [letter, name = '', content, letters = '', priorName] of cards) {
      if (letter !== 'F') continue
      if (content === undefined) files.delete(name)
      else {
        const permissions = letters.includes('x') ? 'x' : letters.includes('l') ? 'l' : ''
        const prior = priorName === undefined ? {} : { priorName }
        files.set(name, { hash: content, permissions, ...prior })
      }
    }
    return files
  }

  /** The name of content that is made here: one that it has already, or that of the policy. */
  nameOf(content: Uint8Array): string {
    const { sha1, sha3 } = namesOf(content)
    const policy = this.policy()
    const [own, other] = policy < 2 ? [sha1, sha3] : [sha3, sha1]
    return policy < 3 && this.has('SELECT 1 FROM blob WHERE uuid = ?', other) ? other : own
  }

  /** 0 to 4: `sha1`, `auto`, `sha3`, `sha3-only`, `shun-sha1`. hname.c:57-61, db.c:2774-2778. */
  policy(): number {
    const code = Number.parseInt(this.setting('hash-policy'), 10)
    const has = (length: number): boolean =>
      this.has('SELECT 1 FROM blob WHERE length(uuid) = ?', length)
    const unset = has(40) && !has(64) ? 1 : 2
    const policy = code >= 0 && code <= 4 ? code : unset
    // `auto` ends with the first long name that is stored. content.c:596-613.
    const isPromoted = policy === 1 && [...this.#pending.keys()].some((hash) => hash.length === 64)
    return isPromoted ? 2 : policy
  }

  /** The name of content that an operation writes: that under which it was added, or its own. */
  writtenName(content: Uint8Array): string {
    for (const [hash, pending] of this.#pending) if (pending.content === content) return hash
    return this.nameOf(content)
  }

  /** Empty if it is not set. */
  setting(name: string): string {
    return this.text('SELECT CAST(value AS TEXT) FROM config WHERE name = ?', name) ?? ''
  }

  isOn(name: string): boolean {
    return ['on', 'yes', 'true', '1'].includes(this.setting(name).toLowerCase())
  }

  /** The value of a property, and its type: 1 for this artifact alone, 2 for descendants too. */
  property(hash: string, name: string): { value: string; type: number } | undefined {
    const [row] = this.rows(
      `SELECT value, tagtype FROM blob JOIN tagxref USING(rid) JOIN tag USING(tagid)
        WHERE uuid = ? AND tagname = ? AND tagtype > 0`,
      hash,
      name,
    )
    return row && { value: String(row[0] ?? ''), type: Number(row[1]) }
  }

  /** Names that people gave an artifact: those with at least that type. */
  names(hash: string, type: 1 | 2): string[] {
    return this.rows(
      `SELECT substr(tagname, 5) FROM blob JOIN tagxref USING(rid) JOIN tag USING(tagid)
        WHERE uuid = ? AND tagname GLOB 'sym-*' AND tagtype >= ?`,
      hash,
      type,
    ).map(([name]) => String(name))
  }

  mainBranch(): string {
    return this.setting('main-branch') || 'trunk'
  }

  /** Tells whether a check-in has no child on its branch. */
  isLeaf(hash: string): boolean {
    const branchOf = (each: string): string => this.property(each, 'branch')?.value ?? 'trunk'
    const children = this.rows(
      `SELECT child.uuid FROM blob JOIN plink ON pid = blob.rid
              JOIN blob AS child ON cid = child.rid
        WHERE blob.uuid = ?`,
      hash,
    )
    return children.every(([child]) => branchOf(String(child)) !== branchOf(hash))
  }

  isClosed(hash: string): boolean {
    return this.property(hash, 'closed') !== undefined
  }

  /** The latest check-in of a branch, open or closed. */
  tipOf(branch: string): string | undefined {
    return this.text(
      `SELECT uuid FROM event JOIN blob ON rid = objid JOIN tagxref USING(rid)
              JOIN tag ON tag.tagid = tagxref.tagid
        WHERE type = 'ci' AND tagname = 'branch' AND tagtype > 0 AND tagxref.value = ?
        ORDER BY event.mtime DESC, rid DESC`,
      branch,
    )
  }

  /** Open leaves of a branch. */
  openLeaves(branch: string): string[] {
    return this.rows(`SELECT uuid FROM leaf JOIN blob USING(rid)`)
      .map(([hash]) => String(hash))
      .filter((hash) => (this.property(hash, 'branch')?.value ?? 'trunk') === branch)
      .filter((hash) => !this.isClosed(hash))
  }

  /** The newest of those that bear a tag and say by a card what they are a version of. */
  newest(tag: string, letter: string, name: string): string | undefined {
    const versions = this.rows(
      `SELECT uuid FROM tag JOIN tagxref USING(tagid) JOIN blob USING(rid)
        WHERE tagname = ? AND size >= 0`,
      tag,
    ).flatMap(([value]) => {
      const hash = String(value)
      const cards = this.maybeCards(hash)
      if (cards === undefined || !argumentsOf(cards, letter).includes(name)) return []
      return { hash, dateMs: this.dateMsOf(cards) }
    })
    versions.sort((a, b) => a.dateMs - b.dateMs || (a.hash < b.hash ? -1 : 1))
    return versions.at(-1)?.hash
  }

  /** Undefined for what is not an artifact of Fossil's own. */
  maybeCards(hash: string): readonly Card[] | undefined {
    try {
      return this.cards(hash)
    } catch {
      return undefined
    }
  }

  /** The date of the D card. */
  dateMsOf(cards: readonly Card[]): number {
    return this.msOf(argumentsOf(cards, 'D')[0] ?? '') ?? Number.NaN
  }

  /** Reads a date as SQLite does; undefined for what is none. */
  msOf(text: string): number | undefined {
    if (!/^\d{4}-/.test(text)) return undefined
    const sql = 'SELECT CAST(round((julianday(?) - 2440587.5) * 86400000) AS INTEGER)'
    const value = this.value(sql, text)
    return typeof value === 'number' ? value : undefined
  }

  /** A date as on a card. */
  dateOf(ms: number, { isShort = false } = {}): string {
    const form = `%Y-%m-%dT%H:%M:${isShort ? '%S' : '%f'}`
    return this.text("SELECT strftime(?, ?, 'unixepoch')", form, ms / 1000) ?? ''
  }
}

/** Both names of content, which is asked for more than once. */
const names = new WeakMap<Uint8Array, { readonly sha1: string; readonly sha3: string }>()

function namesOf(content: Uint8Array): { readonly sha1: string; readonly sha3: string } {
  const known = names.get(content)
  if (known !== undefined) return known
  const found = { sha1: digest('sha1', content), sha3: digest('sha3-256', content) }
  names.set(content, found)
  return found
}

/** A digest in lowercase hexadecimal digits. */
export function digest(algorithm: 'md5' | 'sha1' | 'sha3-256', bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex')
}
