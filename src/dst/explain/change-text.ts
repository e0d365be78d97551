/**
 * A change of a thing at a node, in words: how it came, or what took it.
 * @module
 */

import type { TraceEvent } from '../../sim/trace.ts'
import { textOf } from '../../runner/trace-reader.ts'
import type { Change } from './evidence.ts'

/** The way in which the thing came to a node or went, by whatever else the event tells. */
export function changeText(change: Change): string {
  const { standing, isGained, node } = change
  const how = causeText(change)
  if (standing === 'known') {
    return isGained ? `${node} learns of it, and wants it${how}` : `${node} wants it no more${how}`
  }
  if (standing === 'banned') {
    return isGained ? `${node} bans it${how}` : `${node} lifts the ban on it${how}`
  }
  if (standing === 'announced') {
    return `${node} ${isGained ? 'begins' : 'ceases'} to announce it by itself${how}`
  }
  const asPrivate = standing === 'private' ? ', as private' : ''
  return isGained ? `${node} has it${asPrivate}${how}` : `${node} has it no more${how}`
}

/** The operation, the message or the outage of the event. */
export function causeText({ node, event, line }: Change): string {
  const of = (type: string): TraceEvent | undefined =>
    event.find((each) => each.type === type && each.node === node)
  const operation = of('operation')
  if (operation !== undefined) {
    return `: operation ${textOf(operation, 'id')}, ${textOf(operation, 'op')}`
  }
  const write = of('uvWrite') ?? of('uvDelete')
  if (write !== undefined) return `: somebody ${write.type === 'uvWrite' ? 'writes' : 'deletes'} it`
  const arrival = of('arrival')
  if (arrival !== undefined) {
    const message = textOf(arrival, 'message')
    return `, with the ${message} of ${textOf(arrival, 'exchange')} from ${textOf(arrival, 'peer')}`
  }
  const outage = of('restart') ?? of('join') ?? of('crash')
  if (outage !== undefined) return `, in its ${outage.type}`
  if (line.event === 0) return line.atMs === 0 ? ' from the beginning' : ', by the hand of a caller'
  return ', and nothing in the event says why'
}
