/**
 * F and R cards that a check-in is to have: the files of its parent, with the changes that were
 * asked for.
 * Specification: fileformat.wiki §2.1. Reference: checkin.c create_manifest; vfile.c:917-956.
 * @module
 */

import { createHash } from 'node:crypto'

import { argumentsOf, type Card } from './cards.ts'
import type { HeldFile, Holdings } from './holdings.ts'

/** A change to one file: new content, another name or other permissions, or that it goes. */
export interface AskedChange {
  readonly name: string
  readonly content?: Uint8Array
  /** The name it had. */
  readonly from?: string
  /** `x`, `l` or empty; by default as it was. */
  readonly permissions?: string
}

type Files = ReadonlyMap<string, HeldFile>

/** The files of a parent as a child has them: names of before are told once. */
export function inherited(files: Files): Map<string, HeldFile> {
  return new Map(
    [...files].map(([name, { hash, permissions }]) => [name, { hash, permissions }] as const),
  )
}

/** All changes at once; undefined if one of them cannot be. */
export function changed(
  before: Files,
  changes: readonly AskedChange[],
  nameOf: (content: Uint8Array) => string,
): Map<string, HeldFile> | undefined {
  const after = new Map(before)
  for (const { name, content, from } of changes) {
    if (content !== undefined && from === undefined) continue
    if (from === name || !after.delete(from ?? name)) return undefined
  }
  for (const { name, content, from, permissions } of changes) {
    const source = before.get(from ?? name)
    if (content === undefined && source === undefined) return undefined
    if (from !== undefined && after.has(name)) return undefined
    if (content === undefined && from === undefined) continue
    const hash = content === undefined ? (source?.hash ?? '') : nameOf(content)
    const prior = from === undefined ? {} : { priorName: from }
    const letters = permissions ?? source?.permissions ?? ''
    after.set(name, { hash, permissions: letters, ...prior })
  }
  return after
}

/** F cards of all files. */
export function fileCards(files: Files): Card[] {
  return [...files].map(([name, file]) => fileCard(name, file))
}

/** F cards of what is not as in the baseline. */
export function deltaCards(baseline: Files, files: Files): Card[] {
  const gone = [...baseline.keys()].filter((name) => !files.has(name))
  const other = [...files].filter(([name, file]) => {
    const old = baseline.get(name)
    return old === undefined || fileCard(name, old).join(' ') !== fileCard(name, file).join(' ')
  })
  return [...gone.map((name): Card => ['F', name]), ...fileCards(new Map(other))]
}

/** The files of a check-in as it lists them, without the names that they had before it. */
export function copiedCards(cards: readonly Card[]): Card[] {
  return cards.flatMap(([letter, ...args]): Card[] =>
    letter === 'F' ? [['F', ...args.slice(0, 3)]] : [],
  )
}

/** The R card, a sum over the files in the order of their names. */
export function sumCards(holdings: Holdings, files: Files): Card[] {
  if (files.size > 0 && !holdings.isOn('repo-cksum')) return []
  const sum = createHash('md5')
  const sorted = [...files].map(([name, { hash }]) => [Buffer.from(name), hash] as const)
  for (const [name, hash] of sorted.sort(([a], [b]) => Buffer.compare(a, b))) {
    const content = holdings.content(hash)
    sum.update(name).update(` ${content.length}\n`).update(content)
  }
  return [['R', sum.digest('hex')]]
}

/** The check-in that a delta manifest on top of `parent` is laid over. */
export function baselineOf(holdings: Holdings, parent: string): string {
  return argumentsOf(holdings.cards(parent), 'B')[0] ?? parent
}

function fileCard(name: string, { hash, permissions, priorName }: HeldFile): Card {
  if (priorName !== undefined) return ['F', name, hash, permissions || 'w', priorName]
  return permissions === '' ? ['F', name, hash] : ['F', name, hash, permissions]
}
