/**
 * The conversation about unversioned files: the rule that both sides follow, and the server's side.
 * The client (unversioned-client.ts) says what the hash of its catalogue is; a server whose own is
 * another lists what it has (`uvigot`); then the client asks for what is newer there (`uvgimme`)
 * and sends what is newer here (`uvfile`).
 *
 * May know the repository and the cards; messages and transactions are the caller's.
 * Source: fossil src/xfer.c:303-418 (receive), 695-758 (send), 1098-1120 and 1751-1772 (the
 * catalogue).
 * @module
 */

import { FossilError } from '../base/error.ts'
import { hashLike } from '../hash/artifact-hash.ts'
import { type Repo, workOf } from '../repo/repo.ts'
import {
  compareVersions,
  findUnversioned,
  listUnversioned,
  readUnversioned,
  removeUnversioned,
  storeUnversioned,
  touchUnversioned,
  type UnversionedEntry,
  unversionedHash,
} from '../repo/unversioned.ts'
import type { Card, UvfileCard } from '../xfer/card.ts'
import type { CardWriter } from '../xfer/format.ts'
import { isUnversionedName } from '../xfer/unversioned-name.ts'
import { refused } from './refusal.ts'

/** Permissions of a peer over unversioned files. */
export interface UnversionedAccess {
  /** `o` (which `i`, `a` and `s` imply in stock) or `g`: see the catalogue and the files. */
  readonly read: boolean
  /** `y`: change them. Neither `a` nor `s` implies it. */
  readonly write: boolean
}

/** The server's side of one message. */
export class UnversionedServer {
  readonly #repo: Repo
  readonly #access: UnversionedAccess
  #catalogueWasAsked = false
  #filesSent = 0

  constructor(repo: Repo, access: UnversionedAccess) {
    this.#repo = repo
    this.#access = access
  }

  /**
   * Carries out one card of a request and writes what answers it.
   *
   * @param reply.overBudget the reply is as long as it may get: what is asked for is promised
   *   (`uvigot`) instead of sent, but for the first file, or a client would ask for ever
   * @returns false for a card that is none of this conversation
   * @throws {FossilError} `sync.refused` where the client may not; `hash.mismatch`; `repo.*`. Roll
   *   back then.
   */
  receive(card: Card, writer: CardWriter, reply: { overBudget: boolean }): boolean {
    switch (card.type) {
      case 'pragma':
        if (card.name !== 'uv-hash') return false
        this.#answerHash(writer, card.args[0])
        return true
      case 'uvgimme':
        this.#require('read')
        this.#send(writer, card.name, reply)
        return true
      case 'uvfile':
        this.#require('write')
        this.#accept(card)
        return true
      case 'uvigot':
        // Stock's client writes it by mistake in place of a file that does not fit its request
        // (xfer.c:732-737), and sends the file in its next sync.
        return true
      default:
        return false
    }
  }

  /** Lists what is here, unasked, to who clones. xfer.c:1542-1546. */
  volunteer(writer: CardWriter): void {
    if (this.#catalogueWasAsked) return
    this.#catalogueWasAsked = true
    this.#list(writer, 'uv-pull-only')
  }

  #list(writer: CardWriter, name: 'uv-push-ok' | 'uv-pull-only'): void {
    writer.add({ type: 'pragma', name, args: [] })
    for (const entry of listUnversioned(this.#repo)) if (canSend(entry)) announceFile(writer, entry)
  }

  #answerHash(writer: CardWriter, hash: string | undefined): void {
    this.#require('read')
    if (this.#catalogueWasAsked) return
    this.#catalogueWasAsked = true
    if (hash === unversionedHash(this.#repo)) return
    this.#list(writer, this.#access.write ? 'uv-push-ok' : 'uv-pull-only')
  }

  #send(writer: CardWriter, name: string, { overBudget }: { overBudget: boolean }): void {
    const entry = findUnversioned(this.#repo, name)
    if (entry === undefined || !canSend(entry)) return
    if (this.#repo.env.buggify.check('handler.uvgimme.ignore', 0.05)) return
    if (overBudget && this.#filesSent > 0) return announceFile(writer, entry)
    sendFile(this.#repo, writer, entry)
    this.#filesSent++
  }

  #accept(card: UvfileCard): void {
    const outcome = acceptFile(this.#repo, card)
    if (outcome === 'stored' && this.#repo.env.buggify.check('handler.uvfile.reject', 0.01)) {
      throw new FossilError('repo.io', { reason: 'simulated: the file could not be stored' })
    }
  }

  #require(right: keyof UnversionedAccess): void {
    if (this.#access[right]) return
    const message =
      right === 'read'
        ? 'not authorized to read'
        : 'Write permissions for unversioned files missing'
    throw refused(message)
  }
}

/**
 * Takes a file in by the rule. What omits its content changes times only: a hash alone is never
 * stored, where stock would let it replace a file that is here (xfer.c:389-409).
 *
 * @returns what became of it; `omitted`: it is newer, and its content is not here
 * @throws {FossilError} `hash.mismatch`, and then nothing was changed
 */
export function acceptFile(
  repo: Repo,
  card: UvfileCard,
): 'stored' | 'adopted' | 'kept' | 'omitted' {
  const { name, hash, content } = card
  const ours = findUnversioned(repo, name)
  const status = compareVersions(ours, card)
  const isNews = status === 'absent' || status === 'theirs'
  if (ours?.mtimeSec === card.mtimeSec && ours.hash !== hash) repo.env.mark?.('sync.uv-tie')
  if (hash !== undefined && content !== undefined) {
    const fillsHole = isHole(ours) && status !== 'ours'
    if (isNews || fillsHole) {
      // The time of a hole that is filled may be the later one.
      const mtimeSec = Math.max(card.mtimeSec, ours?.mtimeSec ?? 0)
      if (ours !== undefined && ours.hash === undefined) repo.env.mark?.('sync.uv-revived')
      storeUnversioned(repo, { name, mtimeSec, hash, content })
      return 'stored'
    }
    const actual = hashLike(hash, content)
    if (actual !== hash) throw new FossilError('hash.mismatch', { expected: hash, actual })
  }
  if (isNews && hash === undefined) return removeUnversioned(repo, card) ? 'adopted' : 'kept'
  if (isNews) return 'omitted'
  if (status !== 'their-mtime') return 'kept'
  touchUnversioned(repo, card)
  return 'adopted'
}

/**
 * Tells whether a row can go over the wire: its name can, and the content that it claims is here.
 */
export function canSend(entry: UnversionedEntry): boolean {
  return isUnversionedName(entry.name) && !isHole(entry)
}

/** A hash whose content is not here. */
export function isHole(entry: UnversionedEntry | undefined): boolean {
  return entry?.hash !== undefined && !entry.hasContent
}

/** Says that a file, or its deletion, is here. */
export function announceFile(writer: CardWriter, entry: UnversionedEntry): void {
  const { name, mtimeSec, hash, sizeBytes } = entry
  writer.add({ type: 'uvigot', name, mtimeSec, hash, sizeBytes })
}

/** Sends a file, or its deletion, whole. */
export function sendFile(repo: Repo, writer: CardWriter, entry: UnversionedEntry): number {
  const { name, mtimeSec, hash } = entry
  const content = readUnversioned(repo, name)
  const sizeBytes = content?.length ?? 0
  workOf(repo)?.made(sizeBytes)
  writer.add({ type: 'uvfile', name, mtimeSec, hash, sizeBytes, content })
  return sizeBytes
}
