/**
 * Witness of check-in locks: servers keep them until they end, and tell whoever comes second who
 * holds one. Nobody needs a lock for a sync to go well, so that wrong ones show nowhere else.
 * @module
 */

import { sha1 } from '../../hash/hash.ts'
import type { NodeId } from '../../runner/model.ts'
import type { SyncResult } from '../../sync/session-options.ts'
import type { Card } from '../../xfer/card.ts'
import type { CheckedNode, Finding } from '../world.ts'
import { freshLocks, haveSameLocks, type HeldLocks, locksIn, textOf } from './held.ts'
import { cardsOf, holdersIn, isAboutLocks, outcomeOf } from './verdict.ts'

/** Not `nobody`: that is the login of whoever has none. */
const none = 'no one'

/** The locks of one run. */
export class LockWitness {
  /** Locks that were not as they should be, and answers that were not so. */
  readonly faults: Finding[] = []
  /** Nodes may be denied a lock: they log in. */
  readonly #hasLogins: boolean
  /** Locks of each server when it had last answered. */
  readonly #known = new Map<NodeId, HeldLocks>()
  /** Digests of requests that are about locks. */
  readonly #requests = new Set<string>()

  constructor({ hasLogins }: { readonly hasLogins: boolean }) {
    this.#hasLogins = hasLogins
  }

  /** A request leaves that a person asked for. */
  asks(request: Uint8Array): void {
    if (isAboutLocks(cardsOf(request))) this.#requests.add(sha1(request))
  }

  /** Lets a node answer a request, and compares its locks before and after. */
  async answers(
    node: CheckedNode,
    request: Uint8Array,
    answer: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    // Nobody has asked for any yet.
    if (this.#requests.size === 0) return await answer()
    const { repo } = node
    const before = locksIn(repo)
    this.#expect(node, 'has, though nothing ended or made any,', this.#known.get(node.id), before)
    const nowSec = Math.floor(repo.env.clock.nowMs() / 1000)
    const reply = await answer()
    const after = locksIn(repo)
    this.#known.set(node.id, after)
    if (this.#requests.has(sha1(request)) || !haveSameLocks(before, after)) {
      this.#judge(node, { request, reply, before, after, nowSec })
    }
    return reply
  }

  /** An old backup of a node was put back, with its locks. */
  restored(id: NodeId): void {
    this.#known.delete(id)
  }

  /** A person's sync has ended well, and these were the replies. */
  ends(
    id: NodeId,
    { lockedBy }: Pick<SyncResult, 'lockedBy'>,
    replies: readonly Uint8Array[],
  ): void {
    const cards = replies.map((reply) => cardsOf(reply))
    // A reply that was dropped as a whole told nothing.
    if (cards.some((of) => hasError(of))) return
    const heard = cards.flatMap((of) => holdersIn(of)).at(-1)
    const said = lockedBy && `${lockedBy.login} ${lockedBy.mtimeSec}`
    if (said === heard) return
    const detail = `a sync says that the lock is held by ${said ?? none}, not by ${heard ?? none}`
    this.faults.push({ nodeId: id, detail })
  }

  #judge(
    node: CheckedNode,
    {
      request,
      reply,
      before,
      after,
      nowSec,
    }: {
      readonly request: Uint8Array
      readonly reply: Uint8Array
      readonly before: HeldLocks
      readonly after: HeldLocks
      readonly nowSec: number
    },
  ): void {
    const [asked, answered] = [cardsOf(request), cardsOf(reply)]
    // Whether a check-in has a child is another question before and after these.
    if (asked.some(({ type }) => type === 'file' || type === 'cfile')) return
    const fresh = (locks: HeldLocks): HeldLocks => freshLocks(node.repo, locks)
    const isCarriedOut = !hasError(answered) && !(this.#hasLogins && isDenied(answered))
    const { locks, told } = isCarriedOut
      ? outcomeOf(asked, { locks: before, fresh, nowSec })
      : { locks: before, told: [] }
    this.#expect(node, 'has, after it was asked,', locks, after)
    const named = holdersIn(answered).join(', ')
    if (named === told.join(', ')) return
    const detail = `told of the locks of ${named || none}, not of ${told.join(', ') || none}`
    this.faults.push({ nodeId: node.id, detail })
  }

  #expect(
    { id }: CheckedNode,
    when: string,
    expected: HeldLocks | undefined,
    held: HeldLocks,
  ): void {
    if (expected === undefined || haveSameLocks(expected, held)) return
    const detail = `${when} these locks: ${textOf(held)}; not ${textOf(expected)}`
    this.faults.push({ nodeId: id, detail })
  }
}

function hasError(cards: readonly Card[]): boolean {
  return cards.some(({ type }) => type === 'error')
}

function isDenied(cards: readonly Card[]): boolean {
  return cards.some(
    (card) => card.type === 'message' && /^not authorized to (un)?lock/.test(card.text),
  )
}
