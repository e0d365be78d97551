/**
 * Witness of servers: what a request changes of synced tables, its sender may change.
 *
 * The rules of rows with owners are written down here a second time, so that a bug in those that
 * are used shows, also where everybody agrees in the end.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Access } from '../sync/access.ts'
import { definitionJson, type TableDefinition } from '../tables/definition.ts'
import { storedTables } from '../tables/schema.ts'
import { decodeMessage } from '../xfer/frame.ts'
import { parseCards } from '../xfer/parse.ts'
import type { CheckedNode, Finding } from './world.ts'

/** The users of a run, each named after its leaf. */
type Users = ReadonlyMap<string, Access>

/** Rows and definitions of a repository, by name. */
type Held = ReadonlyMap<string, HeldThing>

interface HeldThing {
  readonly rule: TableDefinition['conflict']
  /** Undefined for a definition. */
  readonly owner: string | undefined
  /** All that it says. */
  readonly text: string
}

/** The requests of one run. */
export class RowWitness {
  readonly trespasses: Finding[] = []
  readonly #users: Users

  constructor(users: Users) {
    this.#users = users
  }

  /** Lets a server answer a request, and looks at its tables before and after. */
  watch<T>({ id, repo }: CheckedNode, request: Uint8Array, answer: () => T): T {
    const textBefore = textOf(repo)
    const reply = answer()
    const text = textOf(repo)
    // Most requests change no row: what they say is made out where something differs.
    if (text === textBefore) return reply
    const [before, after] = [heldIn(textBefore), heldIn(text)]
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const change = { before: before.get(name), after: after.get(name) }
      if (change.before?.text === change.after?.text) continue
      const problem = this.#problemOf(change, senderOf(request))
      if (problem !== undefined) this.trespasses.push({ nodeId: id, detail: `${name} ${problem}` })
    }
    return reply
  }

  #problemOf(
    { before, after }: { before: HeldThing | undefined; after: HeldThing | undefined },
    sender: string,
  ): string | undefined {
    const { write = false, admin = false } = this.#users.get(sender) ?? {}
    const who = sender === '' ? 'nobody' : sender
    if (!write) return `was changed by ${who}, who may not write`
    if (after === undefined) return `went away with a message of ${who}`
    if (admin) return undefined
    if (before !== undefined && before.rule !== after.rule) return `has another rule by ${who}`
    if (after.owner === undefined || after.rule === 'mtime-wins') return undefined
    if (before !== undefined && !mayTake(before, sender)) {
      return `belongs to ${quoted(before.owner)} and was changed by ${who}`
    }
    return after.owner === sender ? undefined : `was signed ${quoted(after.owner)} by ${who}`
  }
}

/** Only what is one's own, and under `self-write` what is nobody's. */
function mayTake({ rule, owner }: HeldThing, sender: string): boolean {
  return owner === sender || (rule === 'self-write' && owner === '')
}

/** A table as text: name, rule, definition, and its rows as JSON that the database writes. */
type TableText = readonly [
  name: string,
  rule: TableDefinition['conflict'],
  definition: string,
  rows: string,
]

/** A row in such a text. */
type RowText = readonly [
  key: string,
  mtimeSec: number,
  isDeleted: number,
  owner: string,
  data: string,
]

const rowsSql = `
  SELECT json_group_array(json_array(key, mtime, deleted, owner, data))
    FROM (SELECT * FROM fx_trilobite_row WHERE tid = ? ORDER BY key)`

/** All tables of a repository, as JSON. */
function textOf(repo: Repo): string {
  const texts = storedTables(repo).map((table): TableText => {
    const { id, name, conflict, version, mtimeSec } = table
    const definition = `${version} ${mtimeSec} ${definitionJson(table)}`
    const [rows = '[]'] = dbOf(repo).prepare<[string]>(rowsSql).get(id) ?? []
    return [name, conflict, definition, rows]
  })
  return JSON.stringify(texts)
}

function heldIn(text: string): Held {
  const held = new Map<string, HeldThing>()
  const tables: readonly TableText[] = JSON.parse(text)
  for (const [name, rule, definition, rows] of tables) {
    held.set(`the table ${name}`, { rule, owner: undefined, text: definition })
    const all: readonly RowText[] = JSON.parse(rows)
    for (const [key, ...said] of all) {
      const [, , owner] = said
      held.set(`a row of ${name} (${key})`, { rule, owner, text: JSON.stringify(said) })
    }
  }
  return held
}

/** The login of a request; empty for nobody, and where it cannot be read. */
function senderOf(request: Uint8Array): string {
  try {
    for (const card of parseCards(decodeMessage(request, { maxBytes: 1 << 30 }))) {
      if (card.type === 'login') return card.user
    }
  } catch (error) {
    if (!FossilError.is(error)) throw error
  }
  return ''
}

function quoted(owner: string | undefined): string {
  return owner === '' ? 'nobody' : String(owner)
}
