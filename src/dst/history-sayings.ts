/**
 * The history that sayings make: check-ins with their parents, and what is said of each, by itself
 * or by an ancestor.
 *
 * How tags pass down a line is written down once, in invariants/expected.ts, for what artifacts say
 * and for what operations meant. Knows nothing of artifacts but their names.
 * @module
 */

import { parseDate } from '../deck/date.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { type Expected, type ExpectedTag, historyFrom } from './invariants/expected.ts'
import type { Statement } from './invariants/statements.ts'
import { type Carried, type CheckinSaying, type ControlSaying, ofKind } from './said.ts'

/** Check-ins that can be read, and the history that they make. */
export interface SaidHistory extends Expected {
  readonly checkins: ReadonlyMap<ArtifactHash, CheckinSaying>
  /** All manifests of check-ins that are held, also those that wait for their baseline. */
  readonly manifests: ReadonlyMap<ArtifactHash, CheckinSaying>
  /** Check-ins without a child on their own branch; where none is named, that is `trunk`. */
  readonly ends: ReadonlySet<ArtifactHash>
}

/** The history of those who have heard these, where some names are banned. */
export function saidHistory(
  sayings: readonly Carried[],
  isNowhere: (hash: ArtifactHash) => boolean,
): SaidHistory {
  const manifests = new Map(ofKind(sayings, 'checkin').map(({ hash, says }) => [hash, says]))
  const isReadable = ({ baseline }: CheckinSaying): boolean =>
    baseline === undefined || manifests.has(baseline)
  const checkins = new Map([...manifests].filter(([, says]) => isReadable(says)))
  const statements = [
    ...[...checkins].map(([hash, says]) => checkinStatement(hash, says)),
    ...ofKind(sayings, 'control').map(({ hash, says }) => controlStatement(hash, says)),
  ].sort((a, b) => (a.hash < b.hash ? -1 : 1))
  const byName = new Map(statements.map((statement) => [statement.hash, statement]))
  const history = historyFrom(byName, isNowhere)
  return { checkins, manifests, ...history, ends: endsOf(history) }
}

function endsOf(history: Expected): Set<ArtifactHash> {
  const branchOf = (hash: ArtifactHash): string =>
    heldTag(history, hash, 'branch')?.value ?? 'trunk'
  const ends = new Set(history.statements.keys())
  for (const [child, parents] of history.parents) {
    for (const { hash } of parents) if (branchOf(hash) === branchOf(child)) ends.delete(hash)
  }
  return ends
}

function checkinStatement(hash: ArtifactHash, says: CheckinSaying): Statement {
  const { user, dateMs, comment, parents, cherrypicks, tags } = says
  const said = { user, dateMs, comment, parents, cherrypicks, tags }
  return { hash, textBytes: 0, deck: { kind: 'checkin', ...said, files: [] } }
}

function controlStatement(hash: ArtifactHash, says: ControlSaying): Statement {
  return { hash, textBytes: 0, deck: says }
}

/** The tag that holds for an artifact under a name; undefined if it was cancelled, too. */
export function heldTag(
  { tags }: Expected,
  hash: ArtifactHash,
  name: string,
): ExpectedTag | undefined {
  const tag = tags.get(hash)?.get(name)
  return tag === undefined || tag.type === 0 ? undefined : tag
}

/** The same, where it was said of this very artifact. */
export function ownTag(history: Expected, hash: ArtifactHash, name: string): string | undefined {
  const tag = heldTag(history, hash, name)
  return tag?.source === undefined ? undefined : (tag.value ?? '')
}

/** Names that people gave an artifact, in byte order; `propagating`: those that children have. */
export function saidNames(
  { tags }: Expected,
  hash: ArtifactHash,
  which: 'all' | 'propagating' = 'all',
): string[] {
  const least = which === 'all' ? 1 : 2
  return [...(tags.get(hash) ?? [])]
    .filter(([name, { type }]) => name.startsWith('sym-') && type >= least)
    .map(([name]) => name.slice('sym-'.length))
    .sort()
}

/** The date that a tag gives, unless it is none. One that moves with the clock is none. */
export function dateSaid(value: string | undefined): number | undefined {
  if (value === undefined || /^(?:now|subsec|subsecond)$/i.test(value)) return undefined
  return parseDate(value)
}
