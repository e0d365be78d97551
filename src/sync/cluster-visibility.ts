/**
 * Visibility by way of clusters. What is published is announced by itself only until a cluster
 * names it: whoever holds it in private then hears of the cluster alone. A public cluster names
 * what is public, so its members are.
 *
 * Heeded only where the peer may have private content anyway: else whoever has overheard a hash
 * could publish what it names. Stock does not heed it at all, and keeps such an artifact private.
 * @module
 */

import { findRid, holdsPrivate, isPhantom, isPrivate } from '../repo/blob.ts'
import { deckOf } from '../repo/deck.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { clusterTagId } from '../repo/schema.ts'
import { publishHeld } from '../repo/store.ts'

/** The clusters that one conversation has named. */
export class ClusterVisibility {
  readonly #repo: Repo
  readonly #seen = new Set<Rid>()

  constructor(repo: Repo) {
    this.#repo = repo
  }

  /** The peer holds an artifact in public: where it is a cluster, its members are public, too. */
  heed(rid: Rid): void {
    if (!holdsPrivate(this.#repo)) return
    const open = [rid]
    // The loop visits the clusters that clusters name.
    for (const each of open) {
      if (this.#seen.has(each) || !this.#isCluster(each)) continue
      this.#seen.add(each)
      open.push(...this.#publishMembers(each))
    }
  }

  #publishMembers(cluster: Rid): Rid[] {
    const deck = deckOf(this.#repo, cluster)
    if (deck?.kind !== 'cluster') return []
    const members = deck.members.flatMap((hash) => findRid(this.#repo, hash) ?? [])
    for (const member of members) {
      const isHidden = !isPhantom(this.#repo, member) && isPrivate(this.#repo, member)
      if (isHidden) publishHeld(this.#repo, member)
    }
    return members
  }

  #isCluster(rid: Rid): boolean {
    const sql = 'SELECT 1 FROM tagxref WHERE rid = ? AND tagid = ? AND tagtype > 0'
    return dbOf(this.#repo).prepare(sql).get(rid, clusterTagId) !== undefined
  }
}
