/**
 * The log of a server for whoever runs it: a line on standard output for each request, and a line
 * on standard error for everything that it could not do.
 * @module
 */

import { FossilError } from '../index.ts'
import { printable } from '../base/printable.ts'
import { type HttpEvent } from '../transport/http.ts'
import { errorText } from './error-text.ts'
import { formatBytes } from './terminal.ts'

/** The form of lines: for people, or one JSON object each. */
export type LogFormat = 'text' | 'json'

/** The stream that an event belongs to, and its line. Times are UTC. */
export function logLine(
  event: HttpEvent,
  { format, time }: { format: LogFormat; time: Date },
): { readonly to: 'stdout' | 'stderr'; readonly line: string } {
  if (event.type === 'http.failed') return { to: 'stderr', line: failureLine(event, format, time) }
  const { method, path, status, requestBytes, replyBytes, durationMs } = event
  const { remoteAddress, user } = event
  if (format === 'json') {
    const who = { address: remoteAddress ?? null, user: user ?? null }
    const figures = { status, bytesReceived: requestBytes, bytesSent: replyBytes, durationMs }
    const fields = { time: time.toISOString(), ...who, method, path, ...figures }
    return { to: 'stdout', line: `${JSON.stringify(fields)}\n` }
  }
  const who = `${remoteAddress ?? '-'} ${user === undefined ? '-' : word(user)}`
  const request = `${word(method, 10)} ${word(path)} ${status}`
  const sizes = `${formatBytes(requestBytes)} in, ${formatBytes(replyBytes)} out`
  const line = `${time.toISOString()} ${who} ${request}, ${sizes}, ${durationMs} ms\n`
  return { to: 'stdout', line }
}

/** The warning for an address beyond this machine; empty for a loopback address. */
export function exposureText(host: string): string {
  if (/^(?:localhost|127\..*|::1)$/.test(host)) return ''
  return (
    'trilobite: this is plain HTTP: whoever is on the way reads along, and can change what comes ' +
    'and goes. For TLS put a proxy in front (docs/operating.md).\n'
  )
}

function failureLine(
  { path, error }: HttpEvent & { type: 'http.failed' },
  format: LogFormat,
  time: Date,
): string {
  const isOperating = FossilError.is(error)
  const reason = isOperating ? errorText(error) : stackOf(error)
  if (format === 'json') {
    const code = isOperating ? error.code : null
    const fields = { time: time.toISOString(), path, error: { code, message: reason } }
    return `${JSON.stringify(fields)}\n`
  }
  return `${time.toISOString()} trilobite: ${word(path)} failed: ${reason}\n`
}

/** Strangers choose paths and logins: no spaces, so that columns stay columns. */
function word(text: string, most = 200): string {
  return printable(text, most).replaceAll(' ', '%20') || '-'
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
