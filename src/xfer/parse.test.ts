/**
 * Messages as stock writes them, and messages that break the rules.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { concat, fromUtf8, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { expandContent } from '../base/zlib.ts'
import { matches } from '../hash/artifact-hash.ts'
import type { Card } from './card.ts'
import { CardWriter } from './format.ts'
import { parseCards } from './parse.ts'
import {
  cloneReply,
  configReply,
  privateRequest,
  pushRequest,
  stockMessages,
} from './stock.vectors.ts'

const [sha1, sha3] = ['ab'.repeat(20), 'cd'.repeat(32)]

function parsed(text: string): Card[] {
  return parseCards(utf8(text)).toArray()
}

/** The types of a message's cards, each with how often it comes in a row. */
function outline(message: Uint8Array): string {
  const runs: [type: string, count: number][] = []
  for (const { type } of parseCards(message)) {
    const last = runs.at(-1)
    if (last?.[0] === type) last[1]++
    else runs.push([type, 1])
  }
  return runs.map(([type, count]) => (count === 1 ? type : `${type}*${count}`)).join(' ')
}

suite('messages of stock', () => {
  test('each is read to its end', () => {
    const outlines = Object.entries(stockMessages).map(([name, bytes]) => [name, outline(bytes)])
    assert.deepEqual(Object.fromEntries(outlines), {
      cloneRequest: 'pragma clone comment',
      cloneReply: 'pragma cfile*7 clone_seqno push comment',
      configRequest: 'login pragma reqconfig pragma comment',
      configReply: 'pragma config*5 pragma uvigot*2 comment',
      unversionedReply: 'pragma uvfile comment',
      pushRequest: 'login pragma push file*3 igot*7 comment',
      unversionedRequest: 'login pragma pull push igot*10 uvfile comment',
      privateRequest: 'login pragma*2 pull push private file igot*11 comment',
      privateReply: 'pragma gimme igot comment',
      pullOnlyReply: 'pragma message igot comment',
      refusedReply: 'error comment',
      malformedReply: 'error comment',
      compressedRequest: 'login pragma push igot*10 comment',
      compressedReply: 'pragma comment',
    })
  })

  test('each is written again byte for byte', () => {
    for (const [name, bytes] of Object.entries(stockMessages)) {
      const writer = new CardWriter()
      for (const card of parseCards(bytes)) writer.add(card)
      assert.deepEqual(writer.finish(), bytes, name)
    }
  })

  test('artifacts come out whole', () => {
    const files = parseCards(pushRequest)
      .toArray()
      .filter((card) => card.type === 'file')
    const whole = files.filter((file) => file.deltaSource === undefined)
    assert.deepEqual(
      whole.map(({ content }) => fromUtf8(content)),
      ['new\n'],
    )
    assert.ok(whole.every(({ hash, content }) => matches(hash, content)))
    assert.deepEqual(
      files.map(({ content }) => content.length),
      [37, 4, 335],
    )
  })

  test('compressed artifacts come out whole', () => {
    const cfiles = parseCards(cloneReply)
      .toArray()
      .filter((card) => card.type === 'cfile')
    const whole = cfiles.filter((cfile) => cfile.deltaSource === undefined)
    for (const { hash, compressed, uncompressedSizeBytes } of whole) {
      const content = expandContent(compressed, { maxBytes: uncompressedSizeBytes })
      assert.ok(matches(hash, content))
      assert.equal(content.length, uncompressedSizeBytes)
    }
    assert.deepEqual([cfiles.length, whole.length], [7, 5])
  })

  test('settings come out without their newline, and files can be deleted', () => {
    const all = parseCards(configReply).toArray()
    const [user] = all.filter((card) => card.type === 'config')
    assert.equal(user?.name, '/user')
    assert.match(fromUtf8(user.content), /^1795454644 'alice' pw '.*' jx '\{\}'$/)
    const hashes = all.filter((card) => card.type === 'uvigot').map((card) => card.hash)
    assert.deepEqual(
      hashes.map((hash) => hash?.slice(0, 4)),
      ['bea1', undefined],
    )
  })

  test('a private artifact follows its mark', () => {
    const all = parseCards(privateRequest).toArray()
    const mark = all.findIndex((card) => card.type === 'private')
    assert.equal(all[mark + 1]?.type, 'file')
    assert.equal(all.filter((card) => card.type === 'igot' && card.isPrivate).length, 1)
  })
})

