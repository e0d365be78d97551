/**
 * Settings: a node fetches those that are newer than its own from whom it syncs with.
 *
 * Verifies, where settings travel: a node holds a value that somebody set, none older than the one
 * that its owner set last, nor than that of a node which it syncs with. Does not verify settings
 * that no operation changes.
 * Source: the rule of fossil src/configure.c, configure_receive.
 * @module
 */

import { dbOf, type Repo } from '../../repo/repo.ts'
import { InvariantError } from '../../runner/invariants.ts'
import { type Invariant, linksOf, type SettingChange, type World } from '../world.ts'

/** The newer value is everywhere it should be. */
export const settings: Invariant = {
  name: 'settings',
  holds: 'settled',
  appliesTo: ({ truth }) => (truth.settings?.length ?? 0) > 0,
  check: (world) => {
    const { settings: changes = [] } = world.truth
    for (const name of new Set(changes.map((change) => change.name))) {
      checkSetting(
        world,
        name,
        changes.filter((change) => change.name === name),
      )
    }
  },
}

/** @throws {InvariantError} for the first node that holds another value than it should */
function checkSetting(world: World, name: string, changes: readonly SettingChange[]): void {
  const rows = new Map(world.nodes.map(({ id, repo }) => [id, rowOf(repo, name)]))
  for (const [id, row] of rows) {
    const own = changes.findLast(({ nodeId }) => nodeId === id)
    const fail = (wanted: string): InvariantError => {
      const detail = `setting ${name} is ${row?.value ?? 'not set'}, ${wanted}`
      return new InvariantError('settings', { nodeId: id, detail })
    }
    if (row !== undefined && !changes.some((change) => isSame(row, change))) {
      throw fail('which nobody set')
    }
    if (isBehind(row, own)) throw fail(`and was set to ${own?.value} later`)
    for (const peer of peersOf(world, id)) {
      const theirs = rows.get(peer)
      if (isBehind(row, theirs)) throw fail(`and the newer ${theirs?.value} on ${peer}`)
    }
  }
}

function peersOf(world: World, id: string): readonly string[] {
  return linksOf(world).flatMap(({ from, to }) => (from === id ? to : []))
}

interface Row {
  readonly value: string
  readonly mtimeSec: number
}

function rowOf(repo: Repo, name: string): Row | undefined {
  const row = dbOf(repo)
    .prepare<[string, number]>('SELECT CAST(value AS TEXT), mtime FROM config WHERE name = ?')
    .get(name)
  return row && { value: row[0], mtimeSec: row[1] }
}

function isSame(a: Row, b: Row): boolean {
  return a.value === b.value && a.mtimeSec === b.mtimeSec
}

/** Of two values of one second a node keeps the one that it got first. */
function isBehind(row: Row | undefined, other: Row | undefined): boolean {
  return other !== undefined && (row?.mtimeSec ?? -1) < other.mtimeSec
}
