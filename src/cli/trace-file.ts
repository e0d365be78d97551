/**
 * Traces that commands read: a file, in pieces and as often as wanted, or standard input, which is
 * kept whole.
 * @module
 */

import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import type { compareTraces } from '../dst/index.ts'
import { FossilError } from '../index.ts'

const pieceBytes = 1 << 20

type TraceSource = Parameters<typeof compareTraces>[0]

/**
 * The trace at a path; `-` is standard input.
 *
 * @throws {FossilError} `repo.unreadable`, also while its lines are read
 */
export function traceSource(path: string): TraceSource {
  if (path === '-') return standardInput()
  closeSync(opened(path))
  return { name: path, lines: () => linesOf(path) }
}

/** Of several runs that were written to a pipe the last one is the trace. */
function standardInput(): TraceSource {
  const lines = attempt('-', () => readFileSync(0, 'utf8')).split('\n')
  if (lines.at(-1) === '') lines.pop()
  const start = lines.findLastIndex((line) => line.includes('"type":"run"'))
  const last = lines.slice(Math.max(0, start))
  return { name: '-', lines: () => last }
}

function* linesOf(path: string): Generator<string> {
  const descriptor = opened(path)
  const piece = Buffer.alloc(pieceBytes)
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const length = attempt(path, () => readSync(descriptor, piece))
      rest += decoder.decode(piece.subarray(0, length), { stream: length > 0 })
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      yield* lines
      if (length > 0) continue
      if (rest !== '') yield rest
      return
    }
  } finally {
    closeSync(descriptor)
  }
}

function opened(path: string): number {
  return attempt(path, () => {
    const descriptor = openSync(path, 'r')
    if (!fstatSync(descriptor).isDirectory()) return descriptor
    closeSync(descriptor)
    throw new Error('it is a folder')
  })
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new FossilError('repo.unreadable', { path, reason }, { cause })
  }
}
