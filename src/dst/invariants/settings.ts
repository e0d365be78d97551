/**
 * Settings: leaves fetch those of the master that are newer than their own.
 *
 * Verifies, where settings travel: a node holds the value that its owner or the master's set last,
 * never one that it should have replaced. Does not verify settings that no operation changes.
 * Source: the rule of fossil src/configure.c, configure_receive.
 * @module
 */

import { dbOf, type Repo } from '../../repo/repo.ts'
import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant, SettingChange } from '../world.ts'

/** The newer value is everywhere it should be. */
export const settings: Invariant = {
  name: 'settings',
  holds: 'settled',
  appliesTo: ({ truth }) => (truth.settings?.length ?? 0) > 0,
  check: ({ nodes, truth: { settings: changes = [] } }) => {
    const [master, ...leaves] = nodes
    if (master === undefined) return
    for (const name of new Set(changes.map((change) => change.name))) {
      const named = changes.filter((change) => change.name === name)
      const [theirs, last] = [rowOf(master.repo, name), lastOf(named, master.id)]
      if (last !== undefined) expect(master.id, name, theirs, [last])
      for (const { id, repo } of leaves) {
        const ours = rowOf(repo, name)
        const isBehind = (ours?.mtimeSec ?? -1) < (theirs?.mtimeSec ?? -1)
        const own = lastOf(named, id)
        const sent = named.filter((change) => change.nodeId === master.id)
        // Of two values of one second a leaf keeps the one that it got first.
        expect(id, name, ours, isBehind ? [] : [own, theirs, ...sent])
      }
    }
  },
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

function lastOf(changes: readonly SettingChange[], nodeId: string): SettingChange | undefined {
  return changes.findLast((change) => change.nodeId === nodeId)
}

/** @throws {InvariantError} unless the row is one of those */
function expect(
  nodeId: string,
  name: string,
  row: Row | undefined,
  allowed: readonly (Row | undefined)[],
): void {
  if (allowed.some((each) => isSame(row, each))) return
  const wanted = allowed.map((each) => each?.value ?? 'nothing').join(' or ') || 'the newer value'
  const detail = `setting ${name} is ${row?.value ?? 'not set'}, not ${wanted}`
  throw new InvariantError('settings', { nodeId, detail })
}

function isSame(a: Row | undefined, b: Row | undefined): boolean {
  return a?.value === b?.value && a?.mtimeSec === b?.mtimeSec
}