suite('lines', () => {
  test('tokens are separated by any ASCII whitespace, and only that', () => {
    const card = { type: 'pragma', name: 'a', args: ['b', 'c\u00a0d'] }
    assert.deepEqual(parsed(' \tpragma\v a\f b\tc\u00a0d \r\n'), [card])
  })

  test('blank lines are skipped', () => {
    assert.deepEqual(parsed('\n \t\r\n\nprivate\n\n'), [{ type: 'private' }])
    assert.deepEqual(parsed(''), [])
    assert.deepEqual(parsed('\n  '), [])
  })

  test('six tokens count and the rest is ignored', () => {
    const card = { type: 'pragma', name: 'p', args: ['1', '2', '3', '4'] }
    assert.deepEqual(parsed('pragma p 1 2 3 4 5 6\n'), [card])
    assert.deepEqual(parsed('igot ' + sha1 + ' 1 a b c d e\n'), [
      { type: 'igot', hash: sha1, isPrivate: true },
    ])
  })

  test('an igot is private where it says 1 and not otherwise', () => {
    const flags = ['', ' 0', ' 1', ' 2', ' 1 x']
    const found = flags.map((flag) => parsed(`igot ${sha3}${flag}\n`)[0])
    assert.deepEqual(
      found.map((card) => card?.type === 'igot' && card.isPrivate),
      [false, false, true, false, true],
    )
  })

  test('a comment starts in the first column, needs no space and may lack its newline', () => {
    assert.deepEqual(parsed('#a b\n#  c\n# d'), [
      { type: 'comment', text: 'a b' },
      { type: 'comment', text: ' c' },
      { type: 'comment', text: 'd' },
    ])
    assert.deepEqual(parsed(' # a\n'), [{ type: 'unknown', name: '#', line: ' # a' }])
  })

  test('a line that is no card is handed out as unknown', () => {
    assert.deepEqual(parsed('<html>\n  Igot x\nconstructor\n__proto__ y\nlast'), [
      { type: 'unknown', name: '<html>', line: '<html>' },
      { type: 'unknown', name: 'Igot', line: '  Igot x' },
      { type: 'unknown', name: 'constructor', line: 'constructor' },
      { type: 'unknown', name: '__proto__', line: '__proto__ y' },
      { type: 'unknown', name: 'last', line: 'last' },
    ])
  })

  test('of a long unknown line, the start is kept', () => {
    const [card] = parseCards(concat([new Uint8Array(100_000).fill(0xff), utf8('\n')])).toArray()
    assert.deepEqual(card, {
      type: 'unknown',
      name: '\ufffd'.repeat(1000),
      line: '\ufffd'.repeat(1000),
    })
  })

  test('text that is for people to read may be other than UTF-8', () => {
    const message = Uint8Array.from([...utf8('error a'), 0xff, ...utf8('\n#'), 0xfe, 0x0a])
    assert.deepEqual(parseCards(message).toArray(), [
      { type: 'error', text: 'a\ufffd' },
      { type: 'comment', text: '\ufffd' },
    ])
  })

  test('a clone of version 0 or 1 is the form without arguments', () => {
    for (const line of ['clone\n', 'clone 0 9\n', 'clone 1 9\n']) {
      assert.deepEqual(parsed(line), [{ type: 'clone', version: 1, sequence: 1 }])
    }
  })

  test('numbers may have leading zeros and reach the limit of their field', () => {
    assert.deepEqual(parsed('clone_seqno 0002147483647\n'), [
      { type: 'clone_seqno', sequence: 0x7fff_ffff },
    ])
    const [card] = parsed('uvigot a 9007199254740991 - 0\n')
    assert.ok(card?.type === 'uvigot' && card.mtimeSec === Number.MAX_SAFE_INTEGER)
  })
})

