/**
 * Synced tables in the language of scenarios: tables that people define at some sites, rows that
 * they write there, and the version of each row that must stand everywhere in the end.
 * @module
 */

import assert from 'node:assert/strict'
import {
  defineTable,
  deleteRow,
  getRow,
  isTombstone,
  listRows,
  pkHash,
  putRow,
  type RowAuthor,
  type TableRow,
  tables,
} from '../../tables/tables.ts'
import type { Column, TableDefinition } from '../../tables/definition.ts'
import { stateDigest } from '../../tables/state.ts'
import type { Row } from '../../tables/value.ts'
import type { Card } from '../../xfer/card.ts'
import { CardWriter } from '../../xfer/format.ts'
import { decodeMessage, encodeMessage } from '../../xfer/frame.ts'
import { parseCards } from '../../xfer/parse.ts'
import { withoutBuggify } from '../buggify.ts'
import type { LeafParts, SimConfig } from '../config.ts'
import { invariants } from '../invariants/all.ts'
import { versionOf } from '../invariants/tables.ts'
import { DefaultNode, type Node } from '../node.ts'
import { SimTransport } from '../sim-network.ts'
import { beatsRow, describeRow, isSameRow, TableOracle } from '../table-oracle.ts'
import type { Site, Star } from './star.suite.ts'

/** Tables travel. Without artifacts nothing is derived, so that is not checked. */
export const synced: Partial<SimConfig> = {
  tables: true,
  invariants: invariants.filter(({ name }) => !name.startsWith('derived')),
}

/** A text by a text, under one of the rules. */
export function textTable(
  name: string,
  conflict: TableDefinition['conflict'] = 'mtime-wins',
): TableDefinition {
  return {
    name,
    columns: [
      { name: 'id', type: 'text', key: true },
      { name: 'value', type: 'text' },
    ],
    conflict,
  }
}

/** A table of the rule `mtime-wins` with other columns. */
export function tableOf(name: string, columns: readonly Column[]): TableDefinition {
  return { name, columns, conflict: 'mtime-wins' }
}

/** One table of a story, and every version of its rows that the story has written. */
export class StoryTable {
  readonly #star: Star
  readonly #definition: TableDefinition
  readonly #written = new TableOracle()

  /** @param sites where it is defined from the beginning; everywhere unless given */
  constructor(star: Star, definition: TableDefinition, sites: readonly Site[] = star.sites) {
    this.#star = star
    this.#definition = definition
    for (const { repo } of sites) withoutBuggify(repo, () => defineTable(repo, definition))
  }

  get name(): string {
    return this.#definition.name
  }

  /** Writes a row, which beats the one that is there. */
  put(site: Site, row: Row, author: RowAuthor = {}): void {
    this.#write(site, row, () => putRow(site.repo, this.name, row, author))
  }

  /** Writes a row of a table of texts. */
  putText(site: Site, id: string, value: string, mtimeSec: number): void {
    this.put(site, { id, value }, { mtimeSec })
  }

  /** Writes rows of a table of texts, `PREFIX-0` first, one a second. */
  putMany(site: Site, prefix: string, count: number, mtimeSec: number): void {
    for (let index = 0; index < count; index++) {
      this.putText(site, `${prefix}-${index}`, `${site.id} ${index}`, mtimeSec + index)
    }
  }

