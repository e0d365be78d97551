/**
 * Fossil's delta format: one byte string as edits to another.
 * @module
 */

export { applyDelta } from './apply.ts'
export type { ApplyOptions } from './apply.ts'
export { createDelta } from './create.ts'
export { deltaCommands, deltaOutputSize } from './parse.ts'
export type { DeltaCommand } from './parse.ts'
