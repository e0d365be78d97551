/**
 * Planted bugs, at least one for each invariant, so that a check that cannot fail is noticed. Each
 * is a node that syncs as it should and then makes the mistake, the way a real bug of that kind
 * would show.
 * @module
 */

import { compressContent } from '../../base/zlib.ts'
import { utf8 } from '../../base/bytes.ts'
import type { Repo } from '../../repo/repo.ts'
import type { Event } from '../event.ts'
import { type Action, DefaultNode, type Node } from '../node.ts'
import type { SimTransport } from '../sim-network.ts'

/** A bug and the invariant that must notice it. */
export interface Canary {
  /** What the bug is, as a sentence about the node that has it. */
  readonly bug: string
  /** Name of the invariant. */
  readonly invariant: string
  /** The node with the bug. */
  readonly plant: (parts: { repo: Repo; transport: SimTransport }) => Node
}

/** Syncs as it should, then makes its mistake. */
class MistakenNode implements Node {
  readonly repo: Repo
  readonly #inner: Node
  readonly #mistake: (repo: Repo) => void

  constructor(inner: Node, mistake: (repo: Repo) => void) {
    this.repo = inner.repo
    this.#inner = inner
    this.#mistake = mistake
  }

  async tick(event: Event): Promise<Action> {
    const action = await this.#inner.tick(event)
    this.#mistake(this.repo)
    this.repo.cache.clear()
    return action
  }
}

function afterSync(mistake: (repo: Repo) => void): Canary['plant'] {
  return ({ repo, transport }) => new MistakenNode(new DefaultNode(repo, transport), mistake)
}

function sql(statement: string): Canary['plant'] {
  return afterSync(({ db }) => db.exec(statement))
}

export const canaries: readonly Canary[] = [
  {
    bug: 'stores content without comparing it with its name',
    invariant: 'blob-integrity',
    plant: afterSync(({ db }) => {
      const forged = utf8('forged')
      db.prepare(
        `UPDATE blob SET content = ?, size = ?
          WHERE rid = (SELECT max(rid) FROM blob WHERE size >= 0)
            AND rid NOT IN (SELECT rid FROM delta) AND rid NOT IN (SELECT srcid FROM delta)`,
      ).run(compressContent(forged), forged.length)
    }),
  },
  {
    bug: 'writes the wrong length beside a delta',
    invariant: 'blob-integrity',
    plant: sql('UPDATE blob SET size = size + 1 WHERE rid = (SELECT max(rid) FROM delta)'),
  },
  {
    bug: 'deletes the source of a delta',
    invariant: 'delta-chains',
    plant: sql('DELETE FROM blob WHERE rid = (SELECT max(srcid) FROM delta)'),
  },
  {
    bug: 'makes two artifacts deltas of each other',
    invariant: 'delta-chains',
    plant: sql(
      `INSERT OR IGNORE INTO delta(rid, srcid)
        SELECT srcid, rid FROM delta WHERE rid = (SELECT max(rid) FROM delta)`,
    ),
  },
  {
    bug: 'stores a phantom without listing it, so that nobody asks for it again',
    invariant: 'phantoms',
    plant: sql('DELETE FROM phantom'),
  },
  {
    bug: 'goes on listing a phantom that has arrived',
    invariant: 'phantoms',
    plant: sql('INSERT OR IGNORE INTO phantom SELECT max(rid) FROM blob WHERE size >= 0'),
  },
  {
    bug: 'acknowledges a check-in and loses it',
    invariant: 'nothing-lost',
    plant: sql(
      `DELETE FROM unclustered WHERE rid IN (SELECT rid FROM unsent);
       DELETE FROM delta WHERE rid IN (SELECT rid FROM unsent);
       DELETE FROM delta WHERE srcid IN (SELECT rid FROM unsent);
       DELETE FROM blob WHERE rid IN (SELECT rid FROM unsent);
       DELETE FROM unsent`,
    ),
  },
  {
    bug: 'takes private artifacts for public ones',
    invariant: 'nothing-leaks',
    plant: sql(
      `INSERT OR IGNORE INTO unclustered SELECT rid FROM private;
       DELETE FROM private`,
    ),
  },
  {
    bug: 'queues private artifacts for announcement',
    invariant: 'private-unannounced',
    plant: sql('INSERT OR IGNORE INTO unclustered SELECT rid FROM private'),
  },
  {
    bug: 'stops announcing artifacts that no cluster names',
    invariant: 'announced',
    plant: sql('DELETE FROM unclustered WHERE rid = (SELECT max(rid) FROM unclustered)'),
  },
  {
    bug: 'says that it pushed and did not',
    invariant: 'convergence',
    plant: ({ repo, transport }) => new DefaultNode(repo, transport, { pull: true }),
  },
  {
    bug: 'says that it pulled and did not',
    invariant: 'convergence',
    plant: ({ repo, transport }) => new DefaultNode(repo, transport, { push: true }),
  },
]
