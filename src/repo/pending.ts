/**
 * The facts that the running transaction has yet to derive. Artifacts arrive in any order and many
 * at a time, so each arrival records the plain facts at once and leaves here the names of
 * everything that depends on more than one artifact; that is worked out once, before the
 * transaction ends. Knows names only, not how anything is derived.
 * @module
 */

import type { Rid } from './rid.ts'

/** The derivations that wait for the end of the transaction. Each is worked out from scratch. */
export class PendingLinks {
  /** Check-ins that came. */
  readonly checkins = new Set<Rid>()
  /** Check-ins whose files are to be compared anew with those of their parents. */
  readonly files = new Set<Rid>()
  /** Check-ins that may be out of order with a parent or child of the same moment. */
  readonly times = new Set<Rid>()
  /** Tags to be inherited anew: artifacts by `tag.tagid`. */
  readonly inherited = new Map<number, Set<Rid>>()
  /** Events whose columns come from tags. */
  readonly events = new Set<Rid>()
  /** Check-ins that may have become leaves, or are none any more. */
  readonly leaves = new Set<Rid>()
  /** Artifacts whose comment may link elsewhere. */
  readonly comments = new Set<Rid>()
  /** Ids of tickets that changed. */
  readonly tickets = new Set<string>()
  /** Titles of wiki pages that changed. */
  readonly wikiPages = new Set<string>()
  /** Ids of technotes that changed. */
  readonly technotes = new Set<string>()
  /** Attachments whose target may have become known. */
  readonly attachments = new Set<Rid>()
  /** First posts of forum threads that changed. */
  readonly threads = new Set<Rid>()
  /**
   * True when `parent` tags may have another outcome: one was added, replaced or cancelled, or a
   * check-in came that has one, or has children and may close a circle.
   */
  parentTags = false

  /** Has `rid` work out anew what it inherits of tag `tagid`. */
  inherit(tagid: number, rid: Rid): void {
    const rids = this.inherited.get(tagid)
    if (rids === undefined) this.inherited.set(tagid, new Set([rid]))
    else rids.add(rid)
  }
}
