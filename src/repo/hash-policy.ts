/**
 * The hash that names artifacts made here.
 * Source: fossil src/hname.c, src/content.c:596-613.
 * @module
 */

import {
  type ArtifactHash,
  auxiliaryNameFor,
  type HashPolicy,
  hashPolicyCode,
  nameFor,
} from '../hash/artifact-hash.ts'
import { findRid } from './blob.ts'
import { config, setConfig } from './config.ts'
import { configuredPolicy, defaultPolicy } from './identity.ts'
import { dbOf, type Repo } from './repo.ts'

/** Sets the policy for artifacts made from now on. */
export function setHashPolicy(repo: Repo, policy: HashPolicy): void {
  setConfig(repo, 'hash-policy', String(hashPolicyCode(policy)))
}

/** The name of content made here. Content held under the other algorithm keeps that name. */
export function localName(repo: Repo, content: Uint8Array): ArtifactHash {
  const policy = settledPolicy(repo)
  const other = auxiliaryNameFor(content, policy)
  if (other !== undefined && findRid(repo, other) !== undefined) return other
  return nameFor(content, policy)
}

/** Promotes `auto` to `sha3` when the first SHA3-256 name arrives. */
export function noticeAlgorithm(repo: Repo, hash: ArtifactHash): void {
  if (hash.length !== 64 || config(repo, 'hash-policy') !== '1') return
  repo.env.mark?.('repo.policy-promoted')
  setHashPolicy(repo, 'sha3')
}

/** The default looks at every name, so it becomes a setting at first use. db.c:2774-2778. */
function settledPolicy(repo: Repo): HashPolicy {
  const configured = configuredPolicy(config(repo, 'hash-policy'))
  if (configured !== undefined) return configured
  const policy = defaultPolicy(dbOf(repo))
  setHashPolicy(repo, policy)
  return policy
}
