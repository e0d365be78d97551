/**
 * Syncs that a person asks for at a node, beside those that it makes by itself: with a check-in
 * locked before work on it, with everything compared, with settings sent.
 * @module
 */

import { utf8 } from '../../base/bytes.ts'
import { sha1 } from '../../hash/hash.ts'
import type { NodeId } from '../../runner/model.ts'
import { heads } from './drawing.ts'
import type { ApplyContext, FossilOperation, HandSync, Made } from './operation.ts'

/** Asks the server to lock a head, with the pull that comes before a check-in. */
export const lock: FossilOperation = {
  name: 'lock',
  weight: 2,
  plan: ({ repo, draw, references }) => {
    const known = heads(repo)
    return known.length === 0 ? undefined : { checkin: references.to(draw.pick(known)) }
  },
  apply: (context) => {
    const { id, args, references } = context
    const checkin = references.artifact(args.text('checkin'))
    if (checkin === undefined) return undefined
    return ask(context, { push: false, lock: { checkin, clientId: clientOf(id) } })
  },
}

/** Gives back every lock. */
export const unlock: FossilOperation = {
  name: 'unlock',
  weight: 1,
  plan: () => ({}),
  apply: (context) => {
    // Nothing else is to travel.
    const quiet = { push: false, pull: false }
    return ask(context, { ...quiet, unlockClientId: clientOf(context.id) })
  },
}

/** Compares everything on both sides, as `--verily` does. */
export const repair: FossilOperation = {
  name: 'repair',
  weight: 1,
  plan: () => ({}),
  apply: (context) => ask(context, { verily: true }),
}

/** Sends settings, which the server takes from administrators alone. */
export const sendSettings: FossilOperation = {
  name: 'sendSettings',
  weight: 1,
  plan: () => ({}),
  apply: (context) => ask(context, { pushConfig: ['project', 'skin'] }),
}

/** Syncs tables as with a server of go-libfossil's, where nobody logs in. */
export const plainTables: FossilOperation = {
  name: 'plainTables',
  weight: 3,
  plan: () => ({}),
  apply: (context) => ask(context, { tables: 'plain' }),
}

function ask({ id, world }: ApplyContext, wanted: HandSync): Made | undefined {
  return world.syncByHand(id, wanted) ? {} : undefined
}

/** The client is the check-out of a person, which is the same for good. */
function clientOf(id: NodeId): string {
  return sha1(utf8(`client/${id}`))
}
