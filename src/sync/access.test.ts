/**
 * The meaning of capability letters, and the gate that every card passes.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import type { Repo } from '../repo/repo.ts'
import type { Card } from '../xfer/card.ts'
import { accessOf, fullAccess } from './access.ts'
import {
  ask,
  contentOf,
  errorOf,
  fileCard,
  heldNames,
  nameOf,
  ofType,
  phantomNames,
  pragma,
  pullCard,
  pushCard,
  snapshot,
  stockedRepo,
} from './pair.suite.ts'

const everyone = ['', 'o', 'i', 'x', 'io', 'ox', 'ix', 'iox', 'a', 's', 'ax', 'sx', 'ghjkz']
const writes = (caps: string): boolean => /[ias]/.test(caps)
const reads = (caps: string): boolean => /[oiasg]/.test(caps)
const isPrivy = (caps: string): boolean => caps.includes('x')

const igot = (number: number, isPrivate = false): Card => ({
  type: 'igot',
  hash: nameOf(contentOf(number)),
  isPrivate,
})
const gimme = (number: number): Card => ({ type: 'gimme', hash: nameOf(contentOf(number)) })

/** A message, who may send it, what the others hear, and a sign that it had its effect. */
interface Row {
  readonly message: readonly Card[]
  readonly allowed: (caps: string) => boolean
  readonly refusal?: string
  readonly effect?: (repo: Repo, reply: readonly Card[]) => boolean
}

test('who may write or clone may read, admins may all, and x and y go by themselves', () => {
  for (const caps of everyone) {
    const { read, write, private: isPrivate } = accessOf(caps)
    assert.deepEqual([read, write, isPrivate], [reads(caps), writes(caps), isPrivy(caps)])
  }
  const letters = ['o', 'i', 'g', 'x', 'y', 'e', 'a', 's']
  const granted = letters.map((letter) =>
    Object.entries(accessOf(letter))
      .filter(([, isGranted]) => isGranted)
      .map(([right]) => right)
      .join(' '),
  )
  const admin = 'read write clone admin addresses'
  assert.deepEqual(granted, [
    'read',
    'read write',
    'read clone',
    'private',
    'unversionedWrite',
    'addresses',
    admin,
    'read write clone admin setup addresses',
  ])
  assert.ok(Object.values(fullAccess).every((isGranted) => isGranted))
})

const table: Record<string, Row> = {
  pull: {
    message: [pullCard],
    allowed: reads,
    refusal: 'not authorized to read',
    effect: (_, reply) => ofType(reply, 'igot').length === 1,
  },
  push: { message: [pushCard], allowed: writes, refusal: 'not authorized to write' },
  'push beside pull': {
    message: [pullCard, pushCard],
    allowed: (caps) => reads(caps) && writes(caps),
    effect: (_, reply) => reply.every(({ type }) => type !== 'message' && type !== 'error'),
  },
  'file without push': {
    message: [fileCard(utf8('new'))],
    allowed: () => false,
    refusal: 'not authorized to write',
  },
  file: {
    message: [pushCard, fileCard(utf8('new'))],
    allowed: writes,
    refusal: 'not authorized to write',
    effect: (repo) => heldNames(repo).length === 3,
  },
  igot: {
    message: [pushCard, igot(2)],
    allowed: writes,
    refusal: 'not authorized to write',
    effect: (repo, reply) => phantomNames(repo).length === 1 && ofType(reply, 'gimme').length === 1,
  },
  'igot of a private artifact': {
    message: [pushCard, igot(2, true)],
    allowed: (caps) => writes(caps) && isPrivy(caps),
    effect: (repo) => phantomNames(repo).length === 1,
  },
  gimme: {
    message: [pullCard, gimme(0)],
    allowed: reads,
    refusal: 'not authorized to read',
    effect: (_, reply) => ofType(reply, 'file').length === 1,
  },
  private: {
    message: [{ type: 'private' }],
    allowed: isPrivy,
    refusal: 'not authorized to sync private content',
  },
  'pragma send-private': {
    message: [pragma('send-private')],
    allowed: isPrivy,
    refusal: 'not authorized to sync private content',
  },
  'gimme of a private artifact': {
    message: [pragma('send-private'), pullCard, gimme(1)],
    allowed: (caps) => isPrivy(caps) && reads(caps),
    effect: (_, reply) => ofType(reply, 'file').length === 1,
  },
}

suite('each card needs its capability', () => {
  for (const [name, { message, allowed, refusal, effect }] of Object.entries(table)) {
    test(name, () => {
      for (const caps of everyone) {
        using repo = stockedRepo()
        const before = snapshot(repo)
        const reply = ask(repo, message, { access: accessOf(caps) })
        const errors = ofType(reply, 'error')
        if (allowed(caps)) {
          assert.deepEqual(errors, [], caps)
          if (effect !== undefined) assert.ok(effect(repo, reply), caps)
          continue
        }
        if (refusal !== undefined) assert.equal(errorOf(reply), refusal, caps)
        if (errors.length > 0) assert.deepEqual(snapshot(repo), before, caps)
        if (effect !== undefined) assert.ok(!effect(repo, reply), caps)
      }
    })
  }

  const harmless: Record<string, readonly Card[]> = {
    'gimme without pull': [gimme(0)],
    'igot without push': [igot(2)],
    'pragma req-clusters without pull': [pragma('req-clusters')],
    'a pragma that nobody knows': [pragma('brew', 'tea')],
    cookie: [{ type: 'cookie', text: 'old' }],
    'a comment': [{ type: 'comment', text: 'hello' }],
  }
  for (const [name, message] of Object.entries(harmless)) {
    test(`${name} does nothing, whoever sends it`, () => {
      for (const caps of everyone) {
        using repo = stockedRepo()
        const before = snapshot(repo)
        const reply = ask(repo, message, { access: accessOf(caps) })
        assert.deepEqual(
          reply.map(({ type }) => type),
          ['comment'],
        )
        assert.deepEqual(snapshot(repo), before)
      }
    })
  }
})
