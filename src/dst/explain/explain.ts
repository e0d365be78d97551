/**
 * Explains why a node lacks a thing, or how it got there: the chain of causes in a trace, step by
 * step, and its missing link.
 * @module
 */

import { FossilError } from '../../base/error.ts'
import type { NodeId } from '../../runner/model.ts'
import { textsOf, type TraceSource } from '../../runner/trace-reader.ts'
import { type Evidence, gather } from './evidence.ts'
import { findSubject } from './find-subject.ts'
import { missingLink, removalText } from './missing-link.ts'
import { stepsOf } from './steps.ts'
import type { Question, Subject } from './subject.ts'
import type { Explanation } from './explanation.ts'
import { explanationText } from './explanation-text.ts'
import { heldSince, judge, type Judgement, peersOf } from './verdict.ts'

/**
 * Explains why a node lacks an artifact, a file or a row, how it got there, or why it disappeared.
 *
 * @example
 * ```ts
 * const { verdict, text } = explain(trace, { artifact: '3f2a' }, 'leaf-1')
 * if (verdict !== 'held') console.log(text)
 * ```
 * @param source a trace, with lines of messages and holdings if it has them
 * @param question the artifact by a prefix of its hash; a file by its name, in its latest version;
 *   a row by its table and a prefix of the hash of its key, or a derived row by its table and any
 *   part of it
 * @returns `text`: the explanation for people; it ends with a newline
 * @throws {FossilError} `trace.invalid`; `name.unknown` for a node or a thing that the trace does
 *   not have; `name.ambiguous`
 */
export function explain(
  source: TraceSource,
  question: Question,
  node: NodeId,
): Explanation & { readonly text: string } {
  const explanation = explanationOf(source, question, node)
  return { ...explanation, text: explanationText(explanation) }
}

function explanationOf(source: TraceSource, question: Question, node: NodeId): Explanation {
  const subject = findSubject(source, question)
  const evidence = gather(source, subject)
  if (!evidence.nodes.includes(node)) {
    const reason = `the run has no such node, only ${evidence.nodes.join(', ')}`
    throw new FossilError('name.unknown', { name: node, reason })
  }
  if (subject.kind === 'derived') return explainDerived(source, { subject, evidence, node })
  return explainAt(subject, evidence, node, new Set())
}

function explainAt(
  subject: Subject,
  evidence: Evidence,
  node: NodeId,
  asked: ReadonlySet<NodeId>,
): Explanation {
  const judgement = judge(evidence, node)
  const visited = new Set([...asked, node])
  // Where no peer ever had it, the reason is theirs.
  const further = judgement.verdict === 'elsewhere' ? peersOf(evidence, node) : []
  const because = further
    .filter((peer) => !visited.has(peer) && leadsTo(evidence, peer, visited))
    .map((peer) => explainAt(subject, evidence, peer, visited))
  return {
    subject: subject.name,
    node,
    verdict: judgement.verdict,
    steps: stepsOf(evidence, { node, isFirst: asked.size === 0, untilMs: endOf(judgement) }),
    conclusion: missingLink(evidence, node, judgement),
    because,
    unseen: asked.size === 0 ? unseenIn(evidence) : [],
  }
}

/** The end of a story: where the node has the thing, the moment since which it does. */
function endOf({ verdict, change }: Judgement): number {
  return verdict === 'held' && change !== undefined ? change.line.atMs : Infinity
}

/** Tells whether somebody who had it is reached from a peer without those that were asked. */
function leadsTo(evidence: Evidence, peer: NodeId, visited: ReadonlySet<NodeId>): boolean {
  const seen = new Set([...visited, peer])
  const next = [peer]
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    if (heldSince(evidence, at) !== undefined) return true
    for (const each of peersOf(evidence, at)) {
      if (seen.has(each)) continue
      seen.add(each)
      next.push(each)
    }
  }
  return false
}

/** A derived row comes with the artifacts that say it. */
function explainDerived(
  source: TraceSource,
  { subject, evidence, node }: { subject: Subject; evidence: Evidence; node: NodeId },
): Explanation {
  const judgement = judge(evidence, node)
  const { change } = judgement
  const isHeld = judgement.verdict === 'held'
  const artifacts = isHeld ? [] : artifactsBehind(evidence, subject)
  const lacked = artifacts
    .flatMap((artifact) => explainIfTold(source, artifact, node))
    .filter(({ verdict }) => verdict !== 'held')
  const verdict = change === undefined ? (lacked.length > 0 ? 'elsewhere' : 'underived') : undefined
  const how = isHeld ? missingLink(evidence, node, judgement) : `${removalText(node, judgement)}. `
  return {
    subject: subject.name,
    node,
    verdict: verdict ?? judgement.verdict,
    steps: stepsOf(evidence, { node, isFirst: true, untilMs: endOf(judgement) }),
    conclusion: isHeld
      ? how
      : `${change === undefined ? '' : how}${behindText(node, artifacts, lacked)}`,
    because: lacked,
    unseen: unseenIn(evidence),
  }
}

/** Not all that looks like a hash is one: a row of a ticket has the name of that. */
function explainIfTold(source: TraceSource, artifact: string, node: NodeId): Explanation[] {
  try {
    return [explanationOf(source, { artifact }, node)]
  } catch (error) {
    if (FossilError.is(error, 'name.unknown')) return []
    throw error
  }
}

/** Artifacts that a row names, or that came in the event in which somebody first had it. */
function artifactsBehind({ changes }: Evidence, { name }: Subject): string[] {
  const named = name.match(/(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])/g) ?? []
  const first = changes.find(({ isGained }) => isGained)
  const came = textsOf(first?.line ?? noLine, 'gained').flatMap((text) => {
    return /^(?:artifact|private) (\S+)$/.exec(text)?.[1] ?? []
  })
  return [...new Set([...named, ...came])].slice(0, mostArtifacts)
}

const noLine = { event: 0, cause: 0, lamport: 0, atMs: 0, type: '' }

/** Artifacts behind a row that are looked at. */
const mostArtifacts = 20

function behindText(
  node: NodeId,
  artifacts: readonly string[],
  lacked: readonly Explanation[],
): string {
  if (lacked.length > 0) {
    const names = lacked.map(({ subject }) => subject).join(', ')
    return `${node} lacks ${names}, which the row follows from`
  }
  return artifacts.length === 0
    ? 'the trace does not tell which artifacts the row follows from'
    : `${node} holds all artifacts that the row names or came with, so that it should follow`
}

function unseenIn({ hasMessages, hasHoldings, shortened }: Evidence): string[] {
  return [
    ...(hasMessages
      ? []
      : ['which artifacts messages announce, ask for and carry: sim run --messages tells it']),
    ...(hasHoldings ? [] : ['what each node keeps and loses: sim run --holdings tells it']),
    ...(shortened === 0
      ? []
      : [`cards after the first 200 of a message, in ${shortened} of the messages`]),
  ]
}
