/**
 * Facts of a line of a trace, and how two lines differ. Numbers of events and logical times are no
 * facts here: they shift with every event before.
 * @module
 */

import type { TraceEvent, TraceValue } from '../sim/trace.ts'

/** A field with different values in two lines, or missing from one of them. */
export interface FieldDifference {
  readonly field: string
  readonly a?: TraceValue
  readonly b?: TraceValue
}

const numbering: ReadonlySet<string> = new Set(['event', 'cause', 'lamport'])

/** All facts of a line as text, equal for lines with equal facts. */
export function factsText(line: TraceEvent): string {
  const facts = Object.entries(line).filter(([name]) => !numbering.has(name))
  return JSON.stringify(facts)
}

/** The fields that differ, in the order of the first line. */
export function differingFields(
  a: TraceEvent | undefined,
  b: TraceEvent | undefined,
): FieldDifference[] {
  const fields = new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])
  return [...fields].flatMap((field) => {
    const [ofA, ofB] = [a?.[field], b?.[field]]
    if (numbering.has(field) || JSON.stringify(ofA) === JSON.stringify(ofB)) return []
    return {
      field,
      ...(ofA === undefined ? {} : { a: ofA }),
      ...(ofB === undefined ? {} : { b: ofB }),
    }
  })
}
