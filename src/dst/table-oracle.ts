/**
 * The oracle of synced tables: every version of every row that anybody wrote in a run, and which
 * of them must stand in the end.
 *
 * Whoever writes a row writes what beats the row that was there. So of all versions that can
 * travel the one that wins must be somewhere, and a node holds what it wrote or what beats it. With
 * rows that have owners it is otherwise: the server decides whose a row is, and who loses it hears.
 *
 * Knows no repository: the rule is written down here a second time, so that a bug in the one that
 * is used shows.
 * @module
 */

import type { NodeId } from '../runner/model.ts'
import type { Row, RowValue } from '../tables/value.ts'

/** One version of a row. */
export interface RowVersion {
  readonly mtimeSec: number
  readonly isDeleted: boolean
  /** The values of all columns, or of a deleted row those of the key. */
  readonly values: Row
  readonly owner: string
}

/** A version that somebody wrote. */
export interface WrittenRow {
  readonly table: string
  /** The hash of the key. */
  readonly key: string
  readonly nodeId: NodeId
  readonly version: RowVersion
  /** True if it may travel from its node. */
  readonly travels: boolean
  /**
   * True if a lie may take the card away by which peers of ours are known: then it travels as
   * with go-libfossil, and comes as a row of who sends it. Default false.
   */
  readonly mayTravelPlainly?: boolean
}

/**
 * The use of the tables of a run: they get columns, or rows travel as go-libfossil has them. Its
 * peers drop columns that they do not know, and see times alone: of two versions of one time the
 * one that stands is dated a second later (docs/tables.md), once for each that it meets.
 */
export type TableUse = 'get columns' | 'travel plainly'

/** The oracle of one run. */
export class TableOracle {
  readonly #rows = new Map<string, WrittenRow[]>()
  readonly #forgers = new Set<NodeId>()
  #use: TableUse | undefined

  /** Tells whether the tables of this run are used in a way: the first that is asked for counts. */
  use(use: TableUse): boolean {
    this.#use ??= use
    return this.#use === use
  }

  /** Records what somebody wrote. */
  record(written: WrittenRow): void {
    const name = `${written.table}/${written.key}`
    this.#rows.set(name, [...(this.#rows.get(name) ?? []), written])
    const { nodeId, version } = written
    if (version.owner !== '' && version.owner !== nodeId) this.#forgers.add(nodeId)
  }

