/**
 * The steps of a story: who had the thing and how it came there, each attempt to bring it to one
 * node, and what kept that node from taking part.
 * @module
 */

import { counted } from '../../base/counted.ts'
import type { NodeId } from '../../runner/model.ts'
import { lineText } from '../../runner/line-text.ts'
import type { TraceEvent } from '../../sim/trace.ts'
import { changeText } from './change-text.ts'
import type { Change, Evidence, Speech } from './evidence.ts'
import type { ExplanationStep } from './explanation.ts'
import { fateText, passageName } from './passage-text.ts'

/** Attempts of one kind that are told one by one; of more, the first and the last. */
const mostAlike = 3

/** Nodes that are told to have got it, besides the one in question. */
const mostOthers = 8

/**
 * @param options.isFirst false if the story of others has been told already
 * @param options.untilMs the end of the story, such as the time since which the node has it
 */
export function stepsOf(
  evidence: Evidence,
  { node, isFirst, untilMs }: { node: NodeId; isFirst: boolean; untilMs: number },
): ExplanationStep[] {
  const { changes, outages } = evidence
  const own = changes.filter((change) => change.node === node)
  const others = isFirst ? othersOf(changes, node) : []
  const steps = [
    ...(evidence.hasHoldings || !isFirst ? [] : evidence.made.map(madeStep)),
    ...[...others, ...own].filter(isTold).map(changeStep),
    ...speechSteps(evidence.speeches.filter((speech) => isWayTo(speech, node))),
  ]
  const firstMs = Math.min(...steps.map(({ atMs }) => atMs))
  const outageSteps = outages
    .of(node)
    .filter(({ atMs }) => atMs >= firstMs && atMs <= untilMs)
    .map((line) => stepOf(line, node, lineText(line)))
  return [...steps, ...withoutMiddle(outageSteps)]
    .filter(({ atMs }) => atMs <= untilMs)
    .sort((a, b) => a.atMs - b.atMs || a.event - b.event)
}

/** Others that had it, the first ones: how it spread. */
function othersOf(changes: readonly Change[], node: NodeId): Change[] {
  const had = changes.filter(
    ({ standing, node: other }) =>
      other !== node && (standing === 'held' || standing === 'private'),
  )
  return had.slice(0, mostOthers)
}

/** A phantom that is filled is known no more, and what is published is private no more. */
function isTold(change: Change, _index: number, all: readonly Change[]): boolean {
  if (change.standing === 'announced') return false
  if (change.isGained || change.standing === 'banned') return true
  return !all.some(
    ({ line, isGained, standing }) =>
      line === change.line && isGained && (standing === 'held' || standing === 'private'),
  )
}

/** Tells whether a message could bring the thing to a node: by telling of it, asking, sending. */
function isWayTo({ mention, passage }: Speech, node: NodeId): boolean {
  return mention === 'asked' ? passage.from === node : passage.to === node
}

function changeStep(change: Change): ExplanationStep {
  return stepOf(change.line, change.node, changeText(change))
}

function madeStep(line: TraceEvent): ExplanationStep {
  const { node } = line
  return stepOf(line, typeof node === 'string' ? node : '', lineText(line))
}

function speechSteps(speeches: readonly Speech[]): ExplanationStep[] {
  const alike = new Map<string, Speech[]>()
  for (const speech of speeches) {
    const { from, to, fate } = speech.passage
    const key = `${speech.mention} ${from} ${to} ${fate}`
    alike.set(key, [...(alike.get(key) ?? []), speech])
  }
  return [...alike.values()].flatMap((group) => withoutMiddle(group.map(speechStep)))
}

const verbs = {
  announced: 'announces it to',
  asked: 'asks for it from',
  sent: 'sends it to',
} as const

function speechStep({ mention, passage, card }: Speech): ExplanationStep {
  const { from, to, sent } = passage
  const asPrivate = mention === 'announced' && /^igot \S+ 1$/.test(card) ? ', as private' : ''
  const text =
    `${from} ${verbs[mention]} ${to}${asPrivate}, in ${passageName(passage)}; ` + fateText(passage)
  return stepOf(sent, from, text)
}

function withoutMiddle(steps: readonly ExplanationStep[]): ExplanationStep[] {
  if (steps.length <= mostAlike) return [...steps]
  const [first, last] = [steps[0], steps.at(-1)]
  if (first === undefined || last === undefined) return []
  return [first, { ...last, text: `${last.text} (the last of ${counted(steps.length, 'time')})` }]
}

function stepOf({ atMs, event }: TraceEvent, node: NodeId, text: string): ExplanationStep {
  return { atMs, event, node, text }
}
