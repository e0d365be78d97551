/**
 * The model of what operations on tickets and pages mean.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import { parseArtifactHash } from '../hash/artifact-hash.ts'
import { sha1 } from '../hash/hash.ts'
import { utf8 } from '../base/bytes.ts'
import type { Carried, Saying } from './said.ts'
import { lastPages, lastTickets, pageMeaning } from './sayings.ts'

/** A saying under a name that begins with a digit. */
function carried(digit: string, says: Saying): Carried {
  const hash = parseArtifactHash(digit.repeat(40)) ?? assert.fail()
  return { hash, says }
}

function change(dateMs: number, fields: Record<string, string>): Saying {
  const byName = new Map(Object.entries(fields))
  return { kind: 'ticket', ticketId: 't', user: 'ann', dateMs, fields: byName }
}

function page(dateMs: number, content: string): Saying {
  return { kind: 'wiki', title: 'Home', content, mimetype: 'text/plain', user: 'ann', dateMs }
}

function fieldsOf(sayings: readonly Carried[]): Record<string, string> {
  return Object.fromEntries(lastTickets(sayings).get('t')?.fields ?? [])
}

suite('the last word', () => {
  test('is the latest by date, whatever came last', () => {
    const sayings = [
      carried('a', change(2, { status: 'Fixed' })),
      carried('b', change(1, { status: 'Open' })),
    ]
    assert.deepEqual(fieldsOf(sayings), { status: 'Fixed' })
    const versions = [carried('a', page(2, 'late')), carried('b', page(1, 'early'))]
    assert.equal(lastPages(versions).get('Home')?.says.content, 'late')
  })

  test('of one moment is that of the greater name', () => {
    const sayings = [
      carried('b', change(1, { status: 'b' })),
      carried('a', change(1, { status: 'a' })),
    ]
    assert.deepEqual(fieldsOf(sayings), { status: 'b' })
    assert.equal(
      lastPages([carried('b', page(1, 'b')), carried('a', page(1, 'a'))]).get('Home')?.says.content,
      'b',
    )
  })

  test('appends to what was said before it', () => {
    const sayings = [
      carried('a', change(1, { '+comment': 'one ' })),
      carried('b', change(3, { '+comment': 'three' })),
      carried('c', change(2, { comment: 'two ' })),
    ]
    assert.deepEqual(fieldsOf(sayings), { comment: 'two three' })
  })

  test('of a ticket leaves out what belongs to one change', () => {
    assert.deepEqual(fieldsOf([carried('a', change(1, { icomment: 'x', title: 'y' }))]), {
      title: 'y',
    })
  })
})

suite('an operation means', () => {
  const held = [carried('a', change(100, { status: 'Open', title: 't' }))]
  const asked = { kind: 'ticket', ticketId: 't', user: 'bob' } as const

  test('the fields that it changes, and those of its own that have a value', () => {
    const fields = { status: 'Open', title: '', '+comment': '', icomment: 'Open', mimetype: '' }
    const says = pageMeaning({ ...asked, fields, dateMs: 7 }, held, 200)
    assert.ok(says.kind === 'ticket')
    assert.deepEqual(
      [...says.fields],
      [
        ['title', ''],
        ['icomment', 'Open'],
      ],
    )
    assert.equal(says.dateMs, 7)
  })

  test('a digest of what is private', () => {
    const says = pageMeaning({ ...asked, fields: { private_contact: 'x' }, dateMs: 7 }, held, 200)
    assert.ok(says.kind === 'ticket')
    assert.deepEqual([...says.fields], [['private_contact', sha1(utf8('x'))]])
  })

  test('to come after what it follows, though the clock is behind', () => {
    const fields = { status: 'Fixed' }
    const dated = (nowMs: number): number =>
      pageMeaning({ ...asked, fields, dateMs: undefined }, held, nowMs).dateMs
    assert.deepEqual([dated(50), dated(200)], [101, 200])
  })

  test('a page of the type that it had, unless it says another', () => {
    const text = { kind: 'wiki', title: 'Home', content: 'x', user: 'bob', dateMs: 7 } as const
    const typeOf = (mimetype: string | undefined, before: readonly Carried[]): string => {
      const says = pageMeaning({ ...text, mimetype }, before, 200)
      return says.kind === 'wiki' ? says.mimetype : assert.fail()
    }
    const before = [carried('a', page(1, 'text'))]
    assert.equal(typeOf(undefined, before), 'text/plain')
    assert.equal(typeOf('text/x-markdown', before), 'text/x-markdown')
    assert.equal(typeOf(undefined, []), 'text/x-fossil-wiki')
  })
})
