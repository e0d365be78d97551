/**
 * Finds out which of some artifacts a server holds, by asking for them, as a state machine without
 * I/O. It stores nothing here, and nothing there but the clusters that a server forms for whoever
 * pulls.
 *
 * Nothing less is proof. A server that was sent an artifact and does not ask for it may lack it:
 * it says nothing of what it shuns, and asks for so many artifacts in one reply (xfer.c:1888). One
 * that announces it may lack it, too: stock announces private phantoms (xfer.c:978-989), and deltas
 * whose source never came. Asked for such a delta, it sends an empty file (send_file).
 *
 * Source: fossil src/xfer.c:420-640 (send).
 * @module
 */

import { assert } from '../base/assert.ts'
import { hex } from '../base/bytes.ts'
import { type ArtifactHash, matches } from '../hash/artifact-hash.ts'
import type { Repo } from '../repo/repo.ts'
import { limitedCards } from '../sync/budget.ts'
import { defaultDeflateOverBytes, maxMessageBytes } from '../sync/limits.ts'
import { signed } from '../sync/login.ts'
import { refusalBy } from '../sync/refusal.ts'
import { passOver } from '../sync/reply.ts'
import type { SyncOptions } from '../sync/session-options.ts'
import type { ExchangeOptions, Transport } from '../sync/transport.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { ourVersion, versionPragma } from '../xfer/version.ts'

/** Options of the sync that the check follows. */
export type HoldingCheckOptions = Pick<SyncOptions, 'login' | 'private' | 'deflateOverBytes'>

/** Artifacts that one request asks for: as many as a request of a sync does. */
const maxGimmes = 200

/** One check of one server. */
export class HoldingCheck {
  readonly #repo: Repo
  readonly #options: HoldingCheckOptions
  readonly #held = new Set<ArtifactHash>()
  /** Artifacts that the request under way asks for. */
  #asked: readonly ArtifactHash[] = []
  /** Artifacts that the next requests ask for. */
  #toAsk: readonly ArtifactHash[]

  constructor(repo: Repo, sought: Iterable<ArtifactHash>, options: HoldingCheckOptions = {}) {
    this.#repo = repo
    this.#options = options
    this.#toAsk = [...new Set(sought)]
  }

  /** Artifacts that the server sent, in the order in which it did. */
  get held(): ReadonlySet<ArtifactHash> {
    return this.#held
  }

  /** True once every artifact was sent, or asked for in vain. */
  get isDone(): boolean {
    return this.#asked.length === 0 && this.#toAsk.length === 0
  }

  /** Composes the next request. Each is answered by {@link receive} before the next. */
  request(): Uint8Array {
    assert(this.#asked.length === 0, 'a request follows the reply to the one before')
    assert(!this.isDone, 'a check that is done asks nothing')
    this.#asked = this.#toAsk.slice(0, maxGimmes)
    this.#toAsk = this.#toAsk.slice(maxGimmes)
    const writer = new CardWriter()
    writer.add(versionPragma('client-version', ourVersion))
    if (this.#options.private === true) {
      writer.add({ type: 'pragma', name: 'send-private', args: [] })
    }
    const codes = { serverCode: this.#repo.serverCode, projectCode: this.#repo.projectCode }
    writer.add({ type: 'pull', ...codes })
    for (const hash of this.#asked) writer.add({ type: 'gimme', hash })
    // Makes every message unique, and with it the nonce of a login card.
    writer.add({ type: 'comment', text: hex(this.#repo.env.random.bytes(20)) })
    const { deflateOverBytes = defaultDeflateOverBytes, login } = this.#options
    return encodeMessage(signed(this.#repo, writer.finish(), login), { deflateOverBytes })
  }

  /**
   * Takes the reply to the last request.
   *
   * @throws {FossilError} `sync.refused`, `login.failed` for an `error` card; `xfer.*` for a reply
   *   that makes no sense. Nothing of that reply counts
   */
  receive(reply: Uint8Array): void {
    assert(this.#asked.length > 0, 'a reply answers a request')
    const message = decodeMessage(reply, { maxBytes: maxMessageBytes, mayBeEmpty: true })
    const sent = new Set<ArtifactHash>()
    const announced = new Set<ArtifactHash>()
    for (const card of limitedCards(message)) {
      if (card.type === 'error') throw refusalBy(card.text)
      if (card.type === 'unknown') passOver(card, undefined)
      if (card.type === 'igot') announced.add(card.hash)
      if (isReadable(card)) sent.add(card.hash)
    }
    const came = this.#asked.filter((hash) => sent.has(hash))
    for (const hash of came) this.#held.add(hash)
    // Over its budget a server promises what it was asked for, and sends one artifact at least.
    const promised = this.#asked.filter((hash) => !sent.has(hash) && announced.has(hash))
    if (came.length > 0) this.#toAsk = [...promised, ...this.#toAsk]
    this.#asked = []
  }
}

/** Tells whether the server sent content that it could read. A delta is made of nothing else. */
function isReadable(card: Card): card is Card & { type: 'file' } {
  if (card.type !== 'file') return false
  return card.deltaSource !== undefined || matches(card.hash, card.content)
}

/**
 * Runs a check to its end.
 *
 * @throws {FossilError} as the transport and {@link HoldingCheck.receive}
 */
export async function checkHoldings(
  check: HoldingCheck,
  transport: Transport,
  exchange: ExchangeOptions,
): Promise<void> {
  while (!check.isDone) check.receive(await transport.exchange(check.request(), exchange))
}
