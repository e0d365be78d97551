/**
 * Digests, artifact hashes and the policies that choose between them.
 * @module
 */

export {
  auxiliaryNameFor,
  hashLike,
  hashPolicies,
  hashPolicyCode,
  hashPolicyFromCode,
  isArtifactHash,
  matches,
  nameFor,
  parseArtifactHash,
} from './artifact-hash.ts'
export type { ArtifactHash, HashPolicy } from './artifact-hash.ts'
export { md5, sha1, sha3 } from './hash.ts'
