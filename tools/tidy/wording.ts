/**
 * The wording rule: a doc comment begins with a noun, or a function's with a verb. It is read
 * alone, in a tooltip or in the API reference, where a clause such as "What it holds" has no end.
 * @module
 */

import type { FileRule } from './finding.ts'

const clause = /^[ \t]*\/\*\*\s+(?:\*\s+)?(What|How|Whether|Who|Whose|Which|Why|Where|When)\b/gm

/** Finds doc comments whose first word begins a clause. */
export const wording: FileRule = ({ path, text }) =>
  [...text.matchAll(clause)].map(({ index, 1: word }) => ({
    path,
    line: text.slice(0, index).split('\n').length,
    rule: 'wording',
    advice: `begin with a noun ("The name of …") or a verb ("Tells whether …"), not "${word}"`,
  }))
