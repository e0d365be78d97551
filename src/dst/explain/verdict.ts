/**
 * The verdict on one thing at one node: which link of the chain that would have brought it there is
 * missing, or broke.
 * @module
 */

import type { NodeId } from '../../runner/model.ts'
import type { Passage } from '../../runner/passages.ts'
import type { Change, Evidence, Speech } from './evidence.ts'
import type { Mention, Standing } from './subject.ts'

/**
 * - `held`: the node has it.
 * - `removed`: it was there, and is no more.
 * - `unkept`: an operation made it at the node, as that said, and it was never there.
 * - `refused`: it arrived, and was not kept.
 * - `arrived`: it arrived; whether it was kept the trace does not tell.
 * - `lost`: it was sent, and did not arrive.
 * - `unanswered`: the node asked for it, and it was not sent.
 * - `not-asked`: it was announced to the node, which never asked.
 * - `private`: it is private where it is, and stays there.
 * - `not-announced`: those that the node syncs with had it and never said so.
 * - `not-synced`: the node had no sync with anybody who had it.
 * - `elsewhere`: nobody that the node syncs with ever had it.
 * - `ended`: it was on its way when the run ended.
 * - `underived`: the node holds all that a derived row follows from, and not the row.
 * - `unseen`: the trace does not tell enough.
 */
export type ExplanationVerdict =
  | 'held'
  | 'removed'
  | 'unkept'
  | 'refused'
  | 'arrived'
  | 'lost'
  | 'unanswered'
  | 'not-asked'
  | 'private'
  | 'not-announced'
  | 'not-synced'
  | 'elsewhere'
  | 'ended'
  | 'underived'
  | 'unseen'

/** A verdict and what it rests on. */
export interface Judgement {
  readonly verdict: ExplanationVerdict
  /** The message that the chain ends with, where it does. */
  readonly speech?: Speech
  /** The change that the chain ends with, where it does. */
  readonly change?: Change
  /** The judgement on what came after that, where the thing was here and went. */
  readonly later?: Judgement
  /** Nodes that had it, of those that the node syncs with. */
  readonly holders: readonly NodeId[]
  /** Exchanges with these while they had it: those that went well, and those that did not. */
  readonly whole: readonly Passage[]
  readonly broken: readonly Passage[]
}

/** Judges what became of a thing at a node. */
export function judge(evidence: Evidence, node: NodeId): Judgement {
  const holders = peersOf(evidence, node).filter((peer) => heldSince(evidence, peer) !== undefined)
  const exchanges = exchangesWith(evidence, node, holders)
  const base = { holders, ...exchanges }
  const held = lastChange(evidence, node, ['held', 'private'])
  if (held?.isGained === true) return { verdict: 'held', change: held, ...base }
  if (held !== undefined) {
    const found = judgeMessages(evidence, node, held.number)
    const later = found === undefined ? {} : { later: { ...found, ...base } }
    return { verdict: 'removed', change: held, ...later, ...base }
  }
  const found = judgeMessages(evidence, node, 0)
  if (found !== undefined) return { ...found, ...base }
  if (evidence.hasHoldings && evidence.made.some((line) => line.node === node)) {
    return { verdict: 'unkept', ...base }
  }
  return { verdict: withoutMessages(evidence, node, base), ...base }
}

/** The furthest that it came since some line of the trace. */
function judgeMessages(
  { speeches, hasHoldings }: Evidence,
  node: NodeId,
  since: number,
): Pick<Judgement, 'verdict' | 'speech'> | undefined {
  const speech = (mention: Mention, direction: 'to' | 'from', fates: string): Speech | undefined =>
    speeches.findLast(
      (each) =>
        each.number > since &&
        each.mention === mention &&
        each.passage[direction] === node &&
        fates.includes(each.passage.fate),
    )
  const arrived = speech('sent', 'to', 'arrived')
  if (arrived !== undefined) {
    return { verdict: hasHoldings ? 'refused' : 'arrived', speech: arrived }
  }
  const underway = speech('sent', 'to', 'underway')
  if (underway !== undefined) return { verdict: 'ended', speech: underway }
  const lost = speech('sent', 'to', 'lost damaged')
  if (lost !== undefined) return { verdict: 'lost', speech: lost }
  const asked = speech('asked', 'from', 'arrived lost damaged underway')
  if (asked !== undefined) {
    return { verdict: asked.passage.fate === 'underway' ? 'ended' : 'unanswered', speech: asked }
  }
  const announced = speech('announced', 'to', 'arrived')
  return announced === undefined ? undefined : { verdict: 'not-asked', speech: announced }
}

