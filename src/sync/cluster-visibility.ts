/**
 * Visibility by way of clusters. What is published is announced by itself only until a cluster
 * names it: whoever holds it in private then hears of the cluster alone. A public cluster names
 * what is public, so its members are.
 *
 * Heeded only where the peer may have private content anyway: else whoever has overheard a hash
 * could publish what it names. Stock does not heed it at all, and keeps such an artifact private.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { holdsPrivate, privateArtifacts } from '../repo/blob.ts'
import { clusterArtifacts, isCluster } from '../repo/cluster.ts'
import { deckIn } from '../repo/deck.ts'
import { cacheOf, type Repo } from '../repo/repo.ts'
import type { NamedArtifact, Rid } from '../repo/rid.ts'
import { publishHeld } from '../repo/store.ts'

/** The clusters that one conversation has named. */
export class ClusterVisibility {
  readonly #repo: Repo
  readonly #read: (artifact: NamedArtifact) => Uint8Array | undefined
  readonly #seen = new Set<Rid>()

  /** @param read the content of an artifact; undefined where it is damaged */
  constructor(repo: Repo, read: (artifact: NamedArtifact) => Uint8Array | undefined) {
    this.#repo = repo
    this.#read = read
  }

  /** The peer holds an artifact in public: where it is a cluster, its members are public, too. */
  heed(artifact: NamedArtifact): void {
    const { rid } = artifact
    if (!holdsPrivate(this.#repo) || this.#seen.has(rid) || !isCluster(this.#repo, rid)) return
    // Most syncs find what the last one found. Where anything is published, this set is dropped.
    const { holdings } = cacheOf(this.#repo)
    const known = (holdings.openClusters ??= new Set())
    if (known.has(rid)) return
    const secrets = byHash(privateArtifacts(this.#repo))
    const clusters = byHash(clusterArtifacts(this.#repo))
    const open = [artifact]
    // The loop visits the clusters that clusters name.
    for (const each of open) {
      if (secrets.size === 0) return
      if (this.#seen.has(each.rid)) continue
      this.#seen.add(each.rid)
      known.add(each.rid)
      for (const member of this.#membersOf(each)) {
        const secret = secrets.get(member)
        if (secret !== undefined) publishHeld(this.#repo, secret)
        secrets.delete(member)
        const cluster = clusters.get(member)
        if (cluster !== undefined) open.push({ rid: cluster, hash: member })
      }
    }
  }

  #membersOf(cluster: NamedArtifact): readonly ArtifactHash[] {
    const content = this.#read(cluster)
    const deck = content && deckIn(this.#repo, content)
    return deck?.kind === 'cluster' ? deck.members : []
  }
}

function byHash(artifacts: readonly NamedArtifact[]): Map<ArtifactHash, Rid> {
  return new Map(artifacts.map(({ hash, rid }) => [hash, rid]))
}
