/**
 * Fossil's delta format: one byte string as edits to another.
 * @module trilobite/delta
 */

export { applyDelta } from './apply.ts'
export { createDelta } from './create.ts'
