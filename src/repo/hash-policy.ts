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
  hashPolicyFromCode,
  nameFor,
} from '../hash/artifact-hash.ts'
import { findRid } from './blob.ts'
import { config, configInteger, setConfig } from './config.ts'
import { dbOf, type Repo } from './repo.ts'

/**
 * The policy in force. Where none is set: `auto` for a repository with SHA-1 names only,
 * `sha3` otherwise (hname.c:hname_default_policy).
 *
 * @example
 * ```ts
 * hashPolicy(repo) // 'sha3'
 * ```
 */
export function hashPolicy(repo: Repo): HashPolicy {
  return configuredPolicy(repo) ?? defaultPolicy(repo)
}

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
  const configured = configuredPolicy(repo)
  if (configured !== undefined) return configured
  const policy = defaultPolicy(repo)
  setHashPolicy(repo, policy)
  return policy
}

function configuredPolicy(repo: Repo): HashPolicy | undefined {
  return hashPolicyFromCode(configInteger(repo, 'hash-policy', -1))
}

function defaultPolicy(repo: Repo): HashPolicy {
  const has = (length: number): boolean =>
    dbOf(repo).prepare('SELECT 1 FROM blob WHERE length(uuid) = ? LIMIT 1').get(length) !==
    undefined
  return has(64) || !has(40) ? 'sha3' : 'auto'
}
