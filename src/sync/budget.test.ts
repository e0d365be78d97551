/**
 * The cost of one message: cards that count once, text and sizes that are too much, what is left
 * for a later message, and deltas that make more than they may. On both sides.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { concat, utf8 } from '../base/bytes.ts'
import { createDelta } from '../delta/index.ts'
import { DeltaWriter } from '../delta/writer.ts'
import { putUser } from '../admin/user.ts'
import { beginClone } from '../repo/clone-state.ts'
import { config } from '../repo/config.ts'
import { WorkMeter, type WorkLimits } from '../repo/work.ts'
import type { Card } from '../xfer/card.ts'
import { encodeMessage } from '../xfer/frame.ts'
import { signBySecret, sharedSecret } from '../xfer/login.ts'
import { accessOf, fullAccess } from './access.ts'
import { ArtifactExchange } from './artifacts.ts'
import { CloneSession } from './clone.ts'
import type { SyncEvent } from './events.ts'
import { handleXfer } from './handler.ts'
import { cardLimits, maxReaderMessageBytes, messageWork } from './limits.ts'
import {
  addForeign,
  ask,
  bodyOf,
  cardsOf,
  contentOf,
  errorOf,
  fails,
  fileCard,
  heldNames,
  makeRepo,
  nameOf,
  ofType,
  phantomNames,
  pragma,
  projectCode,
  pullCard,
  pushCard,
  snapshot,
  syncWith,
  verifyRepo,
} from './pair.suite.ts'
import { setWork } from '../repo/repo.ts'

const remark: Card = { type: 'comment', text: 'nothing to say' }
const many = (card: Card): Card[] => Array.from({ length: 50 }, () => card)

/** A delta of `copies` times `source`; what it says of its output is true, its checksum is not. */
function repeating(source: Uint8Array, copies: number): Uint8Array {
  const writer = new DeltaWriter(source.length * copies)
  for (let i = 0; i < copies; i++) writer.copy(0, source.length)
  return writer.end(0)
}

/** Bytes of a message that is nothing but text, a line more than is read. */
function tooMuchText(line: string): Uint8Array {
  return encodeMessage(utf8(line.repeat(Math.ceil((cardLimits.maxTextBytes + 1) / line.length))))
}

suite('a card that makes sense once', () => {
  const clone: Card = { type: 'clone', version: 3, sequence: 1 }
  const lock = pragma('ci-lock', 'a'.repeat(40), 'b'.repeat(40))
  const cases: Record<string, { card: Card; answer: Card['type'] }> = {
    clone: { card: clone, answer: 'clone_seqno' },
    reqconfig: { card: { type: 'reqconfig', name: '/user' }, answer: 'config' },
    uvgimme: { card: { type: 'uvgimme', name: 'a' }, answer: 'uvfile' },
    'client-version': { card: pragma('client-version', '1', '2', '3'), answer: 'pragma' },
  }
  for (const [name, { card, answer }] of Object.entries(cases)) {
    test(`is answered once: ${name}`, () => {
      using server = makeRepo('server')
      putUser(server, { login: 'amy', password: 'pw', capabilities: 'i' })
      ask(server, [uvfile('a')])
      const once = ofType(ask(server, [card]), answer).length
      assert.ok(once > 0)
      assert.equal(ofType(ask(server, many(card)), answer).length, once)
    })
  }

  test('is carried out once: the second check-in that a message locks is not locked', () => {
    using server = makeRepo('server')
    ask(server, [lock, pragma('ci-lock', 'c'.repeat(40), 'b'.repeat(40))])
    assert.notEqual(config(server, `ci-lock-${'a'.repeat(40)}`), undefined)
    assert.equal(config(server, `ci-lock-${'c'.repeat(40)}`), undefined)
  })

  test('is an error the second time where it names another project', () => {
    using server = makeRepo('server')
    const other: Card = { type: 'pull', serverCode: 'x', projectCode: 'b'.repeat(40) }
    assert.equal(errorOf(ask(server, [pullCard, pullCard, other])), 'wrong project')
  })

  test('is taken once from a server, too', () => {
    using client = makeRepo('client')
    const cookies = ['first', 'second'].map((text): Card => ({ type: 'cookie', text }))
    syncWith(client, () => bodyOf(...cookies))
    assert.equal(config(client, 'cookie'), 'first')
  })
})

