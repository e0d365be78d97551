/**
 * Both sides of go-libfossil 0.9.0 as far as they are about synced tables: what its recorded
 * conversations show, its faults included. Rows are JSON texts by their key hashes.
 * Source: go-libfossil internal/sync/client_tablesync.go, handler_tablesync.go.
 * @module
 */

import { compareText, fromUtf8, utf8 } from '../base/bytes.ts'
import { sha1 } from '../hash/hash.ts'
import type { Card } from '../xfer/card.ts'
import { bodyOf, cardsOf, ofType, pragma, pullCard, pushCard } from './pair.suite.ts'

/** A version of a row as Go has it: one that is NULL but for its key was deleted. */
export interface GoRow {
  readonly mtimeSec: number
  readonly json: string
}

/** One table of Go's, of text columns of which `id` is the key. */
export class GoTable {
  readonly columns: readonly string[]
  readonly rows = new Map<string, GoRow>()
  readonly name: string
  readonly conflict: string

  constructor(name = 'notes', { columns = ['id', 'v'], conflict = 'mtime-wins' } = {}) {
    this.name = name
    this.columns = columns
    this.conflict = conflict
  }

  put(id: string, mtimeSec: number, values: Readonly<Record<string, string | null>>): void {
    const json = JSON.stringify({ ...nulls(this.columns), ...values, id })
    this.rows.set(sha1(utf8(`id=${id}`)), { mtimeSec, json })
  }

  /** The values of live rows, by id. */
  get values(): Record<string, unknown> {
    const live = [...this.rows.values()].filter(({ json }) => !isGone(json))
    return Object.fromEntries(
      live.map(({ json }) => [String(valuesIn(json)['id']), valuesIn(json)['v']]),
    )
  }

  get schema(): Card {
    const columns = this.columns.map((name) => ({ name, type: 'text', pk: name === 'id' }))
    const content = utf8(JSON.stringify({ columns, conflict: this.conflict }))
    return {
      type: 'schema',
      table: this.name,
      version: 1,
      hash: sha1(content),
      mtimeSec: 1_600_000_000,
      content,
    }
  }

  get catalogue(): string {
    const live = [...this.rows].filter(([, { json }]) => !isGone(json))
    const lines = live.map(([key, { mtimeSec }]) => `${key} ${mtimeSec}\n`)
    return sha1(utf8(lines.sort(compareText).join('')))
  }

  get announcements(): Card[] {
    return [...this.rows].map(([pkHash, { mtimeSec }]) => {
      return { type: 'xigot', table: this.name, pkHash, mtimeSec }
    })
  }

  /** The card of a row; a deleted one goes as `xdelete` unless it was asked for. */
  card(pkHash: string, isAsked: boolean): Card | undefined {
    const row = this.rows.get(pkHash)
    if (row === undefined) return undefined
    const { mtimeSec, json } = row
    const asDelete = isGone(json) && !isAsked
    const content = asDelete ? JSON.stringify({ id: valuesIn(json)['id'] }) : json
    return {
      type: asDelete ? 'xdelete' : 'xrow',
      table: this.name,
      pkHash,
      mtimeSec,
      owner: undefined,
      content: utf8(content),
    }
  }

  /** Applies an `xdelete`, on either side: a newer row stays. */
  delete({ pkHash, mtimeSec, content }: Card & { type: 'xdelete' }): void {
    const ours = this.rows.get(pkHash)
    if (ours !== undefined && ours.mtimeSec > mtimeSec) return
    const { id } = valuesIn(fromUtf8(content))
    this.rows.set(pkHash, { mtimeSec, json: JSON.stringify({ ...nulls(this.columns), id }) })
  }
}

function nulls(columns: readonly string[]): Record<string, null> {
  return Object.fromEntries(columns.map((name) => [name, null]))
}

