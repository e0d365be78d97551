/**
 * Names of everything except requests that nodes send along links, after the turn in which they
 * send it (see turns.ts). They name faults, so that cancelling one moves no other.
 *
 * - `poll#14.datagram#2`: the second datagram that the node sends to a peer in that turn; in the
 *   same way `.notice#1`, and `.stream#1` for a connection;
 * - `leaf-2/poll#14.datagram#2`: the turn of the node that it reaches; with `.copy`, of its
 *   duplicate;
 * - `leaf-2/poll#14.stream#1`: the connection, for both of its ends, and the turn of the node that
 *   accepts it;
 * - `leaf-2/poll#14.stream#1.send#3`: the third time that an end sends something.
 * @module
 */

import { hash } from 'node:crypto'

import type { Direction } from '../sim/network.ts'
import type { NodeId } from './model.ts'

/** Kinds of named things. */
export type LinkUse = 'datagram' | 'notice' | 'stream'

/** The longest turn that is written in full, in UTF-16 code units. */
const longestTurn = 100

/** The names of one run. */
export class LinkNames {
  readonly #turnOf: (id: NodeId) => string
  readonly #counts = new Map<string, number>()

  /** @param turnOf the turn that a node is in */
  constructor(turnOf: (id: NodeId) => string) {
    this.#turnOf = turnOf
  }

  /** The name of the next send of a node, unique in its kind and direction. */
  next({ from, to }: Direction, use: LinkUse): string {
    const name = `${this.#turnOf(from)}.${use}`
    const key = `${from}→${to}/${name}`
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return `${name}#${count}`
  }
}

/**
 * The turn that begins when something from `from` arrives. Repeated forwarding would make longer
 * and longer names, so a digest replaces a long one.
 */
export function turnAfter(from: NodeId, name: string): string {
  const turn = `${from}/${name}`
  return turn.length <= longestTurn ? turn : `${from}/~${hash('sha1', turn, 'hex').slice(0, 16)}`
}
