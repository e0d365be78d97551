/**
 * The last link of the chain, in words: how a thing came to a node, or what would have had to
 * happen for it to come.
 * @module
 */

import { counted } from '../../base/counted.ts'
import type { NodeId } from '../../runner/model.ts'
import { lineText } from '../../runner/line-text.ts'
import type { Passage } from '../../runner/passages.ts'
import { textOf } from '../../runner/trace-reader.ts'
import { causeText } from './change-text.ts'
import type { Evidence, Speech } from './evidence.ts'
import { fateText, passageName } from './passage-text.ts'
import { secondsText, timeText } from './time-text.ts'
import type { ExplanationVerdict, Judgement } from './verdict.ts'

type Wording = (evidence: Evidence, node: NodeId, judgement: Judgement) => string

/** The conclusion of an explanation. */
export function missingLink(evidence: Evidence, node: NodeId, judgement: Judgement): string {
  return wordings[judgement.verdict](evidence, node, judgement)
}

const wordings: Readonly<Record<ExplanationVerdict, Wording>> = {
  held: (_evidence, node, { change }) =>
    change === undefined ? `${node} has it` : `${node} has it${cameText(change)}`,
  removed: (evidence, node, judgement) => {
    const { later } = judgement
    const since =
      later === undefined
        ? 'Nobody has told it of that again since: it would have to be announced or sent once more'
        : `Since then ${missingLink(evidence, node, later)}`
    return `${removalText(node, judgement)}. ${since}`
  },
  unkept: ({ made }, node) => {
    const line = made.find((each) => each.node === node)
    const what = line === undefined ? '' : `: ${lineText(line)} (${timeText(line)})`
    return `${node} said that it had made it, and never had it${what}`
  },
  refused: (evidence, node, { speech }) => {
    const why = speech === undefined ? '' : refusalText(evidence, node, speech)
    return `it reached ${node} and was not kept${why}`
  },
  arrived: (_evidence, node) => {
    return `it reached ${node}; whether ${node} kept it this trace does not tell`
  },
  lost: (evidence, node, { speech, whole }) => {
    const how = speech === undefined ? '' : `: ${fateText(speech.passage)}`
    const then = again(evidence, node, { whole, speech, what: 'it was not sent again' })
    return `it was sent to ${node} and did not arrive${how}. ${then}`
  },
  unanswered: unansweredText,
  'not-asked': (evidence, node, { speech, whole }) => {
    const then = again(evidence, node, { whole, speech, what: 'none of them asked for it' })
    const ban = banText(evidence, node)
    return `it was announced to ${node}, which never asked for it${ban}. ${then}`
  },
  private: (_evidence, node) =>
    `it is private where it is, and ${node} does not ask for what is private: ` +
    'it would have to be published, or private artifacts to be synced',
  'not-announced': (evidence, node, { holders, whole }) => {
    const who = holders.join(', ')
    const went = `${counted(whole.length, 'exchange')} between ${node} and ${who} went well`
    return (
      `${went} while ${who} had it, the last ${lastText(whole)}, and none announced it: ` +
      `${who} would have had to send igot for it, or a cluster that names it` +
      silenceText(evidence, holders)
    )
  },
  'not-synced': notSynced,
  elsewhere: (_evidence, node) =>
    `nobody that ${node} exchanged messages with ever had it, so that it could not come`,
  ended: (_evidence, node, { speech }) => {
    const how = speech === undefined ? '' : `: ${fateText(speech.passage)}`
    return `the run ended before it could reach ${node}${how}`
  },
  underived: (_evidence, node) => `${node} holds what it follows from, and not the row`,
  unseen: () => 'the trace does not tell enough to say',
}

function unansweredText(
  evidence: Evidence,
  node: NodeId,
  { speech, whole }: Pick<Judgement, 'speech' | 'whole'>,
): string {
  if (speech === undefined) return `${node} asked for it in vain`
  const { passage } = speech
  if (passage.fate !== 'arrived') {
    const then = again(evidence, node, { whole, speech, what: 'nobody asked again' })
    const lost = `the question was lost: ${fateText(passage)}`
    return `${node} asked ${passage.to} for it, and ${lost}. ${then}`
  }
  const then = again(evidence, node, { whole, speech, what: 'it was not sent' })
  const asked = `${node} asked ${passage.to} for it, in ${passageName(passage)}`
  return `${asked}, and ${passage.to} did not send it${errorIn(evidence, passage)}. ${then}`
}

