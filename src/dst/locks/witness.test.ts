/**
 * The witness of check-in locks, over a server of the engine's own and over one that errs.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../../base/bytes.ts'
import { createRepo } from '../../crosslink/open.ts'
import { openDatabase } from '../../db/node.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { setConfig } from '../../repo/config.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { handleXfer } from '../../sync/handler.ts'
import { fullAccess } from '../../sync/access.ts'
import { bodyOf, testEnv } from '../../sync/pair.suite.ts'
import type { SyncOptions, SyncResult } from '../../sync/session-options.ts'
import { sync } from '../../sync/sync.ts'
import { checkin } from '../../write/checkin.ts'
import { noAccess } from '../standings.ts'
import { LockWitness } from './witness.ts'

const [amy, bob] = ['1'.repeat(40), '2'.repeat(40)]

/** A server under watch, with a check-in to lock, and its clients. */
class Watched implements Disposable {
  readonly env = testEnv('server')
  readonly repo: Repo = createRepo(openDatabase(), this.env)
  readonly witness: LockWitness
  readonly tip: ArtifactHash = this.commit('one')
  readonly #client: Repo = createRepo(openDatabase(), testEnv('client'))
  /** Damages what the server has as it answers, or the answer. */
  slip: (reply: Uint8Array) => Uint8Array = (reply) => reply
  access = fullAccess

  constructor({ hasLogins = false } = {}) {
    this.witness = new LockWitness({ hasLogins })
    setConfig(this.#client, 'project-code', this.#project)
  }

  get #project(): string {
    const row = dbOf(this.repo)
      .prepare<[string]>("SELECT value FROM config WHERE name = 'project-code'")
      .get()
    return row?.[0] ?? ''
  }

  get faults(): readonly string[] {
    return this.witness.faults.map(({ detail }) => detail)
  }

  commit(text: string, parent?: ArtifactHash): ArtifactHash {
    const changes = [{ name: 'a', content: utf8(text) }]
    const follows = parent === undefined ? {} : { parent }
    return checkin(this.repo, { changes, comment: text, user: 'u', ...follows }).hash
  }

  lock(clientId: string): Promise<SyncResult['lockedBy']> {
    return this.#sync({ push: false, lock: { checkin: this.tip, clientId } })
  }

  unlock(clientId: string): Promise<SyncResult['lockedBy']> {
    return this.#sync({ push: false, pull: false, unlockClientId: clientId })
  }

  pass(seconds: number): void {
    this.env.clock.ms += seconds * 1000
  }

  sql(statement: string): void {
    dbOf(this.repo).exec(statement)
  }

  /** The next answer comes with a change of what the server has. */
  slips(statement: string): void {
    this.slip = (reply) => {
      this.sql(statement)
      return reply
    }
  }

  async #sync(options: SyncOptions): Promise<SyncResult['lockedBy']> {
    const replies: Uint8Array[] = []
    const exchange = async (request: Uint8Array): Promise<Uint8Array> => {
      this.witness.asks(request)
      const answer = (): Promise<Uint8Array> =>
        Promise.resolve(this.slip(handleXfer(this.repo, request, { access: this.access })))
      const reply = await this.witness.answers({ id: 'hub', repo: this.repo }, request, answer)
      replies.push(reply)
      return reply
    }
    const result = await sync(this.#client, { exchange }, options)
    this.witness.ends('leaf', result, replies)
    return result.lockedBy
  }

  [Symbol.dispose](): void {
    this.repo.close()
    this.#client.close()
  }
}

suite('no fault is found in a server', () => {
  test('that keeps locks, names their holders and gives them back', async () => {
    using watched = new Watched()
    assert.equal(await watched.lock(amy), undefined)
    assert.equal((await watched.lock(bob))?.login, 'nobody')
    await watched.unlock(bob)
    assert.notEqual(await watched.lock(bob), undefined)
    await watched.unlock(amy)
    assert.equal(await watched.lock(bob), undefined)
    assert.deepEqual(watched.faults, [])
  })

  test('that ends locks by time, by its setting, and by the check-in that follows', async () => {
    using watched = new Watched()
    await watched.lock(amy)
    watched.pass(60)
    assert.equal(await watched.lock(bob), undefined)
    setConfig(watched.repo, 'lock-timeout', '5')
    watched.pass(5)
    assert.equal(await watched.lock(amy), undefined)
    watched.commit('two', watched.tip)
    assert.equal(await watched.lock(bob), undefined)
    assert.deepEqual(watched.faults, [])
  })

  test('that denies a lock to whoever may not write, where people log in', async () => {
    using open = new Watched()
    using closed = new Watched({ hasLogins: true })
    for (const watched of [open, closed]) {
      watched.access = { ...noAccess, read: true }
      await watched.lock(amy)
    }
    assert.deepEqual(closed.faults, [])
    assert.match(open.faults[0] ?? '', /after it was asked, these locks: none; not /)
  })

  test('that got an old backup back, without its locks', async () => {
    using watched = new Watched()
    await watched.lock(amy)
    watched.sql("DELETE FROM config WHERE name GLOB 'ci-lock-*'")
    watched.witness.restored('hub')
    assert.equal(await watched.lock(bob), undefined)
    assert.deepEqual(watched.faults, [])
  })
})

suite('a fault is found in a server', () => {
  test('that forgets a lock at once, or later', async () => {
    using watched = new Watched()
    watched.slips("DELETE FROM config WHERE name GLOB 'ci-lock-*'")
    await watched.lock(amy)
    assert.match(watched.faults[0] ?? '', /after it was asked, these locks: none; not /)
    watched.slip = (reply) => reply
    await watched.lock(amy)
    watched.sql("DELETE FROM config WHERE name GLOB 'ci-lock-*'")
    await watched.lock(bob)
    assert.match(watched.faults[1] ?? '', /though nothing ended or made any, these locks: none/)
  })

  test('that keeps a lock that is over', async () => {
    using watched = new Watched()
    await watched.lock(amy)
    watched.pass(60)
    const name = `ci-lock-${watched.tip}`
    const value = `{"login":"","clientid":"${amy}"}`
    watched.slips(
      `REPLACE INTO config(name, value, mtime) VALUES('${name}', '${value}', 1700000000)`,
    )
    await watched.lock(bob)
    assert.match(watched.faults[0] ?? '', /by \/1111111111 since 1700000000; not .*2222222222/)
  })

  test('that does not name the holder, or names one where nobody is', async () => {
    using watched = new Watched()
    await watched.lock(amy)
    watched.slip = () => bodyOf({ type: 'comment', text: 'well' })
    await watched.lock(bob)
    assert.match(watched.faults[0] ?? '', /told of the locks of no one, not of nobody 1700000000/)
    watched.slip = () => bodyOf({ type: 'pragma', name: 'ci-lock-fail', args: ['eve', '5'] })
    await watched.lock(amy)
    assert.match(watched.faults[1] ?? '', /told of the locks of eve 5, not of no one/)
  })
})

test('a fault is found in a client that does not say what it heard', async () => {
  using watched = new Watched()
  await watched.lock(amy)
  const reply = bodyOf({ type: 'pragma', name: 'ci-lock-fail', args: ['eve', '5'] })
  const result = { lockedBy: undefined }
  watched.witness.ends('leaf', result, [reply])
  assert.deepEqual(watched.faults, ['a sync says that the lock is held by no one, not by eve 5'])
})