suite('payloads', () => {
  test('the next card starts on the byte after a payload', () => {
    const types = parsed(`file ${sha1} 3\nabcigot ${sha1}\nuvfile a 1 ${sha1} 1 0\nxprivate\n`)
    assert.deepEqual(
      types.map(({ type }) => type),
      ['file', 'igot', 'uvfile', 'private'],
    )
  })

  test('a payload may look like cards', () => {
    const [file, ...others] = parsed(`file ${sha1} 9\nprivate\n\nprivate\n`)
    assert.ok(file?.type === 'file')
    assert.equal(fromUtf8(file.content), 'private\n\n')
    assert.deepEqual(others, [{ type: 'private' }])
  })

  test('an unversioned file without content has no payload', () => {
    for (const flags of [4, 5, 7]) {
      const hash = (flags & 1) === 1 ? '-' : sha1
      const size = hash === '-' ? 0 : 700
      const all = parsed(`uvfile a 1 ${hash} ${size} ${flags}\nprivate\n`)
      assert.deepEqual(
        all.map(({ type }) => type),
        ['uvfile', 'private'],
      )
    }
  })

  test('a payload is a plain view of the message, whatever the message came in', () => {
    const whole = Buffer.from(`xx file ${sha1} 3\nabc`)
    const message = whole.subarray(2)
    const [file] = parseCards(message).toArray()
    assert.ok(file?.type === 'file')
    assert.equal(file.content.constructor, Uint8Array)
    assert.equal(file.content.buffer, message.buffer)
    message[message.length - 1] = 0x64
    assert.equal(fromUtf8(file.content), 'abd')
  })

  test('what follows a card is at hand before it is read', () => {
    const reader = parseCards(utf8('login u n s\nprivate\n???'))
    assert.equal(fromUtf8(reader.rest), 'login u n s\nprivate\n???')
    assert.equal(reader.next().value?.type, 'login')
    assert.equal(fromUtf8(reader.rest), 'private\n???')
  })
})

/** One line that breaks a rule, and a part of what is said about it. */
const malformed: readonly [message: string, reason: RegExp][] = [
  ['file\n', /takes 2 to 3 arguments and has 0/],
  [`file ${sha1}\n`, /has 1/],
  [`file ${sha1} ${sha1} ${sha1} 1\nx`, /has 4/],
  [`file ${sha1.slice(1)} 1\nx`, /not an artifact hash/],
  [`file ${sha1.toUpperCase()} 1\nx`, /not an artifact hash/],
  [`file ${sha1} ${sha3}x 1\nx`, /not an artifact hash/],
  [`file ${sha1} 2\nx`, /payload of 2 bytes is cut off after 1/],
  [`file ${sha1} 2147483647\nx`, /payload of 2147483647 bytes is cut off/],
  [`file ${sha1} 2147483648\nx`, /not an integer from 0 to 2147483647/],
  [`file ${sha1} -1\nx`, /"-1" is not an integer/],
  [`file ${sha1} +1\nx`, /not an integer/],
  [`file ${sha1} 0x1\nx`, /not an integer/],
  [`file ${sha1} 1e1\nx`, /not an integer/],
  [`file ${sha1} ٣\nx`, /not an integer/],
  [`file ${sha1} ${'9'.repeat(400)}\nx`, /^"9{80}…" is not an integer/],
  [`cfile ${sha1} 1\nx`, /takes 3 to 4 arguments/],
  [`cfile ${sha1} 1 2\nx`, /cut off after 1/],
  [`cfile ${sha1} x 1\nx`, /not an integer/],
  ['igot\n', /takes 1 to 5 arguments/],
  [`igot ${sha1}a\n`, /not an artifact hash/],
  [`igot ${sha3.toUpperCase()}x\n`, /not an artifact hash/],
  [`igot ${sha1}`, /the message ends within it/],
  ['gimme\n', /takes 1 arguments/],
  [`gimme ${sha1} 1\n`, /takes 1 arguments and has 2/],
  [`gimme ${sha1.replace('a', 'g')}\n`, /not an artifact hash/],
  [`login alice ${sha1}\n`, /takes 3 arguments/],
  [`pull ${sha1}\n`, /takes 2 arguments/],
  ['push x short\n', /"short" is not a project code/],
  [`pull x ${sha1}`, /the message ends within it/],
  ['clone 3\n', /takes 2 arguments and has 1/],
  ['clone 3 x\n', /not an integer/],
  ['clone_seqno\n', /takes 1 arguments/],
  ['clone_seqno -1\n', /not an integer/],
  ['clone_seqno 12', /the message ends within it/],
  ['cookie\n', /takes 1 arguments/],
  ['reqconfig a b\n', /takes 1 arguments/],
  ['config /user\n', /takes 2 arguments/],
  ['config /user 3\nabcd', /no newline ends its payload/],
  ['config /user 3\nabc', /no newline ends its payload/],
  ['config /user 4\nabc', /cut off after 3/],
  [`uvfile a 1 ${sha1} 0\n`, /takes 5 arguments and has 4/],
  [`uvfile a 1 ${sha1} 2 0\nx`, /cut off after 1/],
  [`uvfile a 9007199254740992 ${sha1} 0 0\n`, /not an integer from 0 to 9007199254740991/],
  ['uvfile a 1 - 0 0\n', /hash and flags disagree/],
  [`uvfile a 1 ${sha1} 0 1\n`, /hash and flags disagree/],
  ['uvfile a 1 - 7 1\n', /a deleted file has a size/],
  [`uvfile ../a 1 ${sha1} 0 0\n`, /name is not that of an unversioned file/],
  ['uvigot a 1 -\n', /takes 4 arguments/],
  ['uvigot a -1 - 0\n', /not an integer/],
  ['uvigot /a 1 - 0\n', /name is not that of an unversioned file/],
  ['uvgimme a\\b\n', /name is not that of an unversioned file/],
  ['uvgimme a\0b\n', /name is not that of an unversioned file/],
  ['pragma\n', /takes 1 to 5 arguments/],
  ['error\n', /takes 1 arguments/],
  ['error not authorized\n', /takes 1 arguments and has 2/],
  ['message\n', /takes 1 arguments/],
]

