/**
 * One request about check-in locks, worked out a second time: the locks after it, and the holders
 * whom the reply has to name.
 * @module
 */

import type { Card } from '../../xfer/card.ts'
import { decodeMessage } from '../../xfer/frame.ts'
import { parseCards } from '../../xfer/parse.ts'
import type { HeldLock, HeldLocks } from './held.ts'

/** The locks after a request, and the names and times of holders, as the reply has to have them. */
export interface LockOutcome {
  readonly locks: HeldLocks
  readonly told: readonly string[]
}

/** A server as a request finds it. */
export interface LockSetting {
  readonly locks: HeldLocks
  /** Leaves out the locks that are over by now. */
  readonly fresh: (locks: HeldLocks) => HeldLocks
  readonly nowSec: number
}

/** The cards of a message. */
export function cardsOf(message: Uint8Array): readonly Card[] {
  return [...parseCards(decodeMessage(message, { maxBytes: 1 << 30, mayBeEmpty: true }))]
}

/** Arguments of the first pragma of a name: a server takes one of a sort in a message. */
export function pragmaIn(cards: readonly Card[], name: string): readonly string[] | undefined {
  const found = cards.find((card) => card.type === 'pragma' && card.name === name)
  return found?.type === 'pragma' ? found.args : undefined
}

/** Tells whether a request is about locks. */
export function isAboutLocks(cards: readonly Card[]): boolean {
  return [pragmaIn(cards, 'ci-lock'), pragmaIn(cards, 'ci-unlock')].some((args) => args)
}

/** Holders that a reply names, as `LOGIN TIME`. */
export function holdersIn(cards: readonly Card[]): readonly string[] {
  return cards.flatMap((card) =>
    card.type === 'pragma' && card.name === 'ci-lock-fail' ? [card.args.join(' ')] : [],
  )
}

/** The outcome of a request that its server carries out as a whole. */
export function outcomeOf(
  request: readonly Card[],
  { locks, fresh, nowSec }: LockSetting,
): LockOutcome {
  const login = loginIn(request)
  let now = locks
  const told: string[] = []
  for (const name of lockPragmas(request)) {
    const [first = '', second = ''] = pragmaIn(request, name) ?? []
    if (name === 'ci-unlock') {
      now = new Map([...now].filter(([, { clientId }]) => clientId !== first))
      continue
    }
    now = fresh(now)
    const holder = now.get(first)
    if (holder === undefined) {
      now = new Map([...now, [first, { clientId: second, login, mtimeSec: nowSec }]])
    } else if (holder.clientId !== second) told.push(holderText(holder))
  }
  return { locks: now, told }
}

/** In the order of the request. */
function lockPragmas(request: readonly Card[]): ReadonlySet<string> {
  const names = request.flatMap((card) => (card.type === 'pragma' ? [card.name] : []))
  return new Set(names.filter((name) => name === 'ci-lock' || name === 'ci-unlock'))
}

function loginIn(request: readonly Card[]): string {
  const card = request.find(({ type }) => type === 'login')
  return card?.type === 'login' ? card.user : ''
}

function holderText({ login, mtimeSec }: HeldLock): string {
  return `${login === '' ? 'nobody' : login} ${mtimeSec}`
}