  /** Deletes a row that is there. */
  delete(site: Site, key: Row, author: RowAuthor = {}): void {
    this.#write(site, key, () => {
      assert.ok(deleteRow(site.repo, this.name, key, author), 'there is such a row')
    })
  }

  /** The row of a key at a site; undefined if there is none, or none any more. */
  row(site: Site, key: Row): TableRow | undefined {
    return getRow(site.repo, this.name, key)
  }

  /** The value of a row in a table of texts. */
  text(site: Site, id: string): unknown {
    return this.row(site, { id })?.values['value']
  }

  isTombstone(site: Site, key: Row): boolean {
    return isTombstone(site.repo, this.name, key)
  }

  /** Count of the rows at a site; 0 where the table is not defined. */
  count(site: Site, options: { deleted?: boolean } = {}): number {
    if (!this.isDefined(site)) return 0
    return listRows(site.repo, this.name, options).length
  }

  /** The owners of its rows at a site, by key. */
  owners(site: Site): string[] {
    return listRows(site.repo, this.name).map(({ owner }) => owner)
  }

  isDefined(site: Site): boolean {
    return tables(site.repo).some(({ name }) => name === this.name)
  }

  /**
   * Asserts that at every site each row is the version that the rule picks of all that were
   * written, and that nothing else is there. For rows without owners.
   */
  assertStands(): void {
    for (const site of this.#star.sites) assert.equal(this.#problemAt(site), undefined)
  }

  #problemAt(site: Site): string | undefined {
    const keys = new Set(this.#written.rows().map(({ key }) => key))
    for (const key of keys) {
      const winner = this.#written.winner(this.name, key)
      const row = versionOf(site.repo, this.name, key)
      if (winner !== undefined && row !== undefined && isSameRow(row, winner)) continue
      return `${describeRow(winner)} wins, ${describeRow(row)} is at ${site.id}`
    }
    const count = this.count(site, { deleted: true })
    return count === keys.size ? undefined : `${count} rows of ${keys.size} at ${site.id}`
  }

  #write(site: Site, row: Row, action: () => void): void {
    const { id: nodeId, repo } = site
    const key = pkHash(repo, this.name, row)
    const before = versionOf(repo, this.name, key)
    withoutBuggify(repo, action)
    const version = versionOf(repo, this.name, key)
    assert.ok(version !== undefined && beatsRow(version, before), 'what is written stands here')
    this.#written.record({ table: this.name, key, nodeId, version, travels: true })
  }
}

/** Lets time pass, faults and all, until every row stands everywhere. */
export async function spread(star: Star, ...storyTables: readonly StoryTable[]): Promise<void> {
  await until(star, () => new Set(star.sites.map(({ repo }) => stateDigest(repo))).size === 1)
  for (const table of storyTables) table.assertStands()
}

/** Lets time pass, faults and all, until something is so. */
export async function until(star: Star, isSo: () => boolean): Promise<void> {
  const latestMs = star.simulator.clock().nowMs() + 3_600_000
  while (!isSo()) {
    assert.ok(star.simulator.clock().nowMs() < latestMs, 'it is so within an hour')
    await pass(star, 1_000)
  }
  star.simulator.checkSafety()
}

/** Lets time pass, faults and all; no further partition begins. */
export async function pass({ simulator }: Star, ms: number): Promise<void> {
  await simulator.runUntil(simulator.clock().nowMs() + ms)
}

/** Comes to rest; then all sites have the same rows, those that the rule picks. */
export async function settled(star: Star, ...storyTables: readonly StoryTable[]): Promise<void> {
  await agreed(star)
  for (const table of storyTables) table.assertStands()
}

/** Comes to rest; then all sites have the same rows. */
export async function agreed(star: Star): Promise<void> {
  const { simulator } = star
  await star.rest()
  simulator.checkAllTableSyncConverged()
  simulator.checkTombstoneConvergence()
}

/** Changes a card on its way, or takes it out of its message. */
export type Rewrite = (card: Card, way: 'request' | 'reply') => Card | undefined

/** Nodes that sync tables over lines on which cards are changed, or only looked at. */
export function rewritten(rewrite: Rewrite): Required<Pick<SimConfig, 'makeNode'>> {
  const rewriteAll = (message: Uint8Array, way: 'request' | 'reply'): Uint8Array => {
    const writer = new CardWriter()
    for (const card of parseCards(decodeMessage(message, { maxBytes: 1 << 30 }))) {
      const changed = rewrite(card, way)
      if (changed !== undefined) writer.add(changed)
    }
    return encodeMessage(writer.finish(), { deflateOverBytes: 1 << 20 })
  }
  const makeNode = ({ repo, transport }: LeafParts): Node => {
    const line = new SimTransport(async (request) =>
      rewriteAll(await transport.exchange(rewriteAll(request, 'request')), 'reply'),
    )
    return new DefaultNode(repo, line, { xTableSync: true, deflateOverBytes: 1 << 20 })
  }
  return { makeNode }
}
