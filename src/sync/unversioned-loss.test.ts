/**
 * Unversioned files under loss: two clients and a server write and delete as they please, and any
 * request or reply may be lost or come twice. Whatever happens, no repository loses a file to
 * anything but a version that wins, here and readable; and once messages get through everybody has
 * the same files.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { utf8 } from '../base/bytes.ts'
import { unsetConfig } from '../repo/config.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import {
  compareVersions,
  findUnversioned,
  listUnversioned,
  readUnversioned,
  removeUnversioned,
  type UnversionedEntry,
  unversionedHash,
  writeUnversioned,
} from '../repo/unversioned.ts'
import { makeRepo, testEnv } from './pair.suite.ts'
import { UnversionedClient } from './unversioned-client.ts'
import { converse, deliver, filesOf, requestOf, serve } from './unversioned-pair.suite.ts'

/** The next step of a story. Peers are 0, the server, and the clients 1 and 2. */
type Step =
  | { type: 'write'; peer: number; name: string; text: string }
  | { type: 'delete'; peer: number; name: string }
  | { type: 'pass'; seconds: number }
  /** One round of a client, the first of a session where it has none. */
  | { type: 'round'; client: number; fate: 'done' | 'request lost' | 'reply lost' | 'twice' }

const name = fc.constantFrom('a', 'b', 'c')
const peer = fc.integer({ min: 0, max: 2 })
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant('write'),
    peer,
    name,
    text: fc.constantFrom('', 'one', 'two', 'three'),
  }),
  fc.record({ type: fc.constant('delete'), peer, name }),
  fc.record({ type: fc.constant('pass'), seconds: fc.integer({ min: 1, max: 3 }) }),
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('round'),
      client: fc.integer({ min: 1, max: 2 }),
      fate: fc.constantFrom('done', 'done', 'done', 'request lost', 'reply lost', 'twice'),
    }),
  },
)

const world = fc.record({
  steps: fc.array(step, { maxLength: 40 }),
  /** The time by which each peer's clock is ahead: times collide, and go backwards. */
  skew: fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 0, max: 2 }))),
  /** The decisions of fault sites, in turn; afterwards nothing fails. */
  luck: fc.array(fc.boolean(), { maxLength: 60 }),
})

/** Gives up the copy here as soon as another is asked for, as stock does. */
type Haste = 'patient' | 'hasty'

class World {
  readonly peers: readonly Repo[]
  readonly #sessions: (UnversionedClient | undefined)[] = []
  readonly #skew: readonly number[]
  readonly #haste: Haste
  #nowSec = 100
  /** Fault sites strike in rounds, not while an owner writes. */
  #inRound = false

  constructor(skew: readonly number[], luck: readonly boolean[], haste: Haste) {
    const left = [...luck]
    this.#skew = skew
    this.#haste = haste
    const check = (): boolean => this.#inRound && (left.shift() ?? false)
    this.peers = ['server', 'client-1', 'client-2'].map((peerName) => {
      const repo = makeRepo(peerName)
      repo.env = { ...testEnv(peerName), buggify: { check } }
      return repo
    })
  }

