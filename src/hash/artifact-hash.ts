/**
 * Artifact hashes: the names of artifacts. A name's length says which algorithm made it, and a
 * repository's hash policy says which algorithm makes the next one.
 *
 * May know the digests. Whether content is already stored under another name is the repository's
 * business, and so is the promotion of `auto` to `sha3`. Specification: fossil src/hname.c.
 * @module
 */

import { requireBytes } from '../base/options.ts'
import { assert } from '../base/assert.ts'
import { sha1, sha3 } from './hash.ts'

declare const artifactHash: unique symbol

/** 40 lowercase hexadecimal digits (SHA-1) or 64 (SHA3-256): what SQL calls `uuid`. */
export type ArtifactHash = string & { readonly [artifactHash]: true }

/**
 * Policies by which a repository names new artifacts. The place in this list is the policy's code,
 * the integer in `config` under `hash-policy`. hname.c:57-61, 221.
 *
 * - `sha1`: by SHA-1.
 * - `auto`: by SHA-1, until the first SHA3-256 name arrives and makes the policy `sha3`.
 * - `sha3`: by SHA3-256; content already stored under its SHA-1 keeps that name.
 * - `sha3-only`: by SHA3-256, always.
 * - `shun-sha1`: by SHA3-256, and SHA-1 names that a sync brings are refused.
 */
export const hashPolicies = ['sha1', 'auto', 'sha3', 'sha3-only', 'shun-sha1'] as const

/** One of {@link hashPolicies}. */
export type HashPolicy = (typeof hashPolicies)[number]

const otherThanHexDigits = /[^0-9a-f]/

/**
 * Tells whether `text` has the form of an artifact hash.
 *
 * Stock also takes uppercase digits (hname.c:80-89), compares names byte for byte, and so keeps
 * one artifact under two names. Digests are lowercase; nothing else can name an artifact.
 */
export function isArtifactHash(text: string): text is ArtifactHash {
  // Length first: a third of the time of one pattern for both (measured).
  return (text.length === 40 || text.length === 64) && !otherThanHexDigits.test(text)
}

/**
 * Returns `text` as an artifact hash, or undefined where it does not have that form.
 *
 * @example
 * ```ts
 * const hash = parseArtifactHash(text)
 * if (hash === undefined) throw new Error(`${text} is no hash`)
 * ```
 */
export function parseArtifactHash(text: string): ArtifactHash | undefined {
  return isArtifactHash(text) ? text : undefined
}

/** Hashes `content` with the algorithm that made `name`. hname.c:101-119. */
export function hashLike(name: ArtifactHash, content: Uint8Array): ArtifactHash {
  return name.length === 40 ? sha1Name(content) : sha3Name(content)
}

/**
 * Tells whether `name` names `content`.
 */
export function matches(name: ArtifactHash, content: Uint8Array): boolean {
  requireBytes('content', content)
  return hashLike(name, content) === name
}

/** The integer that stands for `policy`, from 0 to 4. */
export function hashPolicyCode(policy: HashPolicy): number {
  return hashPolicies.indexOf(policy)
}

/** Returns the policy that `code` stands for, or undefined where it stands for none. */
export function hashPolicyFromCode(code: number): HashPolicy | undefined {
  return hashPolicies[code]
}

/** The name that `policy` gives to content the repository does not hold. hname.c:184-195. */
export function nameFor(content: Uint8Array, policy: HashPolicy): ArtifactHash {
  return policy === 'sha1' || policy === 'auto' ? sha1Name(content) : sha3Name(content)
}

/**
 * The other name under which the repository may already hold `content`, and which it then keeps;
 * undefined where `policy` allows no other name. hname.c:172-182.
 */
export function auxiliaryNameFor(
  content: Uint8Array,
  policy: HashPolicy,
): ArtifactHash | undefined {
  if (policy === 'sha3-only' || policy === 'shun-sha1') return undefined
  return policy === 'sha3' ? sha1Name(content) : sha3Name(content)
}

function sha1Name(content: Uint8Array): ArtifactHash {
  return named(sha1(content))
}

function sha3Name(content: Uint8Array): ArtifactHash {
  return named(sha3(content))
}

function named(digest: string): ArtifactHash {
  assert(isArtifactHash(digest), 'a digest has the form of an artifact hash')
  return digest
}
