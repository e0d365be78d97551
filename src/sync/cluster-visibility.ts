/**
 * Visibility by way of clusters. What is published is announced by itself only until a cluster
 * names it: whoever holds it in private then hears of the cluster alone. A public cluster names
 * what is public, so its members are.
 * Stock does not heed it at all, and keeps such an artifact private.
 * @module
 */

import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { holdsPrivate, privateArtifacts } from '../repo/blob.ts'
import { clusterArtifacts, isCluster } from '../repo/cluster.ts'
import { deckIn } from '../repo/deck.ts'
import { cacheOf, type Repo } from '../repo/repo.ts'
import type { NamedArtifact, Rid } from '../repo/rid.ts'

/** Dealings with clusters and their members. */
export interface ClusterVisibilityOptions {
  /** Reads the content of an artifact; undefined where it is damaged. */
  readonly read: (artifact: NamedArtifact) => Uint8Array | undefined
  /** A public cluster names what is private here. Returns whether it is public now. */
  readonly onPublic: (artifact: NamedArtifact) => boolean
}

/** The clusters that one conversation has named. */
export class ClusterVisibility {
  readonly #repo: Repo
  readonly #read: ClusterVisibilityOptions['read']
  readonly #onPublic: ClusterVisibilityOptions['onPublic']
  readonly #seen = new Set<Rid>()

  constructor(repo: Repo, { read, onPublic }: ClusterVisibilityOptions) {
    this.#repo = repo
    this.#read = read
    this.#onPublic = onPublic
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
        // Heard of in the next sync again, should it not come in this one.
        if (secret !== undefined && !this.#onPublic({ rid: secret, hash: member })) known.clear()
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