suite('malformed cards', () => {
  for (const [text, reason] of malformed) {
    const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text
    test(`${JSON.stringify(shown)} is refused`, () => {
      const card = text.split(/[ \n]/, 1)[0] ?? ''
      const read: Card[] = []
      const read1 = (): void => {
        for (const one of parseCards(utf8(`# before\n${text}`))) read.push(one)
      }
      assert.throws(read1, (error) => {
        assert.ok(FossilError.is(error, 'xfer.malformed'))
        assert.equal(error.detail.card, card)
        assert.match(error.detail.reason, reason)
        return true
      })
      assert.deepEqual(read, [{ type: 'comment', text: 'before' }])
    })
  }

  test('a line of more than a megabyte is refused, and cut where it is a comment', () => {
    const long = 'x'.repeat(1 << 20)
    assert.throws(() => parsed(`error ${long}\n`), /its line is too long/)
    const [comment] = parsed(`# ${long}\n`)
    assert.ok(comment?.type === 'comment' && comment.text.length === (1 << 20) - 2)
  })

  test('data that is not UTF-8 is refused', () => {
    for (const line of ['cookie a?', 'reqconfig ?', 'uvgimme a?', 'login ? n s', 'pull ? ?']) {
      const bytes = Uint8Array.from(utf8(`${line}\n`), (byte) => (byte === 0x3f ? 0xff : byte))
      assert.throws(
        () => parseCards(bytes).toArray(),
        (error) => FossilError.is(error, 'xfer.malformed') && /UTF-8/.test(error.detail.reason),
      )
    }
  })

  test('a reader stays where a card is malformed', () => {
    const reader = parseCards(utf8('private\nclone 3\nprivate\n'))
    assert.equal(reader.next().value?.type, 'private')
    for (let i = 0; i < 2; i++) assert.throws(() => reader.next(), /xfer\.malformed/)
    assert.equal(fromUtf8(reader.rest), 'clone 3\nprivate\n')
  })
})

test('an igot or gimme of a name with uppercase digits is handed out as odd', () => {
  const odd = `${sha3.slice(0, -1)}F`
  const message = utf8(`igot ${odd} 1\ngimme ${sha1.toUpperCase()}\nigot ${sha1}\n`)
  assert.deepEqual(
    [...parseCards(message)],
    [
      { type: 'oddname', name: 'igot', hash: odd },
      { type: 'oddname', name: 'gimme', hash: sha1.toUpperCase() },
      { type: 'igot', hash: sha1, isPrivate: false },
    ],
  )
})

/** The number of cards in a message, and whether its text then turns out to be too long. */
function readWithin(text: string, maxTextBytes: number): string {
  let cards = 0
  try {
    for (const _ of parseCards(utf8(text), { maxTextBytes })) cards++
  } catch (error) {
    assert.ok(FossilError.is(error, 'xfer.limit'), String(error))
    return `${cards} and too long`
  }
  return `${cards}`
}

test('the limit of text counts lines with their newlines, and blank ones', () => {
  assert.equal(readWithin('private\nprivate\n', 16), '2')
  assert.equal(readWithin('private\nprivate\n', 15), '2 and too long')
  assert.equal(readWithin('private\n\n\n\nprivate\n', 10), '1 and too long')
  assert.equal(readWithin('\n'.repeat(100), 100), '0')
  assert.equal(readWithin(`${'\n'.repeat(100)}private\n`, 99), '0 and too long')
})

test('the limit of text does not count payloads', () => {
  const file = `file ${sha1} 1000\n${'x'.repeat(1000)}`
  assert.equal(readWithin(file.repeat(3), 3 * 51), '3')
  assert.equal(readWithin(file.repeat(4), 3 * 51 - 1), '3 and too long')
})