suite('a message of too much text', () => {
  for (const [name, line] of Object.entries({
    'blank lines': '\n',
    comments: `# ${'x'.repeat(97)}\n`,
  })) {
    test(`is refused by the handler: ${name}`, () => {
      using server = makeRepo('server')
      const text = errorOf(cardsOf(handleXfer(server, tooMuchText(line), { access: fullAccess })))
      const reason = `the text of its cards is longer than ${cardLimits.maxTextBytes} bytes`
      assert.equal(text, `too much in one message: ${reason}; send less`)
    })

    test(`ends a sync: ${name}`, () => {
      using client = makeRepo('client')
      fails('xfer.limit', () => syncWith(client, () => tooMuchText(line)))
    })
  }

  test('ends a clone', () => {
    using client = makeRepo('client')
    beginClone(client)
    const session = new CloneSession(client)
    session.request()
    fails('xfer.limit', () => session.receive(tooMuchText('\n')))
  })

  test('is none for its payloads', () => {
    using server = makeRepo('server')
    const content = new Uint8Array(cardLimits.maxTextBytes + 1)
    ask(server, [pushCard, fileCard(content)])
    assert.deepEqual(heldNames(server), [nameOf(content)])
  })
})

suite('a message that is longer than the text of cards can be', () => {
  const message = concat([utf8('# a remark\n'), new Uint8Array(maxReaderMessageBytes).fill(10)])
  const users = { reader: 'o', writer: 'i', keeper: 'y' }
  const signedBy = (login: string): Uint8Array => {
    const secret = sharedSecret({ projectCode, login, password: 'pw' })
    return signBySecret(message, { login, secret })
  }
  /** The reply of the server to one user. */
  const answerTo = (login?: string): string => {
    using server = makeRepo('server')
    for (const [user, capabilities] of Object.entries(users)) {
      putUser(server, { login: user, password: 'pw', capabilities })
    }
    const body = login === undefined ? message : signedBy(login)
    return errorOf(cardsOf(handleXfer(server, encodeMessage(body))))
  }

  for (const login of [undefined, 'reader', 'nobody', 'stranger']) {
    test(`is not unpacked for ${login ?? 'who does not log in'}`, () => {
      assert.match(
        answerTo(login),
        /^xfer\.frame: content of \d+ bytes is over the limit of 16777216/,
      )
    })
  }
  for (const login of ['writer', 'keeper']) {
    test(`is unpacked for a ${login}, and read`, () => {
      assert.match(answerTo(login), /^too much in one message/)
    })
  }

  test('is unpacked where the caller vouches for a writer, and nobody else', () => {
    using server = makeRepo('server')
    const text = (caps: string): string =>
      errorOf(cardsOf(handleXfer(server, encodeMessage(message), { access: accessOf(caps) })))
    assert.match(text('o'), /^xfer\.frame/)
    assert.match(text('i'), /^too much in one message/)
  })
})

suite('more work than a message may be', () => {
  test('is refused where it cannot wait, and nothing of it is kept', () => {
    using server = makeRepo('server')
    const before = snapshot(server)
    const gimme = `gimme ${'a'.repeat(40)}\n`
    const message = encodeMessage(utf8(`pull x ${projectCode}\n${gimme.repeat(260_000)}`))
    const text = errorOf(cardsOf(handleXfer(server, message, { access: fullAccess })))
    assert.equal(text, 'too much in one message: it asks for too much at once; send less')
    assert.deepEqual(snapshot(server), before)
  })

  test('is left for later where it can wait, and told; what was taken is kept', () => {
    using server = makeRepo('server')
    const known = `igot ${addForeign(server, contentOf(1))}\n`
    const text = `push x ${projectCode}\n${known.repeat(110_000)}`
    const events: SyncEvent[] = []
    const observer = (event: SyncEvent): void => void events.push(event)
    const body = encodeMessage(utf8(text + known.repeat(20_000)))
    const reply = cardsOf(handleXfer(server, body, { access: fullAccess, observer }))
    const [cut] = events.filter(({ type }) => type === 'message.cut')
    assert.ok(cut?.type === 'message.cut' && cut.announcements > 1000 && cut.artifacts === 0)
    const left = `${cut.announcements} announcements and 0 artifacts were left for later`
    assert.deepEqual(ofType(reply, 'message')[0]?.text, `too much in one message: ${left}`)
  })
})

/** Takes `cards` in under `limits`; returns the exchange. */
function taken(
  repo: ReturnType<typeof makeRepo>,
  cards: readonly (Card & { type: 'file' })[],
  limits: Partial<WorkLimits>,
): ArtifactExchange {
  const options = { side: 'handler', acceptsPrivate: true, sendsPrivate: false } as const
  const exchange = new ArtifactExchange(repo, options)
  setWork(repo, new WorkMeter({ ...messageWork, ...limits }))
  exchange.beginMessage()
  for (const card of cards) exchange.receiveArtifact(card)
  setWork(repo, undefined)
  return exchange
}

