/**
 * Arguments are read as what they are, and refused by name as anything else.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Arguments } from './arguments.ts'

const args = new Arguments('leaf-0#3 (checkin)', {
  comment: 'hello',
  count: 3,
  isPrivate: true,
  tags: ['a', 'b'],
  changes: [{ name: 'x', lines: 2 }],
})

test('each kind reads as it was written', () => {
  assert.equal(args.text('comment'), 'hello')
  assert.equal(args.integer('count'), 3)
  assert.equal(args.flag('isPrivate'), true)
  assert.deepEqual(args.texts('tags'), ['a', 'b'])
  assert.deepEqual(
    args.groups('changes').map((change) => [change.text('name'), change.integer('lines')]),
    [['x', 2]],
  )
})

test('what is left out is undefined, no, or nothing', () => {
  assert.equal(args.maybeText('nothing'), undefined)
  assert.equal(args.maybeInteger('nothing'), undefined)
  assert.equal(args.flag('nothing'), false)
  assert.deepEqual([args.texts('nothing'), args.groups('nothing')], [[], []])
})

test('names of every object are no arguments', () => {
  assert.equal(args.maybeText('constructor'), undefined)
  assert.throws(() => args.text('toString'), { code: 'option.invalid' })
})

function refused(read: () => unknown, message: RegExp): void {
  assert.throws(read, { code: 'option.invalid', message })
}

test('another kind is refused, and the error says where and what', () => {
  refused(() => args.text('count'), /leaf-0#3 \(checkin\): count must be a text/)
  refused(() => args.integer('comment'), /comment must be an integer/)
  refused(() => args.flag('tags'), /tags must be true or false/)
  refused(() => args.texts('changes'), /changes must be a list of texts/)
  refused(() => args.groups('tags'), /tags must be a list of groups/)
  refused(() => args.groups('changes')[0]?.text('lines'), /changes\[0\]: lines must be a text/)
})
