/**
 * Witness of servers: a signed request that comes again is noticed, and changes nothing.
 *
 * The network doubles requests and holds them up, so that the second of two may come long after the
 * first, to a server that has started again meanwhile. A server forgets those that changed nothing
 * when it ends: these alone may then be answered once more.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { sha1 } from '../hash/hash.ts'
import { stateOf } from '../repo/state.ts'
import type { NodeId } from '../runner/model.ts'
import { decodeMessage } from '../xfer/frame.ts'
import { parseCards } from '../xfer/parse.ts'
import { differing, imageOf } from './database-image.ts'
import { errorIn } from './message-witness.ts'
import type { CheckedNode, Finding } from './world.ts'

/** A request that a server has answered. */
interface Answered {
  readonly hasChanged: boolean
  /** The life of the server in which that was. */
  readonly life: number
}

/** The signed requests of one run. */
export class ReplayWitness {
  /** Requests that a server took twice. */
  readonly replays: Finding[] = []
  /** By server and digest. */
  readonly #answered = new Map<NodeId, Map<string, Answered>>()
  readonly #lives = new Map<NodeId, number>()

  /** Lets a server answer a request. */
  async answers(
    node: CheckedNode,
    request: Uint8Array,
    answer: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const login = loginOf(request)
    if (login === undefined) return answer()
    const digest = sha1(request)
    const known = this.#answered.get(node.id)?.get(digest)
    const life = this.#lifeOf(node.id)
    if (known !== undefined && (known.hasChanged || known.life === life)) {
      return this.#again(node, login, answer)
    }
    const before = stateOf(node.repo)
    const reply = await answer()
    // What was refused the first time was not taken: it may still come right.
    if (errorIn(reply) !== undefined) return reply
    const answered = this.#answered.get(node.id) ?? new Map<string, Answered>()
    const hasChanged = stateOf(node.repo) !== before
    this.#answered.set(node.id, answered.set(digest, { hasChanged, life }))
    return reply
  }

  /** A node is down: it forgets what it did not write down. */
  down(id: NodeId): void {
    this.#lives.set(id, this.#lifeOf(id) + 1)
  }

  /** An old backup of a node was put back, with what that knew. */
  restored(id: NodeId): void {
    this.#answered.delete(id)
  }

  async #again(
    { id, repo }: CheckedNode,
    login: string,
    answer: () => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    const before = imageOf(repo)
    const reply = await answer()
    const tables = differing(before, imageOf(repo))
    const what = `a request of ${login} that had been answered came again`
    if (tables.length > 0) {
      this.replays.push({ nodeId: id, detail: `${what} and changed ${tables.join(', ')}` })
    } else if (errorIn(reply) === undefined) {
      this.replays.push({ nodeId: id, detail: `${what} and was answered` })
    }
    return reply
  }

  #lifeOf(id: NodeId): number {
    return this.#lives.get(id) ?? 0
  }
}

/** The login of a signed request; anybody may repeat one of nobody's. */
function loginOf(request: Uint8Array): string | undefined {
  try {
    for (const card of parseCards(decodeMessage(request, { maxBytes: 1 << 30 }))) {
      if (card.type === 'login') return card.user
      if (card.type !== 'comment') return undefined
    }
  } catch (error) {
    if (!FossilError.is(error)) throw error
  }
  return undefined
}
