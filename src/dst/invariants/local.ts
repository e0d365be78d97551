/**
 * Things of a repository's own: no sync brings it, changes it or takes it away.
 *
 * Verifies: servers with their passwords, accounts with their capabilities and settings of its own
 * are as the owner of the node left them. Does not verify what no operation gave a node.
 * @module
 */

import { findRemote } from '../../admin/remote.ts'
import { findUser } from '../../admin/user.ts'
import { config } from '../../repo/config.ts'
import type { Repo } from '../../repo/repo.ts'
import { InvariantError } from '../../runner/invariants.ts'
import type { LocalRecord } from '../local-oracle.ts'
import type { Invariant } from '../world.ts'
import { allNodes, ofEachNode } from './of-each-node.ts'

/** Everything that its owner gave a node for itself is there, and is as it was. */
export const localStays: Invariant = {
  name: 'local-stays',
  holds: 'always',
  appliesTo: ({ truth }) => truth.local !== undefined,
  ...ofEachNode(allNodes, (nodeId, repo, { truth }) => {
    for (const record of truth.local?.of(nodeId) ?? []) {
      const held = valueOf(repo, record)
      if (held === record.value) continue
      const { kind, name, value = 'nothing' } = record
      const detail = `${kind} ${name} is ${held ?? 'gone'}, and was left as ${value}`
      throw new InvariantError('local-stays', { nodeId, detail })
    }
  }),
}

/** As operations record it. */
function valueOf(repo: Repo, { kind, name }: LocalRecord): string | undefined {
  if (kind === 'setting') return config(repo, name)
  if (kind === 'account') return findUser(repo, name)?.capabilities
  const remote = findRemote(repo, name)
  return remote && `${remote.url} ${remote.password ?? ''}`
}