  /** Every row that was ever written, in the order of their first versions. */
  rows(): readonly { readonly table: string; readonly key: string }[] {
    return [...this.#rows.values()].flatMap(([first]) => first ?? [])
  }

  /** The version that wins among those that can travel. */
  winner(table: string, key: string): RowVersion | undefined {
    return best(this.#of(table, key).filter(({ travels }) => travels))
  }

  /** The version that wins among those that a node wrote. */
  floor(table: string, key: string, nodeId: NodeId): RowVersion | undefined {
    return best(this.#of(table, key).filter((written) => written.nodeId === nodeId))
  }

  /** Tells whether a version was ever written where a node could have got it from. */
  wasWritten(table: string, key: string, version: RowVersion, nodeId: NodeId): boolean {
    const versions = this.#of(table, key)
    const isPlain =
      this.#use === 'travel plainly' || versions.some((written) => written.mayTravelPlainly)
    const mostSec = isPlain ? versions.length : 0
    return versions.some(
      ({ travels, mayTravelPlainly = false, nodeId: writer, version: written }) => {
        const laterSec = version.mtimeSec - written.mtimeSec
        const isDated = laterSec >= 0 && laterSec <= mostSec
        const hasLostOwner = mayTravelPlainly && version.owner !== written.owner
        const mayBeHere = travels || writer === nodeId || hasLostOwner
        const owner = hasLostOwner ? version.owner : written.owner
        const expected = { ...written, owner, mtimeSec: version.mtimeSec }
        return mayBeHere && isDated && isSameRow(expected, version)
      },
    )
  }

  /**
   * Tells whether a version was only ever written where it must stay: by those who may not write
   * it for others, and at other nodes than this one.
   */
  isConfined(table: string, key: string, version: RowVersion, nodeId: NodeId): boolean {
    const makers = this.#of(table, key).filter((written) => isSameRow(written.version, version))
    return makers.length > 0 && !this.wasWritten(table, key, version, nodeId)
  }

  /** A node has got rights: whatever it wrote in names that it may now write in can travel. */
  release(nodeId: NodeId, mayWriteAs: (owner: string) => boolean): void {
    for (const [name, written] of this.#rows) {
      const released = written.map((each) => {
        const isFree = each.nodeId === nodeId && !each.travels && mayWriteAs(each.version.owner)
        return isFree ? { ...each, travels: true } : each
      })
      this.#rows.set(name, released)
    }
  }

  /** Tells whether a node has written rows in the name of another login. */
  signsForOthers(nodeId: NodeId): boolean {
    return this.#forgers.has(nodeId)
  }

  /**
   * Tells whether a version was written at a node and must stay there.
   *
   * @param isHeard tells which of the others that wrote the same count, where it may travel from
   * some; default all
   */
  isStranded(
    table: string,
    key: string,
    version: RowVersion,
    nodeId: NodeId,
    isHeard: (maker: NodeId) => boolean = () => true,
  ): boolean {
    const makers = this.#of(table, key).filter((written) => isSameRow(written.version, version))
    const isOwn = makers.some((written) => written.nodeId === nodeId)
    const counts = (maker: NodeId): boolean => maker === nodeId || isHeard(maker)
    return isOwn && !makers.some((written) => written.travels && counts(written.nodeId))
  }

  #of(table: string, key: string): readonly WrittenRow[] {
    return this.#rows.get(`${table}/${key}`) ?? []
  }
}

function best(written: readonly WrittenRow[]): RowVersion | undefined {
  return written
    .map(({ version }) => version)
    .reduce<RowVersion | undefined>(
      (winner, version) => (beatsRow(version, winner) ? version : winner),
      undefined,
    )
}

/** Tells whether the rule puts one version before another: the later, the live, the greater. */
export function beatsRow(a: RowVersion, b: RowVersion | undefined): boolean {
  if (b === undefined) return true
  if (a.mtimeSec !== b.mtimeSec) return a.mtimeSec > b.mtimeSec
  if (a.isDeleted !== b.isDeleted) return b.isDeleted
  return textOf(a) > textOf(b)
}

/** Tells whether two versions say the same, whenever and of whomever. */
export function saysSame(a: RowVersion, b: RowVersion): boolean {
  return a.isDeleted === b.isDeleted && textOf(a) === textOf(b)
}

/** Tells whether a row is a version, or one that superseded it. */
export function settlesRow(row: RowVersion | undefined, version: RowVersion): boolean {
  return row !== undefined && !beatsRow(version, row)
}

/** Tells whether two versions are one. */
export function isSameRow(a: RowVersion, b: RowVersion): boolean {
  return !beatsRow(a, b) && !beatsRow(b, a) && a.owner === b.owner
}

/** A version in words. */
export function describeRow(version: RowVersion | undefined): string {
  if (version === undefined) return 'nothing'
  const { mtimeSec, isDeleted, owner } = version
  const whose = owner === '' ? '' : ` of ${owner}`
  return `${isDeleted ? 'deleted' : textOf(version)} at ${mtimeSec}${whose}`
}

/** The values as one text: what is NULL says nothing. The values that are drawn need no escapes. */
function textOf({ values }: RowVersion): string {
  const fields = Object.entries(values)
    .filter(([, value]) => value !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `"${name}":${fieldOf(value)}`)
  return `{${fields.join(',')}}`
}

function fieldOf(value: RowValue): string {
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`
  return typeof value === 'string' ? `"${value}"` : String(value)
}
