/**
 * The sayings that a repository has heard: those whose artifacts it holds.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { isShunned } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import { stateOf } from '../repo/state.ts'
import { isKnownPrivate } from '../write/artifact.ts'
import { saidHistory, type SaidHistory } from './history-sayings.ts'
import { heldArtifacts } from './invariants/statements.ts'
import type { Heard } from './meanings/heard.ts'
import type { Carried } from './said.ts'
import type { Truth } from './world.ts'

/** The sayings of one state of a repository, of so many acknowledgements. */
interface Remembered {
  readonly state: string
  readonly count: number
  readonly sayings: readonly Carried[]
  history?: SaidHistory
}

const remembered = new WeakMap<Repo, Remembered>()

/** Each saying once, in the order in which they were acknowledged. */
export function sayingsHeld(repo: Repo, truth: Pick<Truth, 'acknowledged'>): readonly Carried[] {
  return lookAt(repo, truth).sayings
}

/** The history that they make. */
export function historyHeld(repo: Repo, truth: Pick<Truth, 'acknowledged'>): SaidHistory {
  const looked = lookAt(repo, truth)
  looked.history ??= saidHistory(looked.sayings, (hash) => isShunned(repo, hash))
  return looked.history
}

/** The ground on which an operation at this repository says something. */
export function heardAt(repo: Repo, truth: Pick<Truth, 'acknowledged'>): Heard {
  return {
    sayings: sayingsHeld(repo, truth),
    nowMs: repo.env.clock.nowMs(),
    history: () => historyHeld(repo, truth),
    isSecret: (hash) => isKnownPrivate(repo, hash),
  }
}

function lookAt(repo: Repo, { acknowledged }: Pick<Truth, 'acknowledged'>): Remembered {
  const [state, count] = [stateOf(repo), acknowledged.length]
  const before = remembered.get(repo)
  if (before?.state === state && before.count === count) return before
  const held = new Set(heldArtifacts(repo).map(({ hash }) => hash))
  const heard = new Map<ArtifactHash, Carried>()
  for (const { hash, says } of acknowledged) {
    if (says !== undefined && !heard.has(hash) && held.has(hash)) heard.set(hash, { hash, says })
  }
  const looked = { state, count, sayings: [...heard.values()] }
  remembered.set(repo, looked)
  return looked
}
