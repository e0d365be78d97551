/**
 * Forms of a capsule: a file, a test, a headline, a story.
 * @module
 */

import { signatureText } from '../../runner/signature.ts'
import { type Capsule, formatCapsule } from './capsule.ts'
import { scenarioLines } from './scenario-text.ts'
import { testFileOf, type TestFileOptions } from './test-file.ts'

/**
 * Writes a capsule down: to be kept, to be run by a test runner, and to be read by people.
 *
 * @example
 * ```ts
 * const result = await shrinkFailure({ seed: 7, plan: 'hostile' })
 * if (result.end === 'shrunk') {
 *   const { file, test, headline, story } = capsuleTexts(result.capsule)
 *   writeFileSync('seed-7.json', file)
 *   writeFileSync('seed-7.test.ts', test)
 *   console.log([headline, ...story].join('\n'))
 * }
 * ```
 */
export function capsuleTexts(
  capsule: Capsule,
  options: TestFileOptions = {},
): {
  /** JSON with an operation and a fault a line, as `parseCapsule` reads it. */
  readonly file: string
  /** A test file for `node:test`, which passes once the bug is mended. */
  readonly test: string
  /** The way in which it fails, the same for failures that count as the same. */
  readonly headline: string
  /** Everything that happens, a line each: operations, then faults. */
  readonly story: readonly string[]
} {
  return {
    file: formatCapsule(capsule),
    test: testFileOf(capsule, options),
    headline: signatureText(capsule.signature),
    story: scenarioLines(capsule),
  }
}
