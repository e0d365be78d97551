/**
 * Planted bugs that cost time and bandwidth, and nothing else.
 * @module
 */

import type { LeafParts } from '../config.ts'
import type { Node } from '../node.ts'
import { SimTransport } from '../sim-network.ts'
import { type Canary, soundNode } from './plant.ts'

/** Sends every request once more, and heeds the first reply. */
function insistent(parts: LeafParts): Node {
  const { transport } = parts
  const twice = new SimTransport(async (request) => {
    const reply = await transport.exchange(request)
    await transport.exchange(request)
    return reply
  })
  return soundNode({ ...parts, transport: twice })
}

export const economyCanaries: readonly Canary[] = [
  { bug: 'sends every request twice', invariant: 'economy', plant: insistent },
]
