/**
 * Decisions as data: those that fault sites made, and those that a replay imposes instead. The file
 * form is a JSON array with one decision a line, so that two logs can be compared and edited line
 * by line. Knows nothing of the effect of a site.
 * @module
 */

import { FossilError } from '../base/error.ts'

/** A decision of a site: yes or no, an amount (a safe integer), or one of a few words. */
export type Outcome = boolean | number | string

/**
 * A decision `outcome` of `site` at one of its uses. A use has a number, counting from 0, or a name
 * that says when it was, such as `poll#14.round#2`: the name stays the same when other uses go
 * away.
 */
export type Decision = {
  readonly site: string
  readonly use: number | string
  readonly outcome: Outcome
}

/**
 * A decision to impose on a replay. The outcome null means the benign outcome of the site. A number
 * names the n-th use even if uses have names.
 */
export type Override = Omit<Decision, 'outcome'> & { readonly outcome: Outcome | null }

/** The longest word that may be an outcome, in UTF-16 code units. */
const maxWordLength = 64

/** The same for the name of a use. */
const maxUseLength = 256

/** Writes decisions for {@link parseDecisions} to read. Ends with a newline. */
export function formatDecisions(decisions: readonly Override[]): string {
  const lines = decisions.map(({ site, use, outcome }) => JSON.stringify({ site, use, outcome }))
  return `[\n${lines.join(',\n')}\n]\n`
}

/**
 * Reads decisions from the text of a file.
 *
 * @throws {FossilError} `option.invalid` when the text is not a JSON array of decisions
 */
export function parseDecisions(text: string): Override[] {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new FossilError('option.invalid', { option, reason: 'not JSON' }, { cause })
  }
  return readDecisions(json)
}

/**
 * Reads decisions from JSON that is already parsed, such as one field of a larger file.
 *
 * @throws {FossilError} `option.invalid` when `json` is not an array of decisions
 */
export function readDecisions(json: unknown): Override[] {
  if (!Array.isArray(json)) {
    throw new FossilError('option.invalid', { option, reason: 'not an array' })
  }
  return json.map(readDecision)
}

/** Tells whether `value` may be an outcome. */
export function isOutcome(value: unknown): value is Outcome {
  if (typeof value === 'string') return value.length <= maxWordLength
  return typeof value === 'boolean' || Number.isSafeInteger(value)
}

const option = 'decisions'

function readDecision(json: unknown, index: number): Override {
  const { site, use, outcome }: { [key in keyof Override]?: unknown } = Object(json)
  if (typeof site !== 'string' || site === '') throw malformed(index, 'site is not a name')
  if (!isUse(use))
    throw malformed(index, 'use is neither an unsigned 32-bit integer nor a short name')
  if (outcome !== null && !isOutcome(outcome)) {
    throw malformed(index, 'outcome is not null, a boolean, an integer or a short string')
  }
  return { site, use, outcome }
}

function isUse(value: unknown): value is number | string {
  if (typeof value === 'number') return value >>> 0 === value
  return typeof value === 'string' && value !== '' && value.length <= maxUseLength
}

function malformed(index: number, reason: string): FossilError {
  return new FossilError('option.invalid', { option, reason: `entry ${index}: ${reason}` })
}
