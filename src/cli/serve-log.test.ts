/**
 * Lines of a server's log: for people and for programs, whatever strangers ask for.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FossilError } from '../base/error.ts'
import type { HttpEvent } from '../transport/http.ts'
import { exposureText, logLine } from './serve-log.ts'

const time = new Date(1_706_702_400_123)
const answered: HttpEvent = {
  type: 'http.answered',
  method: 'POST',
  path: '/team/a',
  status: 200,
  requestBytes: 193,
  replyBytes: 1_330,
  durationMs: 8,
  remoteAddress: '192.0.2.7',
  user: 'amy',
}

test('a request is a line with time, address, login, request, status, bytes and duration', () => {
  const { to, line } = logLine(answered, { format: 'text', time })
  assert.equal(to, 'stdout')
  const begin = '2024-01-31T12:00:00.123Z 192.0.2.7 amy POST /team/a 200'
  assert.equal(line, `${begin}, 193 B in, 1.3 kB out, 8 ms\n`)
  const stranger = {
    ...answered,
    remoteAddress: undefined,
    user: undefined,
    path: '/a b\n\u001b[2J',
  }
  const { line: odd } = logLine(stranger, { format: 'text', time })
  assert.ok(odd.startsWith('2024-01-31T12:00:00.123Z - - POST /a%20b%20[2J 200'), odd)
})

test('for programs it is one JSON object', () => {
  const { line } = logLine({ ...answered, user: undefined }, { format: 'json', time })
  assert.ok(line.endsWith('}\n'))
  assert.deepEqual(JSON.parse(line), {
    time: '2024-01-31T12:00:00.123Z',
    address: '192.0.2.7',
    user: null,
    method: 'POST',
    path: '/team/a',
    status: 200,
    bytesReceived: 193,
    bytesSent: 1_330,
    durationMs: 8,
  })
})

test('what the server could not do is told on standard error, with its reason', () => {
  const error = new FossilError('repo.io', { reason: 'database or disk is full' })
  const failed: HttpEvent = { type: 'http.failed', path: '/a', error }
  assert.deepEqual(logLine(failed, { format: 'text', time }), {
    to: 'stderr',
    line: '2024-01-31T12:00:00.123Z trilobite: /a failed: repo.io: database or disk is full\n',
  })
  assert.deepEqual(JSON.parse(logLine(failed, { format: 'json', time }).line), {
    time: '2024-01-31T12:00:00.123Z',
    path: '/a',
    error: { code: 'repo.io', message: 'repo.io: database or disk is full' },
  })
  const bug: HttpEvent = { ...failed, error: new Error('a bug of ours') }
  assert.match(logLine(bug, { format: 'text', time }).line, /a bug of ours\n\s+at /)
})

test('a server that others reach is said to be plain HTTP', () => {
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1'])
    assert.equal(exposureText(host), '')
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'fossil.example']) {
    assert.match(exposureText(host), /plain HTTP/)
  }
})