function valuesIn(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function isGone(json: string): boolean {
  return Object.entries(valuesIn(json)).every(([name, value]) => name === 'id' || value === null)
}

/** A sync of Go's client; returns how many rounds it took, of 100 at most. */
export function goSync(
  table: GoTable | undefined,
  answer: (request: Uint8Array) => Uint8Array,
): { readonly rounds: number; readonly table: GoTable | undefined; readonly replies: Card[][] } {
  let own = table
  const replies: Card[][] = []
  let gimmes = new Set<string>()
  let sends = new Set<string>()
  for (let round = 1; ; round++) {
    const opening = [pragma('client-version', '22800', '20260315', '120000'), pushCard, pullCard]
    const request = [...opening, ...(own === undefined ? [] : goCards(own, gimmes, sends))]
    sends = new Set()
    const reply = cardsOf(answer(bodyOf(...request)))
    replies.push(reply)
    for (const card of reply) {
      if (card.type === 'schema') {
        const { columns, conflict } = valuesIn(fromUtf8(card.content))
        const names = Array.isArray(columns) ? columns.map(({ name }) => String(name)) : []
        own ??= new GoTable(card.table, { columns: names, conflict: String(conflict) })
      } else if (own !== undefined) goTake(own, card, gimmes, sends)
    }
    if ((gimmes.size === 0 && sends.size === 0) || round === 100) {
      return { rounds: round, table: own, replies }
    }
    gimmes = new Set(gimmes)
  }
}

function goCards(own: GoTable, gimmes: Set<string>, sends: Set<string>): Card[] {
  const asked = [...gimmes].map((pkHash): Card => ({ type: 'xgimme', table: own.name, pkHash }))
  const sent = [...sends].map((key) => own.card(key, false)).filter((card) => card !== undefined)
  const catalogue = pragma('xtable-hash', own.name, own.catalogue)
  return [own.schema, catalogue, ...own.announcements, ...asked, ...sent]
}

function goTake(own: GoTable, card: Card, gimmes: Set<string>, sends: Set<string>): void {
  switch (card.type) {
    case 'xigot': {
      const ours = own.rows.get(card.pkHash)
      if (ours === undefined) gimmes.add(card.pkHash)
      else if (ours.mtimeSec > card.mtimeSec) sends.add(card.pkHash)
      return
    }
    case 'xgimme':
      sends.add(card.pkHash)
      return
    case 'xrow':
      own.rows.set(card.pkHash, { mtimeSec: card.mtimeSec, json: fromUtf8(card.content) })
      gimmes.delete(card.pkHash)
      return
    case 'xdelete':
      own.delete(card)
      gimmes.delete(card.pkHash)
      return
    default:
      return
  }
}

/** The reply of Go's server to a request, with the table it has. */
export function goAnswer(own: GoTable, request: Uint8Array): Uint8Array {
  const cards = cardsOf(request)
  const reply: Card[] = []
  for (const card of cards) {
    if (card.type === 'xgimme') {
      const row = own.card(card.pkHash, true)
      if (row !== undefined) reply.push(row)
    } else if (card.type === 'xigot') {
      const ours = own.rows.get(card.pkHash)
      if (ours === undefined) reply.push({ type: 'xgimme', table: own.name, pkHash: card.pkHash })
      else if (ours.mtimeSec > card.mtimeSec) {
        const row = own.card(card.pkHash, false)
        if (row !== undefined) reply.push(row)
      }
    } else if (card.type === 'xrow') {
      const ours = own.rows.get(card.pkHash)
      const json = fromUtf8(card.content)
      const isKnown = Object.keys(valuesIn(json)).every((name) => own.columns.includes(name))
      if (!isKnown) throw new Error('HTTP 500: no such column')
      // It drops the owner of a row as it reads it, so that nobody may change one by this rule.
      const isLocked = ours !== undefined && own.conflict === 'owner-write'
      if (!isLocked && (ours === undefined || ours.mtimeSec <= card.mtimeSec)) {
        own.rows.set(card.pkHash, { mtimeSec: card.mtimeSec, json })
      }
    } else if (card.type === 'xdelete') own.delete(card)
  }
  const isPull = ofType(cards, 'pull').length > 0
  return bodyOf(...reply, ...(isPull ? [own.schema, ...own.announcements] : []))
}
