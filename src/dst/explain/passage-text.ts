/**
 * A message on its way, in words: which one it was, and what became of it.
 * @module
 */

import type { Passage } from '../../runner/passages.ts'
import { textOf, textsOf } from '../../runner/trace-reader.ts'
import { timeText } from './time-text.ts'

/** Faults after which nobody gets the message as it was sent. */
const harmful: ReadonlySet<string> = new Set([
  'refused',
  'requestLost',
  'replyLost',
  'requestCut',
  'replyCut',
  'requestCorrupted',
  'replyCorrupted',
])

/** The message by its name: `the reply of look#3.round#1`. */
export function passageName({ kind, exchange }: Passage): string {
  return `the ${kind} of ${exchange}`
}

/** The end of a message, and the fault or the outage that it was due to. */
export function fateText(passage: Passage): string {
  const { fate, ended, to } = passage
  const at = ended === undefined ? '' : ` (${timeText(ended)})`
  if (fate === 'arrived') return `it arrives${at}`
  if (fate === 'underway') return 'it is still on its way when the trace ends'
  const faults = faultsText(passage)
  if (fate === 'damaged') return `it arrives damaged: ${faults}${at}`
  if (ended?.type === 'lost') return `it does not reach ${to}, which is down or cut off${at}`
  if (faults !== '') return `it is lost: ${faults}`
  const reason = ended === undefined ? '' : ` (${textOf(ended, 'reason')})`
  return `it is lost: ${passage.kind === 'reply' ? passage.to : passage.from} gives up${reason}`
}

/** Names each fault as the list of decisions has it, so that it can be cancelled. */
function faultsText({ kind, from, to, exchange, sent, ended }: Passage): string {
  const link = kind === 'request' ? `${from}→${to}` : `${to}→${from}`
  const told = [...textsOf(sent, 'faults')]
  if (told.includes('partitioned')) return `a partition between ${from} and ${to}`
  const sites = told
    .filter((fault) => harmful.has(fault))
    .map((fault) => `fault net/${link}/${fault}, use ${exchange}`)
  return sites.length > 0 || ended === undefined
    ? sites.join(', ')
    : textsOf(ended, 'damage').join()
}
