/**
 * Facts about one artifact: for people, as `fossil info` and `fossil whatis` lay them out, and for
 * programs.
 * Source: fossil src/info.c show_common_info; src/name.c whatis_rid.
 * @module
 */

import type { ArtifactInfo } from '../history/index.ts'
import type { ArtifactHash } from '../index.ts'
import { layOutComment } from './comment.ts'
import { entryFields, formatTimestamp, isoTime } from './timeline-text.ts'
import { shownName } from './output.ts'

/** The family of an artifact: parents and children, tags and comment. Hashes to 40 digits. */
export function* familyText(info: ArtifactInfo, width: number | undefined): Generator<string> {
  const { hash, entry, parents, children } = info
  yield relativeText('hash:', { hash, dateMs: entry?.dateMs })
  for (const parent of parents) {
    yield relativeText(parent.isPrimary ? 'parent:' : 'merged-from:', parent)
  }
  for (const child of children) {
    yield relativeText(child.isPrimary ? 'child:' : 'merged-into:', child)
  }
  if (entry === undefined) return
  if (entry.tags.length > 0) yield `tags:         ${entry.tags.join(', ')}\n`
  const comment = `${entry.comment} (user: ${entry.user ?? '?'})`
  yield `comment:      ${layOutComment(comment, { indent: 14, width })}`
}

function relativeText(
  word: string,
  { hash, dateMs }: { hash: string; dateMs: number | undefined },
): string {
  const date = dateMs === undefined ? '' : ` ${formatTimestamp(dateMs)} UTC`
  return `${word.padEnd(13)} ${hash.slice(0, 40)}${date}\n`
}

/** Options for describing an artifact. */
export interface WhatisLayout {
  readonly width: number | undefined
  readonly shortHash: (hash: string) => string
  /** The row of an artifact. */
  readonly rowId: (hash: ArtifactHash) => number
  /** With rows, and when and whence the artifact came. */
  readonly isVerbose: boolean
}

/** A description of an artifact: its kind, its tags, and each place that uses it. */
export function* whatisText(info: ArtifactInfo, layout: WhatisLayout): Generator<string> {
  const { hash, rowId, sizeBytes, received, entry, uses, attachments, role } = info
  const comment = (text: string): string => layOutComment(text, { indent: 12, width: layout.width })
  yield fact('artifact', layout.isVerbose ? `${hash} (${rowId})` : hash)
  yield fact('size', sizeBytes === undefined ? 'unknown: a phantom' : `${sizeBytes} bytes`)
  if (layout.isVerbose && received !== undefined) {
    const { dateMs, address } = received
    yield fact('received', `${formatTimestamp(dateMs)} from ${shownName(address ?? '')}`.trimEnd())
  }
  yield* tagsText(info)
  if (entry !== undefined) {
    const kind = kindWords[entry.kind ?? 'unknown']
    const user = shownName(entry.user ?? '?')
    yield fact('type', `${kind} by ${user} on ${formatTimestamp(entry.dateMs)}`)
    yield `comment:    ${comment(entry.comment)}`
  }
  for (const { name, checkin, dateMs, user, comment: said } of uses) {
    const by = `by ${shownName(user ?? '?')} on ${formatTimestamp(dateMs)}`
    yield fact('file', shownName(name))
    yield more(`part of [${layout.shortHash(checkin)}] ${by}`)
    yield `            ${comment(said)}`
  }
  for (const { fileName, target, targetKind, via, dateMs, user, comment: said } of attachments) {
    yield fact('attachment', shownName(fileName))
    yield more(`attached to ${targetKind ?? ''} ${shownName(target)}`)
    yield more(layout.isVerbose ? `via ${via} (${layout.rowId(via)})` : `via ${via}`)
    yield more(`by user ${shownName(user ?? '?')} on ${formatTimestamp(dateMs)}`)
    yield `            ${comment(said)}`
  }
  if (entry === undefined && uses.length + attachments.length === 0) {
    yield fact(role, role === 'cluster' ? 'cluster' : 'unknown')
  }
}

const kindWords = {
  checkin: 'Check-in',
  wiki: 'Wiki-edit',
  technote: 'Technote',
  forum: 'Forum-post',
  ticket: 'Ticket-change',
  control: 'Tag-change',
  unknown: 'Unknown',
} as const

/** Stock tells only these of the tags that nobody gave a name. */
const rawTags: readonly string[] = ['closed', 'cluster', 'hidden', 'private']

function* tagsText({ tags }: ArtifactInfo): Generator<string> {
  const names = tags.filter(({ type }) => type !== 'cancel').map(({ name }) => name)
  const symbolic = names.filter((name) => name.startsWith('sym-')).map((name) => name.slice(4))
  const raw = names.filter((name) => rawTags.includes(name))
  if (symbolic.length > 0) yield fact('tags', symbolic.map(shownName).join(', '))
  if (raw.length > 0) yield fact('raw-tags', raw.join(', '))
}

function fact(word: string, text: string): string {
  return `${`${word}:`.padEnd(12)}${text}\n`
}

function more(text: string): string {
  return `            ${text}\n`
}

/** All that is known, for programs. */
export function artifactFields(info: ArtifactInfo): Record<string, unknown> {
  const { hash, role, sizeBytes, received, entry, parents, children, picked, pickedInto } = info
  return {
    hash,
    role,
    sizeBytes: sizeBytes ?? null,
    isPrivate: info.isPrivate,
    received:
      received === undefined
        ? null
        : {
            time: isoTime(received.dateMs),
            user: received.user ?? null,
            address: received.address ?? null,
          },
    entry: entry === undefined ? null : entryFields(entry),
    parents: parents.map(relativeFields),
    children: children.map(relativeFields),
    picked: picked.map(pickFields),
    pickedInto: pickedInto.map(pickFields),
    tags: info.tags.map(({ name, type, value, dateMs, source, origin }) => ({
      name,
      type,
      value: value ?? null,
      time: isoTime(dateMs),
      source: source ?? null,
      origin: origin ?? null,
    })),
    uses: info.uses.map(({ name, checkin, dateMs, user, comment }) => ({
      name,
      checkin,
      time: isoTime(dateMs),
      user: user ?? null,
      comment,
    })),
    attachments: info.attachments.map((use) => ({
      fileName: use.fileName,
      target: use.target,
      targetKind: use.targetKind ?? null,
      via: use.via,
      time: isoTime(use.dateMs),
      user: use.user ?? null,
      comment: use.comment,
    })),
  }
}

function relativeFields({
  hash,
  dateMs,
  isPrimary,
}: ArtifactInfo['parents'][number]): Record<string, unknown> {
  return { hash, time: dateMs === undefined ? null : isoTime(dateMs), isPrimary }
}

function pickFields({ hash, dateMs, isBackout }: ArtifactInfo['picked'][number]) {
  return { hash, time: dateMs === undefined ? null : isoTime(dateMs), isBackout }
}