/** Nothing that the node sent or got names it. */
function withoutMessages(
  evidence: Evidence,
  node: NodeId,
  { holders, whole }: Pick<Judgement, 'holders' | 'whole'>,
): ExplanationVerdict {
  if (isPrivate(evidence) && !evidence.asksPrivate.has(node)) return 'private'
  if (!evidence.hasHoldings && !evidence.hasMessages) return 'unseen'
  if (holders.length === 0) return 'elsewhere'
  if (whole.length === 0) return 'not-synced'
  return evidence.hasMessages ? 'not-announced' : 'unseen'
}

/** It never became public anywhere. */
function isPrivate({ changes }: Evidence): boolean {
  const standings = new Set(changes.map(({ standing }) => standing))
  return standings.has('private') && !standings.has('held')
}

/** Nodes that a node has sent a request to, or had one from, in the order of the run. */
export function peersOf({ passages, nodes }: Evidence, node: NodeId): NodeId[] {
  const peers = new Set<NodeId>()
  for (const { from, to } of passages) {
    if (from === node) peers.add(to)
    if (to === node) peers.add(from)
  }
  return nodes.filter((each) => peers.has(each))
}

/** The time since which a node had it, as its holdings tell, or by what it made or sent. */
export function heldSince(evidence: Evidence, node: NodeId): number | undefined {
  const { changes, made, speeches } = evidence
  const gained = changes.find(
    (each) => each.node === node && each.isGained && isHeld(each.standing),
  )
  if (evidence.hasHoldings) return gained?.line.atMs
  const own = made.find((line) => line.node === node)
  const sent = speeches.find(({ mention, passage }) => {
    return mention === 'sent' && passage.from === node
  })
  const times = [own?.atMs, sent?.passage.sent.atMs].filter((time) => time !== undefined)
  return times.length === 0 ? undefined : Math.min(...times)
}

function isHeld(standing: Standing): boolean {
  return standing === 'held' || standing === 'private'
}

function lastChange(
  { changes }: Evidence,
  node: NodeId,
  standings: readonly Standing[],
): Change | undefined {
  const ofNode = changes.filter(
    (change) => change.node === node && standings.includes(change.standing),
  )
  const last = ofNode.at(-1)
  // What is published is private no more and public from then on, in one event.
  const now = ofNode.find(({ line, isGained }) => isGained && line === last?.line)
  return now ?? last
}

/** Exchanges between a node and those who had it, since they had. */
function exchangesWith(
  evidence: Evidence,
  node: NodeId,
  holders: readonly NodeId[],
): Pick<Judgement, 'whole' | 'broken'> {
  const replies = new Map<string, Passage>()
  const isBetween = ({ from, to }: Passage, holder: NodeId): boolean =>
    (from === node && to === holder) || (from === holder && to === node)
  for (const passage of evidence.passages) {
    if (passage.kind === 'reply') replies.set(nameOf(passage.to, passage), passage)
  }
  const requests = holders.flatMap((holder) => {
    const since = heldSince(evidence, holder) ?? 0
    return evidence.passages.filter(
      (each) => each.kind === 'request' && isBetween(each, holder) && each.sent.atMs >= since,
    )
  })
  const isWhole = (request: Passage): boolean =>
    request.fate === 'arrived' && replies.get(nameOf(request.from, request))?.fate === 'arrived'
  return {
    whole: requests.filter(isWhole),
    broken: requests.filter((request) => !isWhole(request)),
  }
}

/** An exchange by who asks, who answers, and its name. */
function nameOf(asker: NodeId, { from, to, exchange }: Passage): string {
  return `${asker}→${asker === from ? to : from} ${exchange}`
}
