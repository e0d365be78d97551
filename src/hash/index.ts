/**
 * Digests, and whether content is what a name says.
 * @module trilobite/hash
 */

export { matches } from './artifact-hash.ts'
export { md5, sha1, sha3 } from './hash.ts'
