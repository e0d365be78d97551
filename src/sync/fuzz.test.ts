/**
 * Random trouble: damaged messages and senseless sequences of cards. The handler always answers,
 * a session fails with operating errors only, and no repository loses or forges anything.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import { FossilError } from '../base/error.ts'
import { isPrivate, findRid } from '../repo/blob.ts'
import type { Repo } from '../repo/repo.ts'
import { accessOf, fullAccess, type Access } from './access.ts'
import {
  anyCard,
  bodyOfBytes,
  cardEdit,
  damaged,
  edit,
  rearranged,
  record,
  secret,
  variedRepo,
} from './fuzz.suite.ts'
import { handleXfer } from './handler.ts'
import {
  addForeign,
  bodyOf,
  cardsOf,
  heldNames,
  makeRepo,
  nameOf,
  ofType,
  pragma,
  pullCard,
  pushCard,
  snapshot,
  verifyRepo,
} from './pair.suite.ts'
import { SyncSession } from './session.ts'

const seed = 20240107
const recordings = [record({}), record({ private: true })]
const requests = recordings.flatMap((recorded) => recorded.requests)
const replies = recordings.flatMap((recorded) => recorded.replies)
const edits = fc.array(edit, { minLength: 1, maxLength: 3 })
const cardEdits = fc.array(cardEdit, { maxLength: 4 })
/** Most damaged bytes are refused, so half of the messages only have their cards rearranged. */
const damage = fc.tuple(cardEdits, fc.oneof(edits, fc.constant([])))

/** Handles one request; whatever it is, the reply makes sense and nothing is lost. */
function handled(server: Repo, request: Uint8Array, access: Access): ReturnType<typeof cardsOf> {
  const before = heldNames(server)
  const rows = snapshot(server)
  const reply = cardsOf(handleXfer(server, request, { access }))
  if (reply.some(({ type }) => type === 'error')) assert.deepEqual(snapshot(server), rows)
  keepsAll(server, before)
  return reply
}

function keepsAll(repo: Repo, before: readonly string[]): void {
  verifyRepo(repo)
  const after = new Set<string>(heldNames(repo))
  for (const hash of before) assert.ok(after.has(hash), `${hash} was lost`)
}

/** Goes on with a session; returns whether it may say more. */
function survives(client: Repo, session: SyncSession, reply: Uint8Array): boolean {
  const before = heldNames(client)
  const rows = snapshot(client)
  try {
    session.receive(reply)
    return session.result === undefined
  } catch (error) {
    assert.ok(FossilError.is(error), String(error))
    assert.deepEqual(snapshot(client), rows)
    return false
  } finally {
    keepsAll(client, before)
  }
}

suite('the handler', () => {
  test('answers damaged requests, and keeps what it held', () => {
    let accepted = 0
    const property = fc.property(fc.constantFrom(...requests), damage, (recorded, changes) => {
      using server = makeRepo('server', recorded.image)
      const message = damaged(rearranged(recorded.message, changes[0]), changes[1])
      const reply = handled(server, bodyOfBytes(message), fullAccess)
      if (reply.every(({ type }) => type !== 'error')) accepted++
    })
    fc.assert(property, { seed, numRuns: 300 })
    assert.ok(accepted > 50, `${accepted} were accepted: the damage is too great to be of use`)
  })

  test('answers damaged bodies', () => {
    const property = fc.property(
      fc.constantFrom(...requests),
      edits,
      ({ message, image }, list) => {
        using server = makeRepo('server', image)
        handled(server, damaged(bodyOfBytes(message), list), fullAccess)
      },
    )
    fc.assert(property, { seed, numRuns: 100 })
  })

  test('answers any cards in any order, from anyone', () => {
    const message = fc.record({
      opening: fc.subarray([pragma('send-private'), pullCard, pushCard]),
      cards: fc.array(anyCard, { minLength: 1, maxLength: 12 }),
      caps: fc.constantFrom('iox', 'io', 'o', 'i', 'iox', 'iox'),
    })
    let accepted = 0
    const property = fc.property(fc.array(message, { minLength: 1, maxLength: 6 }), (messages) => {
      using server = variedRepo('server', 100)
      for (const { opening, cards, caps } of messages) {
        const reply = handled(server, bodyOf(...opening, ...cards), accessOf(caps))
        if (reply.every(({ type }) => type !== 'error')) accepted++
      }
    })
    fc.assert(property, { seed, numRuns: 150 })
    assert.ok(accepted > 100, `${accepted} were accepted`)
  })

  test('gives a private artifact to nobody who lacks the capability, whatever they say', () => {
    const message = fc.array(anyCard, { minLength: 1, maxLength: 12 })
    const property = fc.property(fc.array(message, { minLength: 1, maxLength: 4 }), (messages) => {
      using server = variedRepo('server', 100)
      const hash = addForeign(server, secret, { isPrivate: true })
      for (const cards of messages) {
        const reply = handled(server, bodyOf(pullCard, pushCard, ...cards), accessOf('io'))
        assert.ok(ofType(reply, 'file').every((file) => file.hash !== hash))
        assert.ok(ofType(reply, 'igot').every((igot) => igot.hash !== hash || igot.isPrivate))
        const rid = findRid(server, nameOf(secret))
        assert.ok(rid !== undefined && isPrivate(server, rid))
      }
    })
    fc.assert(property, { seed, numRuns: 100 })
  })
})

suite('a session', () => {
  test('survives damaged replies, and keeps what its repository held', () => {
    let accepted = 0
    const property = fc.property(fc.constantFrom(...replies), damage, (recorded, changes) => {
      using client = makeRepo('client', recorded.image)
      using server = variedRepo('server', 100)
      const session = new SyncSession(client, { private: true, maxRounds: 20 })
      const request = session.request()
      assert.ok(request.length > 0)
      const message = damaged(rearranged(recorded.message, changes[0]), changes[1])
      let goesOn = survives(client, session, bodyOfBytes(message))
      if (goesOn || session.result !== undefined) accepted++
      while (goesOn) {
        const reply = handleXfer(server, session.request(), { access: fullAccess })
        goesOn = survives(client, session, reply)
      }
    })
    fc.assert(property, { seed, numRuns: 150 })
    assert.ok(accepted > 20, `${accepted} were accepted`)
  })

  test('survives any cards in any order', () => {
    const served = fc.array(
      anyCard.filter(({ type }) => type !== 'pull' && type !== 'push'),
      { minLength: 1, maxLength: 12 },
    )
    let rounds = 0
    const property = fc.property(
      fc.array(served, { minLength: 1, maxLength: 6 }),
      fc.boolean(),
      (messages, asPrivate) => {
        using client = variedRepo('client', 0)
        const session = new SyncSession(client, { private: asPrivate, maxRounds: 6 })
        for (const cards of messages) {
          session.request()
          rounds++
          if (!survives(client, session, bodyOf(...cards))) break
        }
      },
    )
    fc.assert(property, { seed, numRuns: 150 })
    assert.ok(rounds > 200, `${rounds} rounds`)
  })
})
