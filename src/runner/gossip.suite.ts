/**
 * A toy over datagrams: every node has a rumour, and tells a peer of all rumours that it knows, now
 * and then. What is damaged is passed over; what is lost comes again.
 * @module
 */

import { hash } from 'node:crypto'
import { fromUtf8, utf8 } from '../base/bytes.ts'
import { LinkWorld, type LinkWorldOptions } from './links.suite.ts'
import type { NodeId } from './model.ts'

/** A node, and the nodes whose rumours it has heard of. */
export interface Gossiper {
  readonly id: NodeId
  readonly rumours: Set<NodeId>
}

/** Nodes that gossip. */
export interface Gossip {
  readonly world: LinkWorld
  readonly nodes: readonly Gossiper[]
}

const ids: readonly NodeId[] = ['ann', 'bob', 'cid', 'dot']

/** From one rumour that a node tells to its next. */
const intervalMs = 2_000

/** Four gossips who tell a minute long; one of them is cut off for a while. */
export function startGossip(options: Omit<LinkWorldOptions, 'nodes' | 'start'>): Gossip {
  const nodes = ids.map((id) => ({ id, rumours: new Set([id]) }))
  const world = new LinkWorld({
    ...options,
    nodes: ids,
    start: (id) => ({
      onDatagram: ({ bytes }) => {
        const [text = '', sum] = fromUtf8(bytes).split('#')
        if (hash('sha1', text) !== sum) return
        for (const rumour of text.split(' ')) gossiper(nodes, id).rumours.add(rumour)
      },
    }),
  })
  for (let round = 0; round < 60_000 / intervalMs; round++) {
    for (const [index, { id, rumours }] of nodes.entries()) {
      const peer = ids[(index + 1 + (round % (ids.length - 1))) % ids.length] ?? ''
      world.at(round * intervalMs, id, `poll#${round + 1}`, () => {
        const text = [...rumours].sort().join(' ')
        world.send(id, peer, utf8(`${text}#${hash('sha1', text)}`))
      })
    }
  }
  world.at(10_500, 'bob', 'cut', () => world.network.partition('bob'))
  world.at(25_500, 'bob', 'heal', () => world.network.heal('bob'))
  return { world, nodes }
}

function gossiper(nodes: readonly Gossiper[], id: NodeId): Gossiper {
  return nodes.find((node) => node.id === id) ?? { id, rumours: new Set() }
}
