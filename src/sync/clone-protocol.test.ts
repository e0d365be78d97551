/**
 * Both forms in which a server sends a clone: version 2 of the protocol has `file` cards where
 * version 3 has `cfile`. What comes of them is the same.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { concat, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { createDelta } from '../delta/index.ts'
import { beginClone, cloneState } from '../repo/clone-state.ts'
import { setConfig } from '../repo/config.ts'
import type { Repo } from '../repo/repo.ts'
import { putUser } from '../admin/user.ts'
import type { Card } from '../xfer/card.ts'
import { CloneSession } from './clone.ts'
import { handleXfer } from './handler.ts'
import {
  addArtifacts,
  addForeign,
  ask,
  bodyOf,
  cardsOf,
  contentOf,
  count,
  fails,
  fileCard,
  heldNames,
  makeRepo,
  nameOf,
  ofType,
  projectCode,
  pushCard,
  snapshot,
  verifyRepo,
} from './pair.suite.ts'
import { clone } from './sync.ts'

const cloned: Card = { type: 'push', serverCode: 'a'.repeat(40), projectCode }
const seqno = (sequence: number): Card => ({ type: 'clone_seqno', sequence })

function prepared(): Repo {
  const repo = makeRepo('client')
  beginClone(repo)
  return repo
}

/** A server of 30 artifacts, some of them deltas of later ones, and a private one. */
function populated(): Repo {
  const repo = makeRepo('server')
  putUser(repo, { login: 'nobody', capabilities: 'go' })
  addArtifacts(repo, { to: 20 })
  const versions = Array.from({ length: 10 }, (_, i) => concat([contentOf(100, 900), utf8(`${i}`)]))
  for (const [i, content] of versions.slice(0, -1).entries()) {
    const source = versions[i + 1] ?? utf8('')
    const delta = createDelta(source, content)
    const card: Card = {
      type: 'file',
      hash: nameOf(content),
      deltaSource: nameOf(source),
      content: delta,
    }
    ask(repo, [pushCard, card])
  }
  ask(repo, [pushCard, fileCard(versions.at(-1) ?? utf8(''))])
  addForeign(repo, contentOf(50), { isPrivate: true })
  assert.ok(count(repo, 'SELECT count(*) FROM delta') > 5)
  setConfig(repo, 'max-download', '500')
  return repo
}

/** Public names held. */
function publicNames(repo: Repo): string[] {
  return heldNames(repo).filter((hash) => hash !== nameOf(contentOf(50)))
}

/** A line to `served`; notes what is asked for and sent, and fails every `period`-th exchange. */
function lineTo(served: Repo, period = Infinity) {
  let exchanges = 0
  const asked: Card[] = []
  const sent: Card[] = []
  const exchange = async (request: Uint8Array): Promise<Uint8Array> => {
    if (++exchanges % period === 0) throw new FossilError('transport.failed', { reason: 'cut' })
    const reply = handleXfer(served, request)
    const cards = cardsOf(request)
    asked.push(...cards)
    if (ofType(cards, 'clone').length > 0) sent.push(...cardsOf(reply))
    return reply
  }
  return { exchange, asked, sent }
}

test('a clone is asked for and sent by the protocol that was chosen, by default 3', async () => {
  using served = populated()
  for (const protocol of [undefined, 2, 3] as const) {
    using repo = prepared()
    const line = lineTo(served)
    const result = await clone(repo, line, protocol === undefined ? {} : { protocol })
    assert.equal(result.shortfall, undefined)
    const versions = new Set(ofType(line.asked, 'clone').map(({ version }) => version))
    assert.deepEqual([...versions], [protocol ?? 3])
    const [files, cfiles] = [ofType(line.sent, 'file'), ofType(line.sent, 'cfile')]
    const [some, none] = protocol === 2 ? [files, cfiles] : [cfiles, files]
    assert.equal(some.length, result.artifactsReceived)
    assert.equal(none.length, 0)
    assert.ok(some.some(({ deltaSource }) => deltaSource !== undefined))
    assert.deepEqual(heldNames(repo), publicNames(served))
    assert.equal(count(repo, 'SELECT count(*) FROM private'), 0)
    verifyRepo(repo)
  }
})

