/**
 * The rule by which one version of a row beats another: a function of the two versions, of the
 * table's conflict rule and of who writes; nothing else decides.
 * @module
 */

import { compareText } from '../base/bytes.ts'
import type { TableDefinition } from './definition.ts'

/** One version of a row: all that decides which of two stands. */
export interface Version {
  /** Seconds since 1970. */
  readonly mtimeSec: number
  /** The row was deleted then; its data is its key. */
  readonly isDeleted: boolean
  readonly data: string
  /** The login that the row belongs to; empty where it belongs to nobody, or to everybody. */
  readonly owner: string
}

/** A writer of versions. */
export interface Writer {
  /** The login; empty for nobody. */
  readonly login: string
  /** May write what belongs to others: an administrator, or the server that a client pulls from. */
  readonly isTrusted: boolean
}

/**
 * The total order of the versions of a row: time, then a live row after a deleted one, then the
 * text of the data, then the owner. Positive where `a` beats `b`, 0 only where they are the same.
 */
export function compareVersions(a: Version, b: Version): number {
  if (a.mtimeSec !== b.mtimeSec) return a.mtimeSec - b.mtimeSec
  if (a.isDeleted !== b.isDeleted) return a.isDeleted ? -1 : 1
  return compareText(a.data, b.data) || compareText(a.owner, b.owner)
}

/** Tells whether two versions say the same at the same time, but for whose they are. */
export function isSameValue(
  a: Pick<Version, 'isDeleted' | 'data'>,
  b: Pick<Version, 'isDeleted' | 'data'>,
): boolean {
  return a.isDeleted === b.isDeleted && a.data === b.data
}

/** Tells whether a writer may change a row of this owner under a rule. */
export function mayChange(
  rule: TableDefinition['conflict'],
  owner: string,
  { login, isTrusted }: Writer,
): boolean {
  if (rule === 'mtime-wins' || isTrusted || owner === login) return true
  return rule === 'self-write' && owner === ''
}

/**
 * The owner of a row that a writer brings, or undefined where it may not be brought: whoever writes
 * a new row owns it, and nobody makes rows in the name of others but who is trusted.
 *
 * @param claimed the owner that the row says it has; undefined where the peer knows no owners
 */
export function ownerOf(
  rule: TableDefinition['conflict'],
  {
    held,
    claimed,
    writer,
  }: { held: Version | undefined; claimed: string | undefined; writer: Writer },
): string | undefined {
  if (rule === 'mtime-wins') return ''
  if (held !== undefined && !mayChange(rule, held.owner, writer)) return undefined
  if (writer.isTrusted) return claimed ?? held?.owner ?? ''
  const isOwn = claimed === undefined || claimed === '' || claimed === writer.login
  return isOwn ? writer.login : undefined
}

/** The fate of a version that comes. */
export type Resolution = 'take' | 'keep' | 'same'

/**
 * Decides between the version that is held and one that comes from somebody who may bring it. A
 * server that a client pulls from decides whose a row is, and its rows stand against those of other
 * owners, and against those that it refused, whatever their times: else who made a row that belongs
 * to another could never stop.
 */
export function resolve(
  held: Version | undefined,
  incoming: Version,
  { isServer, isRefusal = false }: { isServer: boolean; isRefusal?: boolean },
): Resolution {
  if (held === undefined) return 'take'
  if (isServer && held.owner !== incoming.owner) return 'take'
  const order = compareVersions(incoming, held)
  if (order === 0) return 'same'
  if (isRefusal) return 'take'
  return order > 0 ? 'take' : 'keep'
}
