/**
 * Witness of messages that fail: a request that is answered with an error, and a reply that ends a
 * sync, leave a repository as it was. It compares what the database holds before and after.
 * @module
 */

import { FossilError, type FossilErrorCode } from '../base/error.ts'
import type { Database } from '../db/driver.ts'
import { openMemory } from '../db/node.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { pushTroubleRow } from '../repo/unsent.ts'
import type { NodeId } from '../runner/model.ts'
import { maxMessageBytes } from '../sync/limits.ts'
import { decodeMessage } from '../xfer/frame.ts'
import { parseCards } from '../xfer/parse.ts'
import type { Action } from './node.ts'
import type { CheckedNode, Finding } from './world.ts'

/**
 * Errors that a sync ends in because of a reply. Others come from the network, or from this side
 * while it composes a request, after a reply that was kept.
 */
const causedByReply: ReadonlySet<FossilErrorCode> = new Set([
  'sync.refused',
  'sync.wrongproject',
  'login.failed',
  'xfer.frame',
  'xfer.malformed',
  'xfer.limit',
  'hash.mismatch',
  'delta.corrupt',
])

/** All messages of one run. */
export class MessageWitness {
  /** Messages that failed and left something behind. */
  readonly leftovers: Finding[] = []
  /** Each node as it was when the latest reply of a peer reached it, by `<node>/<peer>`. */
  readonly #before = new Map<string, Uint8Array>()

  /** Lets a node answer a request. */
  async answers(node: CheckedNode, answer: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const before = imageOf(node.repo)
    const reply = await answer()
    const error = errorIn(reply)
    if (error !== undefined) this.#compare(node, before, `a request answered with "${error}"`)
    return reply
  }

  /** A reply has arrived, and is about to be received. */
  arrives({ id, repo }: CheckedNode, peer: NodeId): void {
    this.#before.set(`${id}/${peer}`, imageOf(repo))
  }

  /** A sync with a peer has ended, in the event in which the latest reply arrived or later. */
  ends(node: CheckedNode, peer: NodeId, action: Action): void {
    const before = this.#before.get(`${node.id}/${peer}`)
    this.#before.delete(`${node.id}/${peer}`)
    if (before === undefined || !('error' in action)) return
    const { error } = action
    if (!FossilError.is(error) || !causedByReply.has(error.code)) return
    this.#compare(node, before, `a reply that ended a sync with ${error.code}`)
  }

  #compare({ id, repo }: CheckedNode, before: Uint8Array, message: string): void {
    const after = imageOf(repo)
    // Pages that were never written to are all the same; only where they are not it costs more.
    if (Buffer.compare(before, after) === 0) return
    const tables = differing(before, after)
    if (tables.length === 0) return
    const detail = `${message} left something in ${tables.join(', ')}`
    this.leftovers.push({ nodeId: id, detail })
  }
}

function imageOf(repo: Repo): Uint8Array {
  return dbOf(repo).serialize()
}

/** The text of the error that a reply consists of. */
function errorIn(reply: Uint8Array): string | undefined {
  const message = decodeMessage(reply, { maxBytes: maxMessageBytes })
  for (const card of parseCards(message)) {
    if (card.type === 'error') return card.text
    // Who may not clone is told the project first.
    if (card.type !== 'push') return undefined
  }
  return undefined
}

/** Names of the tables that two databases differ in. */
function differing(one: Uint8Array, other: Uint8Array): string[] {
  const [before, after] = [openMemory(one), openMemory(other)]
  try {
    const names = new Set([...namesIn(before), ...namesIn(after)])
    return [...names].filter((name) => contentOf(before, name) !== contentOf(after, name))
  } finally {
    before.close()
    after.close()
  }
}

function namesIn(db: Database): string[] {
  return db
    .prepare<[string]>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all()
    .map(([name]) => name)
}

/** The rows of a table as text, but for the note of a client that its push was not answered. */
function contentOf(db: Database, table: string): string {
  if (!namesIn(db).includes(table)) return 'no table'
  const rows = db.prepare(`SELECT * FROM "${table.replaceAll('"', '""')}"`).all()
  const meant = table === 'config' ? rows.filter(([name]) => name !== pushTroubleRow) : rows
  return JSON.stringify(meant)
}
