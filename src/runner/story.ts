/**
 * The story of a failure: the last lines of the trace that touch it.
 * @module
 */

import type { NodeId } from './model.ts'
import type { RunOutcome } from './verdict.ts'

/** Maximum number of lines in a story. */
const longestStory = 10

/** Types of lines that say nothing about a failure, or too much at once. */
const leftOut: ReadonlySet<string> = new Set(['state', 'message', 'run'])

/**
 * Chooses the lines that mention the hashes and quoted names of the outcome; if these are few, also
 * the last lines of the nodes that it names.
 *
 * @param lines the latest lines of the trace, oldest first
 */
export function storyOf(lines: readonly string[], outcome: RunOutcome): readonly string[] {
  if (outcome.verdict === 'converged') return []
  const told = lines.filter((line) => !leftOut.has(typeOf(line)))
  const { subjects, nodes } = touchedBy(outcome)
  const ofSubjects = told.filter((line) => subjects.some((subject) => line.includes(subject)))
  const chosen = new Set(ofSubjects.slice(-longestStory))
  const isOfNode = (line: string): boolean =>
    nodes.length === 0 || nodes.some((node) => line.includes(`"${node}"`))
  const others = told.filter((line) => !chosen.has(line) && isOfNode(line))
  const missing = longestStory - chosen.size
  for (const line of missing === 0 ? [] : others.slice(-missing)) chosen.add(line)
  return told.filter((line) => chosen.has(line))
}

function touchedBy({ violation, failure, restless = [] }: RunOutcome): {
  subjects: readonly string[]
  nodes: readonly NodeId[]
} {
  const words = [
    violation?.detail,
    failure?.error.message,
    ...restless.map(({ lacks }) => lacks),
  ].join(' ')
  const names = [...words.matchAll(/\b[0-9a-f]{10,64}\b|"[^"]{1,100}"/g)].map(([name]) => name)
  const nodes = [violation?.node, failure?.node, ...restless.map(({ node }) => node)]
  return { subjects: names, nodes: nodes.filter((node) => node !== undefined) }
}

function typeOf(line: string): string {
  return /"type":"([^"]*)"/.exec(line)?.[1] ?? ''
}
