/**
 * Witness of servers: what a request changes of synced tables, its sender may change.
 *
 * The rules of rows with owners are written down here a second time, so that a bug in those that
 * are used shows, also where everybody agrees in the end.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { Repo } from '../repo/repo.ts'
import type { Access } from '../sync/access.ts'
import { definitionJson, type TableDefinition } from '../tables/definition.ts'
import { storedTables } from '../tables/schema.ts'
import { allRows } from '../tables/tables.ts'
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
    const before = heldBy(repo)
    const reply = answer()
    const after = heldBy(repo)
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

function heldBy(repo: Repo): Held {
  const held = new Map<string, HeldThing>()
  for (const table of storedTables(repo)) {
    const { name, conflict: rule, version, mtimeSec } = table
    const text = `${version} ${mtimeSec} ${definitionJson(table)}`
    held.set(`the table ${name}`, { rule, owner: undefined, text })
    for (const row of allRows(repo, table)) {
      const { key, owner, isDeleted, data } = row
      const said = JSON.stringify([row.mtimeSec, isDeleted, owner, data])
      held.set(`a row of ${name} (${key})`, { rule, owner, text: said })
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
