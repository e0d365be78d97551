/**
 * Finds in a trace the thing that somebody names: a prefix of a hash, the latest version of a file
 * or a row, a derived row by a part of it.
 * @module
 */

import { FossilError } from '../../base/error.ts'
import type { TraceSource } from '../../runner/trace-reader.ts'
import {
  artifactSubject,
  derivedSubject,
  fileSubject,
  type Question,
  rowSubject,
  type Subject,
} from './subject.ts'

/** Candidates that an error names, at most. */
const mostCandidates = 100

/**
 * @throws {FossilError} `name.unknown` where the trace has no such thing; `name.ambiguous` where it
 *   has several
 */
export function findSubject(source: TraceSource, question: Question): Subject {
  if ('artifact' in question) return findArtifact(source, question.artifact.toLowerCase())
  return 'file' in question ? findFile(source, question.file) : findRow(source, question.row)
}

function findArtifact(source: TraceSource, prefix: string): Subject {
  if (!/^[0-9a-f]{4,64}$/.test(prefix)) {
    const reason = 'a hash, or the beginning of one, has 4 to 64 digits'
    throw new FossilError('name.unknown', { name: prefix, reason })
  }
  const pattern = new RegExp(
    `(?:"hash":"|"(?:igot|gimme|c?file|artifact|private|phantom|shunned) )(${prefix}[0-9a-f]*)`,
    'g',
  )
  const found = new Set<string>()
  for (const line of source.lines()) {
    if (!line.includes(prefix)) continue
    for (const [, hash = ''] of line.matchAll(pattern)) if (isWhole(hash)) found.add(hash)
  }
  return artifactSubject(only(found, prefix, 'no line of the trace has an artifact of that name'))
}

function isWhole(hash: string): boolean {
  return hash.length === 40 || hash.length === 64
}

function findFile(source: TraceSource, name: string): Subject {
  const versions = textsWith(source, `file ${name} `).map((text) => {
    const [mtimeSec = '', hash = ''] = text.slice(`file ${name} `.length).split(' ')
    return { name, mtimeSec, hash }
  })
  const latest = versions.sort(
    (a, b) => Number(a.mtimeSec) - Number(b.mtimeSec) || (a.hash < b.hash ? -1 : 1),
  )
  const version = latest.at(-1)
  if (version !== undefined) return fileSubject(version)
  throw unknown(name, 'no line of the trace says that a node holds such a file')
}

/** A row of a synced table where there is one of that name; otherwise a derived row. */
function findRow(source: TraceSource, row: { table: string; key: string }): Subject {
  const { table, key } = row
  const texts = textsWith(source, `row ${table} ${key}`)
  if (texts.length > 0) {
    const keys = new Set(texts.map((text) => text.split(' ')[2] ?? ''))
    const whole = only(keys, key, '')
    const times = texts.map((text) => text.split(' ')[3] ?? '')
    const mtimeSec = times.sort((a, b) => Number(a) - Number(b)).at(-1) ?? ''
    return rowSubject({ table, key: whole, mtimeSec })
  }
  const derived = textsWith(source, `derived ${table} `).filter((text) => text.includes(key))
  const reason = 'no line of the trace says that a node holds such a row'
  return derivedSubject(only(new Set(derived), `${table}:${key}`, reason))
}

/** Texts of holdings that begin so, each once. */
function textsWith(source: TraceSource, beginning: string): string[] {
  const quoted = JSON.stringify(beginning).slice(0, -1)
  const found = new Set<string>()
  for (const line of source.lines()) {
    if (!line.includes(quoted) || !line.includes('"type":"holding"')) continue
    const { gained = [] }: { gained?: readonly unknown[] } = JSON.parse(line)
    for (const text of gained) {
      if (typeof text === 'string' && text.startsWith(beginning)) found.add(text)
    }
  }
  return [...found]
}

function only(found: ReadonlySet<string>, name: string, reason: string): string {
  const [first, ...others] = [...found].sort()
  if (first === undefined) throw unknown(name, reason)
  if (others.length === 0) return first
  const candidates = [first, ...others].slice(0, mostCandidates)
  throw new FossilError('name.ambiguous', { name, candidates })
}

function unknown(name: string, reason: string): FossilError {
  return new FossilError('name.unknown', { name, reason })
}