test('a clone by protocol 2 goes on after every failure, also by protocol 3', async () => {
  using served = populated()
  for (const protocols of [[2], [2, 3]] as const) {
    using repo = prepared()
    const line = lineTo(served, 3)
    let attempts = 0
    while (repo.isUnfinishedClone && attempts < 50) {
      const protocol = protocols[attempts++ % protocols.length] ?? 2
      await clone(repo, line, { protocol }).catch((error: unknown) => {
        assert.ok(FossilError.is(error, 'transport.failed'), String(error))
      })
    }
    assert.ok(attempts > 2 && !repo.isUnfinishedClone, `${attempts} attempts`)
    const starts = ofType(line.asked, 'clone').filter(({ sequence }) => sequence === 1)
    assert.equal(starts.length, 1, 'what was kept is not asked for again')
    assert.deepEqual(heldNames(repo), publicNames(served))
    verifyRepo(repo)
  }
})

test('private artifacts come by protocol 2 for who asks and may', async () => {
  using served = populated()
  putUser(served, { login: 'nobody', capabilities: 'gox' })
  using repo = prepared()
  await clone(repo, lineTo(served), { protocol: 2, private: true })
  assert.deepEqual(heldNames(repo), heldNames(served))
  assert.equal(count(repo, 'SELECT count(*) FROM private'), 1)
})

test('a server may answer either protocol with the cards of the other', () => {
  const content = contentOf(1, 400)
  const target = concat([content, utf8('!')])
  const delta: Card = {
    type: 'file',
    hash: nameOf(target),
    deltaSource: nameOf(content),
    content: createDelta(content, target),
  }
  for (const protocol of [2, 3] as const) {
    using repo = prepared()
    const session = new CloneSession(repo, { protocol })
    session.request()
    session.receive(bodyOf(delta, fileCard(content), seqno(5), cloned))
    assert.equal(ofType(cardsOf(session.request()), 'clone')[0]?.sequence, 5)
    session.receive(bodyOf(seqno(0), cloned))
    assert.ok(session.isDone)
    assert.deepEqual(heldNames(repo), [nameOf(content), nameOf(target)].sort())
    verifyRepo(repo)
  }
})

test('what comes by protocol 2 is verified, and a false reply is dropped as a whole', () => {
  using repo = prepared()
  const session = new CloneSession(repo, { protocol: 2 })
  const before = snapshot(repo)
  session.request()
  const [good, forged] = [fileCard(contentOf(1)), fileCard(contentOf(2), nameOf(contentOf(3)))]
  const error = fails('hash.mismatch', () =>
    session.receive(bodyOf(good, forged, seqno(0), cloned)),
  )
  assert.equal(error.detail.expected, nameOf(contentOf(3)))
  assert.deepEqual(snapshot(repo), before)
})

test('a server without end ends a clone with an error, and what came is kept', async () => {
  using repo = prepared()
  let round = 0
  // Five artifacts, and then nothing but further places to go on.
  const exchange = (): Promise<Uint8Array> => {
    const files = round < 5 ? [fileCard(contentOf(round))] : [fileCard(contentOf(0))]
    return Promise.resolve(bodyOf(...files, seqno(++round + 1), cloned))
  }
  await assert.rejects(clone(repo, { exchange }, { maxRounds: 7 }), (error) => {
    assert.ok(FossilError.is(error, 'sync.endless'), String(error))
    assert.equal(error.detail.rounds, 12)
    return true
  })
  assert.equal(heldNames(repo).length, 5)
  assert.equal(cloneState(repo)?.sequence, 13)
})

test('a clone ends where the server lacks what it names, not where rounds run out', async () => {
  for (const [maxRounds, isOver] of [
    [1, false],
    [50, true],
  ] as const) {
    using repo = prepared()
    let round = 0
    const igot: Card = { type: 'igot', hash: nameOf(contentOf(9)), isPrivate: false }
    const exchange = (): Promise<Uint8Array> =>
      Promise.resolve(round++ === 0 ? bodyOf(seqno(0), cloned) : bodyOf(igot))
    const { complete, missing } = await clone(repo, { exchange }, { maxRounds })
    assert.ok(!complete)
    assert.deepEqual(missing, [igot.hash])
    assert.equal(!repo.isUnfinishedClone, isOver, `${maxRounds} rounds`)
  }
})

test('a clone of many rounds that bring something has no end but its own', async () => {
  using served = populated()
  using repo = prepared()
  setConfig(served, 'max-download', '1')
  const { complete, rounds } = await clone(repo, lineTo(served), { maxRounds: 3 })
  assert.ok(complete && rounds > 20, `${rounds} rounds`)
})