suite('a meter that is spent', () => {
  test('leaves artifacts for later: they are named, and asked for', () => {
    using repo = makeRepo('repo')
    const cards = [1, 2, 3].map((number) => fileCard(contentOf(number)))
    const { leftForLater } = taken(repo, cards, { easySteps: 0 })
    assert.deepEqual(leftForLater, { announcements: 0, artifacts: 3 })
    assert.deepEqual(
      phantomNames(repo),
      cards.map(({ hash }) => hash),
    )
    const asked = ofType(ask(repo, [pushCard]), 'gimme').map(({ hash }) => hash)
    assert.deepEqual(
      asked,
      cards.map(({ hash }) => hash),
    )
  })

  test('stops deltas before they make too much together, and lets the first one pass', () => {
    using repo = makeRepo('repo')
    const source = contentOf(0, 5000)
    const targets = [1, 2, 3].map((number) => concat([source, contentOf(number)]))
    const cards = targets.map((target): Card & { type: 'file' } => ({
      ...fileCard(createDelta(source, target), nameOf(target)),
      deltaSource: addForeign(repo, source),
    }))
    const { leftForLater } = taken(repo, cards, { maxMadeBytes: 1000 })
    assert.equal(leftForLater.artifacts, 2)
    assert.deepEqual(
      phantomNames(repo),
      targets.slice(1).map((target) => nameOf(target)),
    )
    assert.equal(taken(repo, cards, {}).leftForLater.artifacts, 0)
    assert.deepEqual(phantomNames(repo), [])
    verifyRepo(repo)
  })

  for (const limits of [{ maxMadeBytes: 6000 }, { easySteps: 30 }]) {
    test(`gives up deltas that wait, which are asked for again: ${Object.keys(limits)[0]}`, () => {
      using repo = makeRepo('repo')
      const source = contentOf(0, 5000)
      const targets = [1, 2, 3, 4].map((number) => concat([source, contentOf(number)]))
      const cards = targets.map((target): Card & { type: 'file' } => ({
        ...fileCard(createDelta(source, target), nameOf(target)),
        deltaSource: nameOf(source),
      }))
      taken(repo, cards, {})
      assert.deepEqual(heldNames(repo), [])
      taken(repo, [fileCard(source)], limits)
      assert.equal(phantomNames(repo).length, 3)
      assert.equal(heldNames(repo).length, 2)
      verifyRepo(repo)
      taken(repo, cards, {})
      assert.equal(heldNames(repo).length, 5)
      verifyRepo(repo)
    })
  }
})

suite('a delta that makes far more than it is made of', () => {
  const source = contentOf(0, 500_000)
  const bomb = repeating(source, 80)
  const lie = (number: number): Card & { type: 'file' } => ({
    ...fileCard(bomb, nameOf(contentOf(number))),
    deltaSource: nameOf(source),
  })

  test('is not carried out where its source is here', () => {
    using server = makeRepo('server')
    addForeign(server, source)
    const asked = ofType(ask(server, [pushCard, lie(1), lie(2)]), 'gimme')
    assert.deepEqual(
      asked.map(({ hash }) => hash),
      [lie(1).hash, lie(2).hash],
    )
  })

  test('is not carried out when its source comes', () => {
    using server = makeRepo('server')
    const lies = Array.from({ length: 20 }, (_, i) => lie(i + 1))
    const asked = ofType(ask(server, [pushCard, ...lies, fileCard(source)]), 'gimme')
    assert.equal(asked.length, 20)
    assert.deepEqual(heldNames(server), [nameOf(source)])
    verifyRepo(server)
  })

  test('is not carried out by a client', () => {
    using client = makeRepo('client')
    const { result } = syncWith(client, () => bodyOf(lie(1), fileCard(source), remark))
    assert.deepEqual(heldNames(client), [nameOf(source)])
    assert.deepEqual(result.missing, [lie(1).hash])
  })

  test('of more than a message can hold is refused, waiting or not', () => {
    using server = makeRepo('server')
    const content = repeating(new Uint8Array(1 << 20), 1025)
    const card = { ...fileCard(content, nameOf(utf8('x'))), deltaSource: nameOf(source) }
    assert.match(
      errorOf(ask(server, [pushCard, card])),
      /^delta\.corrupt: promises 1074790400 bytes/,
    )
  })
})

function uvfile(name: string): Card {
  const content = contentOf(1)
  return { type: 'uvfile', name, mtimeSec: 1, hash: nameOf(content), sizeBytes: 60, content }
}