  take(next: Step): void {
    if (next.type === 'pass') {
      this.#nowSec += next.seconds
    } else if (next.type === 'round') {
      const before = this.#rows()
      this.#round(next.client, next.fate)
      assertKept(before, this.#rows())
    } else {
      const mtimeSec = this.#nowSec + (this.#skew[next.peer] ?? 0)
      const repo = this.#peer(next.peer)
      if (next.type === 'delete') removeUnversioned(repo, { name: next.name, mtimeSec })
      else writeUnversioned(repo, { name: next.name, mtimeSec, content: utf8(next.text) })
    }
  }

  /** Twice around: the second client may have what the first one lacks. */
  settle(): void {
    for (const client of [1, 2, 1, 2]) {
      const before = this.#rows()
      const { summary } = converse(this.#peer(client), this.#peer(0))
      assert.deepEqual([summary.missing, summary.unsent], [[], []])
      assertKept(before, this.#rows())
    }
  }

  #round(client: number, fate: 'done' | 'request lost' | 'reply lost' | 'twice'): void {
    const session = (this.#sessions[client] ??= new UnversionedClient(this.#peer(client)))
    this.#inRound = true
    try {
      const request = requestOf(session)
      if (fate === 'request lost') throw new Error('lost')
      if (fate === 'twice') serve(this.#peer(0), request)
      const reply = serve(this.#peer(0), request, { budgetBytes: 200 })
      if (fate === 'reply lost') throw new Error('lost')
      deliver(this.#peer(client), session, reply)
      if (this.#haste === 'hasty') this.#discard(client, session)
      if (!session.goesOn) this.#sessions[client] = undefined
    } catch (error) {
      const isExpected = error instanceof Error && /lost|simulated/.test(error.message)
      if (!isExpected) throw error
      this.#sessions[client] = undefined
    } finally {
      this.#inRound = false
    }
  }

  #discard(client: number, session: UnversionedClient): void {
    const repo = this.#peer(client)
    for (const wanted of session.summary.missing) {
      if (findUnversioned(repo, wanted) === undefined) continue
      dbOf(repo).prepare('DELETE FROM unversioned WHERE name = ?').run(wanted)
      unsetConfig(repo, 'uv-hash')
    }
  }

  /** Every row of every peer; reading it checks its content. */
  #rows(): UnversionedEntry[][] {
    return this.peers.map((repo) => {
      const entries = listUnversioned(repo)
      for (const { name: file, hash } of entries) {
        assert.equal(readUnversioned(repo, file) !== undefined, hash !== undefined)
      }
      return entries
    })
  }

  #peer(index: number): Repo {
    return this.peers[index] ?? assert.fail('there are three peers')
  }
}

/**
 * Asserts that a round lost nothing: it may replace a version only by one that wins over it, and
 * that somebody had.
 */
function assertKept(before: UnversionedEntry[][], after: UnversionedEntry[][]): void {
  const known = new Set(before.flat().map(versionOf))
  for (const [peerIndex, entries] of before.entries()) {
    const now = after[peerIndex] ?? []
    for (const entry of entries) {
      const kept = now.find((other) => other.name === entry.name)
      assert.ok(kept !== undefined, 'a file is not lost')
      const status = compareVersions(entry, kept)
      assert.ok(['theirs', 'their-mtime', 'same'].includes(status), 'the newer version stays')
    }
    for (const entry of now) assert.ok(known.has(versionOf(entry)), 'no version is made up')
  }
}

function versionOf(entry: UnversionedEntry): string {
  return `${entry.name} ${entry.mtimeSec} ${entry.hash ?? '-'}`
}

/** Runs many worlds; returns what is to be said of the smallest that failed. */
function failureOf(haste: Haste): string | undefined {
  const result = fc.check(
    fc.property(world, ({ steps, skew, luck }) => {
      const made = new World(skew, luck, haste)
      for (const next of steps) made.take(next)
      for (const repo of made.peers) repo.env = testEnv('settling')
      made.settle()
      const [server, ...clients] = made.peers
      assert.ok(server !== undefined)
      for (const client of clients) {
        assert.deepEqual(filesOf(client), filesOf(server))
        assert.equal(unversionedHash(client), unversionedHash(server))
      }
      for (const repo of made.peers) repo.close()
    }),
    { seed: 7, numRuns: 300 },
  )
  if (!result.failed) return undefined
  return `${String(result.errorInstance)}\n${fc.defaultReportMessage(result)}`
}

test('no fault loses a file, and in the end everybody has what wins', () => {
  assert.equal(failureOf('patient'), undefined)
})

test('a client that gives up its copy when it asks for another loses files', () => {
  const failure = failureOf('hasty') ?? 'nothing was lost'
  assert.match(failure, /a file is not lost/)
})
