/**
 * Explanations as people read them: one line a step, then the last link of the chain.
 * @module
 */

import type { Explanation, ExplanationStep } from './explanation.ts'

const headlines: Readonly<Record<Explanation['verdict'], string>> = {
  held: 'is here',
  removed: 'was here and was removed',
  unkept: 'was said to be made here and never was',
  refused: 'arrived and was not kept',
  arrived: 'arrived',
  lost: 'was sent and lost',
  unanswered: 'was asked for and not sent',
  'not-asked': 'was announced and never asked for',
  private: 'is private elsewhere and not asked for',
  'not-announced': 'was never announced here',
  'not-synced': 'had no way here: no sync went well with whoever has it',
  elsewhere: 'never came near',
  ended: 'was on its way when the run ended',
  underived: 'does not follow, though all that it follows from is here',
  unseen: 'is not told of',
}

/** Tells an explanation to people; ends with a newline. */
export function explanationText(explanation: Explanation): string {
  const { unseen } = explanation
  return [
    ...linesOf(explanation, ''),
    ...(unseen.length === 0 ? [] : ['', 'the trace does not tell']),
    ...unseen.map((each) => `  ${each}`),
    '',
  ].join('\n')
}

function linesOf(explanation: Explanation, indent: string): string[] {
  const { subject, node, verdict, steps, conclusion, because } = explanation
  return [
    `${indent}${node}: ${subject} ${headlines[verdict]}`,
    ...steps.map((step) => `${indent}  ${stepText(step)}`),
    `${indent}  → ${conclusion}`,
    ...because.flatMap((each) => ['', ...linesOf(each, `${indent}  `)]),
  ]
}

function stepText({ atMs, event, node, text }: ExplanationStep): string {
  const time = `${(atMs / 1000).toFixed(3)} s`.padStart(10)
  const number = (event === 0 ? '' : `#${event}`).padEnd(6)
  return `${time} ${number} ${text.includes(node) ? '' : `${node}: `}${text}`
}
