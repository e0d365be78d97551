/**
 * Deliveries: what an agent says of them is so, and it says something in the end.
 *
 * Verifies: whoever waited for an artifact and was told that a server holds it was told so while
 * that server did; and whoever was told that it is refused was, by rights or because the servers
 * had removed it. Once faults have ended, nobody waits any more. Does not verify when it was said.
 * @module
 */

import { InvariantError } from '../../runner/invariants.ts'
import type { Invariant } from '../world.ts'

export const pushed: Invariant = {
  name: 'pushed',
  holds: 'always',
  check: ({ truth: { pushes } }) => {
    const [first] = pushes?.falseAnswers ?? []
    if (first !== undefined) throw new InvariantError('pushed', first)
  },
}

export const pushedAnswered: Invariant = {
  name: 'pushed-answered',
  holds: 'settled',
  check: ({ nodes, truth: { pushes } }) => {
    for (const { id: nodeId } of nodes) {
      const [hash] = pushes?.openAt(nodeId) ?? []
      if (hash === undefined) continue
      const detail = `somebody still waits to hear of ${hash}`
      throw new InvariantError('pushed-answered', { nodeId, detail })
    }
  },
}
