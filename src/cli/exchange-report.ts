/**
 * The report of a sync or a clone at its end, for people and for programs.
 * @module
 */

import { printable } from '../base/printable.ts'
import type { Outcome } from './exchange.ts'
import { counted } from '../base/counted.ts'
import { formatBytes } from './terminal.ts'

/** Missing artifacts that people are shown by name. */
const maxNamed = 5
/** Characters of a text that somebody else wrote. */
const maxShown = 500

/** The fields of the one object that programs get. They are part of the commands' interface. */
export function outcomeFields(outcome: Outcome): Record<string, unknown> {
  const { complete, interrupted, shortfall, missing, pushRefused, messages } = outcome
  const { rounds, artifactsSent, artifactsReceived, bytesSent, bytesReceived } = outcome
  return {
    complete,
    interrupted,
    shortfall: shortfall ?? null,
    missing,
    pushRefused,
    rounds,
    artifactsSent,
    artifactsReceived,
    bytesSent,
    bytesReceived,
    unversioned: outcome.unversioned ?? null,
    tables: outcome.tables ?? null,
    messages,
    clockSkewMs: outcome.clockSkewMs ?? null,
    redirectedTo: outcome.redirectedTo ?? null,
  }
}

/** The warning of clocks that do not agree. */
export function skewText(clockSkewMs: number): string {
  const sec = Math.round(Math.abs(clockSkewMs) / 1000)
  const [unit, size] = [
    ['day', 86_400] as const,
    ['hour', 3_600] as const,
    ['minute', 60] as const,
  ].find(([, seconds]) => sec >= seconds * 2) ?? ['second', 1]
  const by = counted(Math.round(sec / size), unit)
  const where = clockSkewMs > 0 ? 'ahead of' : 'behind'
  return `clocks disagree: the server's is ${by} ${where} this machine's; check which is right`
}

/** The same for people, after a line of the command's own. */
export function outcomeText(outcome: Outcome): string {
  const { artifactsSent, artifactsReceived, rounds, bytesSent, bytesReceived } = outcome
  const { shortfall, missing, messages, unversioned } = outcome
  const sizes = `(${formatBytes(bytesReceived)} in, ${formatBytes(bytesSent)} out)`
  const lines = [
    `${counted(artifactsReceived, 'artifact')} received, ${artifactsSent} sent in ` +
      `${counted(rounds, 'round')} ${sizes}`,
  ]
  if (unversioned !== undefined) {
    const { received, adopted, sent } = unversioned
    lines.push(
      `${counted(received, 'unversioned file')} received, ${sent} sent` +
        (adopted === 0 ? '' : `, ${counted(adopted, 'time or deletion', 'times or deletions')}`),
    )
  }
  const { redirectedTo, clockSkewMs, tables } = outcome
  if (tables !== undefined) {
    lines.push(
      tables.peer === 'none'
        ? 'the server has no synced tables, and takes none'
        : `${counted(tables.received, 'row')} received, ${tables.sent} sent`,
    )
  }
  if (clockSkewMs !== undefined) lines.push(skewText(clockSkewMs))
  if (redirectedTo !== undefined) {
    lines.push(
      `redirected to ${redirectedTo}, which is another site and was told no login: give that ` +
        'address to log in there, or --trust-redirects',
    )
  }
  for (const message of messages) lines.push(`the server says: ${printable(message, maxShown)}`)
  if (shortfall !== undefined) lines.push(`incomplete: ${shortfall}`)
  for (const hash of missing.slice(0, maxNamed)) lines.push(`  ${hash}`)
  if (missing.length > maxNamed) lines.push(`  and ${missing.length - maxNamed} more`)
  const files = [...(unversioned?.missing ?? []), ...(unversioned?.unsent ?? [])]
  for (const name of files.slice(0, maxNamed)) lines.push(`  ${printable(name, maxShown)}`)
  return lines.map((line) => `${line}\n`).join('')
}
