/**
 * Every operation on a Fossil repository, and how often each is drawn in comparison with the
 * others.
 * @module
 */

import { FossilError } from '../../base/error.ts'
import { branch, cherrypick, merge, rename } from './branches.ts'
import { plain, variant } from './checkins.ts'
import { uvDelete, uvWrite } from './files.ts'
import { backupOperations } from './cluster.ts'
import type { FossilOperation } from './operation.ts'
import { lock, plainTables, repair, sendSettings, unlock } from './by-hand.ts'
import { browse } from './browse.ts'
import { burst, series } from './bulk.ts'
import { draft, release } from './drafts.ts'
import { exhume, obliterate, purgeFile, purgeLine, shunFile, unshun } from './graveyard.ts'
import { guardedCheckin, guardedTag } from './guarded.ts'
import { account, preference, remote } from './local.ts'
import { attachment, detachment, forum, technote, ticket, wiki } from './pages.ts'
import { columnAdd, rowDelete, rowForge, rowPut, rowsPut, rowTie } from './rows.ts'
import { amendment, mark, tag } from './tags.ts'
import { userOperations } from './users.ts'
import { publish, purge, rebuild, setting, shun } from './upkeep.ts'

/** Operations that belong together. */
export const operationGroups = {
  checkins: [plain],
  /** Every other kind of artifact, and check-ins that do more than go on. */
  kinds: [
    branch,
    merge,
    cherrypick,
    rename,
    variant,
    tag,
    amendment,
    mark,
    wiki,
    ticket,
    technote,
    attachment,
    forum,
  ],
  /** Unversioned files. */
  uv: [uvWrite, uvDelete],
  /** Synced tables. */
  tables: [rowPut, rowDelete, columnAdd],
  /** Work of those who look after a repository. */
  upkeep: [publish, shun, purge, setting, rebuild],
  /** Whole lines and files go, and what went comes back. */
  graveyard: [shunFile, unshun, purgeLine, purgeFile, exhume, obliterate],
  /** Things that a repository has for itself alone. */
  local: [remote, account, preference],
  /** Work that production refuses where it would do harm, or where there is nothing to undo. */
  guarded: [guardedCheckin, guardedTag, detachment],
  /** Long chains of deltas, messages of many cards, tables of many rows. */
  bulk: [series, burst, rowsPut],
  /** Syncs that a person asks for. */
  byHand: [lock, unlock, repair, sendSettings, plainTables],
  /** Looks at what there is. */
  looks: [browse],
  /** Rows that several claim: signed in the name of others, and of one time. */
  disputes: [rowForge, rowTie],
  /** Private lines, and their publication. */
  drafts: [draft, release],
} as const satisfies Readonly<Record<string, readonly FossilOperation[]>>

export type OperationGroup = keyof typeof operationGroups

/** Weights by name of the operation; 0 leaves one out, and those not named keep theirs. */
export type OperationWeights = Readonly<Record<string, number>>

/**
 * The operations of some groups, in a fixed order, with the weights that were asked for.
 *
 * @param known operations of the caller's own, which are drawn as well
 * @throws {FossilError} `option.invalid` for a weight of an operation that there is not
 */
export function chosenOperations(
  groups: readonly OperationGroup[],
  weights: OperationWeights,
  known: readonly FossilOperation[] = [],
): FossilOperation[] {
  const all: readonly FossilOperation[] = [...Object.values(operationGroups).flat(), ...known]
  const ofNodes = [...backupOperations, ...userOperations]
  for (const name of Object.keys(weights)) checkName(name, [...all, ...ofNodes])
  const grouped = new Set<FossilOperation>([
    ...groups.flatMap((group) => operationGroups[group]),
    ...known,
  ])
  return all.flatMap((operation) => {
    const weight = weights[operation.name] ?? (grouped.has(operation) ? operation.weight : 0)
    return weight === 0 ? [] : [{ ...operation, weight }]
  })
}

function checkName(name: string, all: readonly { readonly name: string }[]): void {
  if (all.some((operation) => operation.name === name)) return
  const names = all.map((operation) => operation.name).join(', ')
  const reason = `there is no operation "${name}"; there are ${names}`
  throw new FossilError('option.invalid', { option: 'weights', reason })
}
