/**
 * Manifests of check-ins as crosslinking reads them: parsed once, with the baseline that a delta
 * manifest is laid over. Source: fossil src/manifest.c:1330-1470, 1560-1640.
 * @module
 */

import { deckOf } from '../repo/deck.ts'
import type { CheckinDeck, DeckFile } from '../deck/deck.ts'
import { compareAsBytes } from '../base/text.ts'
import { findHeld } from '../repo/blob.ts'
import { cacheOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'

/** A check-in's files: its own F cards, and for a delta manifest those of its baseline. */
export interface Manifest {
  readonly deck: CheckinDeck
  readonly baseline: CheckinDeck | undefined
}

/** The manifest of `rid`; undefined where it or its baseline is not here, or is no check-in. */
export function manifestOf(repo: Repo, rid: Rid): Manifest | undefined {
  const deck = checkinDeck(repo, rid)
  if (deck?.baseline === undefined) return deck && { deck, baseline: undefined }
  const baselineRid = findHeld(repo, deck.baseline)
  const baseline = baselineRid === undefined ? undefined : checkinDeck(repo, baselineRid)
  return baseline && { deck, baseline }
}

/** The deck of `rid`, or undefined where it is not here or not a check-in. */
export function checkinDeck(repo: Repo, rid: Rid): CheckinDeck | undefined {
  const cached = cacheOf(repo).checkin(rid)
  if (cached !== undefined) return cached
  const deck = deckOf(repo, rid)
  if (deck?.kind !== 'checkin') return undefined
  cacheOf(repo).rememberCheckin(rid, deck)
  return deck
}

/** The file of this name among F cards, which are sorted: also one that says it is gone. */
export function ownFile(deck: CheckinDeck, name: string): DeckFile | undefined {
  const { files } = deck
  let low = 0
  let high = files.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const file = files[middle]
    if (file === undefined) return undefined
    const order = file.name === name ? 0 : compareAsBytes(file.name, name)
    if (order === 0) return file
    if (order < 0) low = middle + 1
    else high = middle - 1
  }
  return undefined
}

/** The file of this name in the check-in. */
export function fileIn({ deck, baseline }: Manifest, name: string): DeckFile | undefined {
  const own = ownFile(deck, name)
  if (own !== undefined || baseline === undefined) return own?.hash === undefined ? undefined : own
  return ownFile(baseline, name)
}

/** All files of the check-in, by name. */
export function* filesIn(manifest: Manifest): Generator<DeckFile, void, void> {
  for (const file of namedIn(manifest)) if (file.hash !== undefined) yield file
}

/** Also those that a delta manifest, or a baseline that is one itself, says are gone. */
function* namedIn({ deck, baseline }: Manifest): Generator<DeckFile, void, void> {
  if (baseline === undefined) {
    yield* deck.files
    return
  }
  let at = 0
  for (const file of baseline.files) {
    let own = deck.files[at]
    while (own !== undefined && compareAsBytes(own.name, file.name) < 0) {
      yield own
      own = deck.files[++at]
    }
    if (own?.name === file.name) {
      yield own
      at++
    } else yield file
  }
  for (; at < deck.files.length; at++) {
    const own = deck.files[at]
    if (own !== undefined) yield own
  }
}
