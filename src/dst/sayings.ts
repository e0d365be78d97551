/**
 * Sayings: the meaning of operations on tickets and pages, by their arguments, and what follows
 * for whoever holds some of them: the last word of each field, page and text.
 *
 * What is said late may be older than what is here, so the order is that of dates; of two of one
 * moment the one whose artifact has the smaller name is the older. Knows nothing of artifacts but
 * their names.
 * @module
 */

import { utf8 } from '../base/bytes.ts'
import { parseArtifactHash } from '../hash/artifact-hash.ts'
import { sha1 } from '../hash/hash.ts'
import { byAge, type Carried, ofKind, type TicketSaying, type WikiSaying } from './said.ts'

/** A saying as an operation has it, before it is known what it says that is new. */
export type AskedPage =
  | (AskedBy & { kind: 'ticket'; ticketId: string; fields: Readonly<Record<string, string>> })
  | (AskedBy & { kind: 'wiki'; title: string; content: string; mimetype?: string | undefined })

interface AskedBy {
  readonly user: string
  /** Undefined: now, or just after what it follows. */
  readonly dateMs: number | undefined
}

/** The last word on one ticket. */
export interface TicketWord {
  /** Oldest first. */
  readonly changes: readonly Carried<TicketSaying>[]
  readonly fields: ReadonlyMap<string, string>
}

/** Fields that each change of a ticket has for itself. schema.c, ticketchng. */
const changeFields: ReadonlySet<string> = new Set(['login', 'username', 'mimetype', 'icomment'])

/** The mimetype of a page that has never had another. */
const wikiText = 'text/x-fossil-wiki'

/** The last word of each ticket, by its id. */
export function lastTickets(sayings: readonly Carried[]): Map<string, TicketWord> {
  const changes = ofKind(sayings, 'ticket').sort(byAge)
  const byId = Map.groupBy(changes, ({ says }) => says.ticketId)
  return new Map([...byId].map(([id, all]) => [id, { changes: all, fields: fold(all) }]))
}

/** The last word of each page, by its title. */
export function lastPages(sayings: readonly Carried[]): Map<string, Carried<WikiSaying>> {
  const versions = ofKind(sayings, 'wiki').sort(byAge)
  return new Map(versions.map((version) => [version.says.title, version]))
}

/**
 * The meaning of what an operation asked for, where these were held: without the fields that said
 * nothing new, later than what it follows, of the mimetype that the page had.
 */
export function pageMeaning(
  asked: AskedPage,
  held: readonly Carried[],
  nowMs: number,
): TicketSaying | WikiSaying {
  const { user } = asked
  const datedAfter = (last: Carried | undefined): number =>
    asked.dateMs ?? Math.max(nowMs, (last?.says.dateMs ?? -Infinity) + 1)
  if (asked.kind === 'wiki') {
    const { kind, title, content } = asked
    const last = lastPages(held).get(title)
    const mimetype = asked.mimetype ?? last?.says.mimetype ?? wikiText
    return { kind, title, content, mimetype, user, dateMs: datedAfter(last) }
  }
  const { kind, ticketId } = asked
  const word = lastTickets(held).get(ticketId)
  const fields = newFields(asked.fields, word?.fields ?? new Map())
  return { kind, ticketId, fields, user, dateMs: datedAfter(word?.changes.at(-1)) }
}

function newFields(
  asked: Readonly<Record<string, string>>,
  current: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const written = Object.entries(asked).map(
    ([name, value]) => [name, concealed(name, value)] as const,
  )
  return new Map(
    written.filter(([name, value]) =>
      name.startsWith('+') || changeFields.has(name)
        ? value !== ''
        : value !== (current.get(name) ?? ''),
    ),
  )
}

/** Nobody reads a private field but where it was written: it travels as a digest. */
function concealed(name: string, value: string): string {
  const isSecret = name.startsWith('private_') && value !== ''
  return isSecret && parseArtifactHash(value) === undefined ? sha1(utf8(value)) : value
}

function fold(changes: readonly Carried<TicketSaying>[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of changes.flatMap(({ says }) => [...says.fields])) {
    if (changeFields.has(name)) continue
    if (name.startsWith('+')) values.set(name.slice(1), (values.get(name.slice(1)) ?? '') + value)
    else values.set(name, value)
  }
  return values
}
