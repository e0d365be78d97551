/**
 * Small histories for the tests of this folder: check-ins and tags in a line or two, and what the
 * tables say of them in words that a test can be read by.
 * @module
 */

import assert from 'node:assert/strict'

import { utf8 } from '../base/bytes.ts'
import type { CheckinDeck, ControlDeck, DeckFile, DeckTag } from '../deck/deck.ts'
import { compareAsBytes } from '../base/text.ts'
import { named } from '../repo/fixture.suite.ts'
import { rebuild } from './rebuild.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { verify } from './verify.ts'
import { dumpDerived } from './derived-dump.ts'
import { type Artifact, artifact, assertOrderFree, minute, repoWith, store } from './order.suite.ts'

/** A check-in to make: everything that it says beyond the usual. */
export interface CheckinToMake extends Partial<Omit<CheckinDeck, 'files' | 'parents'>> {
  readonly parents?: readonly Artifact[]
  /** Files by name: the text of each, or its F card; null for one that a delta manifest ends. */
  readonly files?: Readonly<Record<string, string | Partial<DeckFile> | null>>
}

/** A check-in so many minutes after the start. */
export function checkin(
  at: number,
  { parents = [], files = {}, ...more }: CheckinToMake,
): Artifact {
  const cards = Object.entries(files).map(([name, file]): DeckFile => {
    if (file === null) return { name }
    if (typeof file === 'string') return { name, hash: plain(file).hash }
    return { hash: plain(name).hash, ...file, name }
  })
  return artifact({
    kind: 'checkin',
    comment: `at ${at}`,
    dateMs: minute(at),
    user: 'ann',
    parents: parents.map(({ hash }) => hash),
    cherrypicks: [],
    tags: [],
    ...more,
    files: cards.sort((a, b) => compareAsBytes(a.name, b.name)),
  })
}

/** Plain data. */
export function plain(text: string): Artifact {
  const content = utf8(text)
  return { hash: named(content), content }
}

/** The T cards that begin a branch. */
export function onBranch(name: string): DeckTag[] {
  return [
    { action: '*', name: 'branch', target: '*', value: name },
    { action: '*', name: `sym-${name}`, target: '*' },
  ]
}

/** A control artifact: cards such as `*bgcolor red`, all about one target. */
export function control(at: number, target: Artifact, ...cards: readonly string[]): Artifact {
  const tags = cards.map((card): ControlDeck['tags'][number] => {
    const [, action = '', name = '', value] = /^([-+*])(\S+)(?: (.*))?$/.exec(card) ?? []
    assert.ok(action === '-' || action === '+' || action === '*', card)
    return { action, name, target: target.hash, ...(value === undefined ? {} : { value }) }
  })
  return artifact({ kind: 'control', dateMs: minute(at), user: 'bob', tags })
}

/** Asserts that the tables do not depend on the order, that a rebuild and a verification agree. */
export function assertSettled(artifacts: readonly Artifact[]): void {
  const expected = assertOrderFree(artifacts)
  using repo = repoWith()
  store(repo, artifacts)
  assert.deepEqual(verify(repo).differences, [])
  rebuild(repo)
  assert.deepEqual(dumpDerived(repo), expected)
}

/** A repository that holds the artifacts, which say the same in every order. */
export function settled(artifacts: readonly Artifact[]): Repo {
  assertSettled(artifacts)
  const repo = repoWith()
  store(repo, artifacts)
  return repo
}

/** Rows of a query, where `?` is the artifact. */
export function rowsAbout(repo: Repo, { hash }: Artifact, sql: string): unknown[][] {
  const found = dbOf(repo).prepare<[number]>('SELECT rid FROM blob WHERE uuid = ?').get(hash)
  return found === undefined ? [] : dbOf(repo).prepare(sql).all(found[0])
}

/** The tags of an artifact: `+` or `*` and the value, `-` where cancelled, `~` where inherited. */
export function tagsOf(repo: Repo, target: Artifact): Record<string, string> {
  const rows = rowsAbout(
    repo,
    target,
    `SELECT tagname, iif(srcid = 0, '~', substr('-+*', tagtype + 1, 1)) || coalesce(value, '')
       FROM tagxref JOIN tag USING(tagid) WHERE rid = ? ORDER BY tagname`,
  )
  return Object.fromEntries(rows.map(([name, value]) => [String(name), String(value)]))
}

/** The changed files of a check-in: `name: before -> after` by the text of each. */
export function changesOf(repo: Repo, made: Artifact, texts: readonly string[]): string[] {
  const names = new Map<string, string>(texts.map((text) => [plain(text).hash, text]))
  const found = dbOf(repo).prepare<[number]>('SELECT rid FROM blob WHERE uuid = ?').get(made.hash)
  return dbOf(repo)
    .prepare<[string, string | null, string, string, number, number]>(changesSql)
    .all(found?.[0] ?? 0)
    .map(([name, prior, before, after, permission, isAux]) => {
      const renamed = prior === null ? '' : ` (was ${prior})`
      const [was, is] = [before, after].map((hash) => names.get(hash) ?? hash)
      const mode = ['', ' exec', ' link'][permission]
      return `${isAux === 1 ? 'aux ' : ''}${name}${renamed}: ${was} -> ${is}${mode}`
    })
}

const changesSql = `
  SELECT name, (SELECT name FROM filename WHERE fnid = pfnid),
         CASE pid WHEN 0 THEN 'none' WHEN -1 THEN 'merged'
                  ELSE (SELECT uuid FROM blob WHERE rid = pid) END,
         CASE fid WHEN 0 THEN 'none' ELSE (SELECT uuid FROM blob WHERE rid = fid) END,
         mperm, isaux
    FROM mlink JOIN filename USING(fnid) WHERE mid = ? ORDER BY isaux, name, pmid`