function cameText(change: NonNullable<Judgement['change']>): string {
  const asPrivate = change.standing === 'private' ? ', as private' : ''
  return `${asPrivate}, since ${timeText(change.line)}${causeText(change)}`
}

/** The moment at which a thing went, and what took it. */
export function removalText(node: NodeId, { change }: Judgement): string {
  const went = change === undefined ? '' : `: it went at ${timeText(change.line)}`
  return `${node} had it and has it no more${went}${change === undefined ? '' : causeText(change)}`
}

/** Holders that do not announce it by itself in the end, as their holdings tell. */
function silenceText({ changes, hasHoldings }: Evidence, holders: readonly NodeId[]): string {
  const isSilent = (holder: NodeId): boolean =>
    changes.findLast(({ node, standing }) => node === holder && standing === 'announced')
      ?.isGained !== true
  const silent = hasHoldings ? holders.filter(isSilent) : []
  return silent.length === 0 ? '' : `; by itself ${silent.join(', ')} does not announce it`
}

/** The reason why what arrived was not kept. */
function refusalText(evidence: Evidence, node: NodeId, { passage, card }: Speech): string {
  const error = errorIn(evidence, passage)
  if (error !== '') return error
  const ban = banText(evidence, node)
  if (ban !== '') return ban
  const words = card.split(' ')
  const source = words[0] === 'file' && words.length === 4 ? words[2] : undefined
  return source === undefined
    ? ': no error tells why, which is a bug of whoever was to keep it'
    : `: it is a delta, and waits for its source ${source}`
}

/** The error in which it ended that a message was read, or with which it was answered. */
function errorIn(evidence: Evidence, passage: Passage): string {
  const { from, to, exchange, ended } = passage
  const error = evidence.errors.find(
    (line) => line.event === ended?.event && textOf(line, 'node') === to,
  )
  if (error !== undefined) return `: ${lineText(error)}`
  const reply = evidence.passages.find(
    (each) => each.kind === 'reply' && each.exchange === exchange && isAnswer(each, { from, to }),
  )
  const refusal = reply === undefined ? undefined : evidence.refusals.get(reply)
  return refusal === undefined ? '' : `: ${to} answered with error ${refusal}`
}

function isAnswer(reply: Passage, { from, to }: Pick<Passage, 'from' | 'to'>): boolean {
  return reply.from === to && reply.to === from
}

/** A ban on it at the node, where there is one. */
function banText({ changes }: Evidence, node: NodeId): string {
  const ban = changes.findLast((each) => each.node === node && each.standing === 'banned')
  return ban?.isGained === true ? `: ${node} has banned it (${timeText(ban.line)})` : ''
}

/** Exchanges after the last attempt, none of which mended it. */
function again(
  evidence: Evidence,
  node: NodeId,
  { whole, speech, what }: { whole: readonly Passage[]; speech: Speech | undefined; what: string },
): string {
  const sinceMs = speech?.passage.sent.atMs ?? 0
  const later = whole.filter(({ sent }) => sent.atMs > sinceMs)
  if (later.length === 0) return `No exchange went well after that: ${endText(evidence, node)}`
  const count = counted(later.length, 'exchange')
  return `${count} went well after that, the last ${lastText(later)}, and ${what}`
}

function lastText(passages: readonly Passage[]): string {
  const last = passages.at(-1)
  return last === undefined ? '' : `at ${timeText(last.sent)}`
}

function notSynced(
  evidence: Evidence,
  node: NodeId,
  { holders, broken }: Pick<Judgement, 'holders' | 'broken'>,
): string {
  const who = holders.join(', ')
  const last = broken.at(-1)
  if (last === undefined) {
    const end = endText(evidence, node)
    const silence = silenceText(evidence, holders)
    return `no sync between ${node} and ${who} began after ${who} had it: ${end}${silence}`
  }
  const reply = evidence.passages.find(
    (each) => each.kind === 'reply' && each.exchange === last.exchange && isAnswer(each, last),
  )
  const ended = last.fate === 'arrived' && reply !== undefined ? reply : last
  return (
    `${counted(broken.length, 'exchange')} between ${node} and ${who} began after ${who} had it, ` +
    `and none went well; of the last, ${passageName(ended)}: ${fateText(ended)}`
  )
}

/** The outage that kept a node from going on, or the end of the run. */
function endText({ outages, endMs }: Evidence, node: NodeId): string {
  const open = outages.openAt(node)
  return open === undefined
    ? `the run ended at ${secondsText(endMs)}`
    : `${lineText(open)} at ${timeText(open)}, and that lasted to the end`
}
