/**
 * Digests by which artifacts are named.
 * @module trilobite/hash
 */

export { sha1, sha3 } from './hash.ts'
