/**
 * The witness of signed requests: it tells what a server takes twice, and nothing else.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setConfig } from '../repo/config.ts'
import type { Repo } from '../repo/repo.ts'
import { bodyOf, makeRepo } from '../sync/pair.suite.ts'
import type { Card } from '../xfer/card.ts'
import { ReplayWitness } from './replay-witness.ts'

const login: Card = {
  type: 'login',
  user: 'amy',
  nonce: 'a'.repeat(40),
  signature: 'b'.repeat(40),
}
const ask: Card = { type: 'pragma', name: 'send-private', args: [] }
const taken = bodyOf({ type: 'comment', text: 'taken' })
const refused = bodyOf({ type: 'error', text: 'login failed' })

/** A server that answers as it is told. */
class Served implements Disposable {
  readonly repo: Repo = makeRepo('server')
  readonly witness = new ReplayWitness()
  #writes = 0

  async answers(
    reply: Uint8Array,
    { writes = false, request = bodyOf(login, ask) } = {},
  ): Promise<void> {
    const answer = (): Promise<Uint8Array> => {
      if (writes) setConfig(this.repo, 'cookie', `${this.#writes++}`)
      return Promise.resolve(reply)
    }
    assert.equal(
      await this.witness.answers({ id: 'master', repo: this.repo }, request, answer),
      reply,
    )
  }

  get told(): string[] {
    return this.witness.replays.map(({ nodeId, detail }) => `${nodeId}: ${detail}`)
  }

  [Symbol.dispose](): void {
    this.repo.close()
  }
}

const again = 'master: a request of amy that had been answered came again'

suite('a signed request that comes again', () => {
  test('is fine where it is refused', async () => {
    using served = new Served()
    await served.answers(taken, { writes: true })
    await served.answers(refused)
    assert.deepEqual(served.told, [])
  })

  test('is told where it is answered, or changes anything in whatever words', async () => {
    using served = new Served()
    await served.answers(taken)
    await served.answers(taken)
    await served.answers(refused, { writes: true })
    assert.deepEqual(served.told, [`${again} and was answered`, `${again} and changed config`])
  })

  test('is told after a restart, too, where it changed anything the first time', async () => {
    using served = new Served()
    await served.answers(taken, { writes: true })
    served.witness.down('master')
    await served.answers(taken)
    assert.deepEqual(served.told, [`${again} and was answered`])
  })

  test('may be answered once in each life where it changed nothing', async () => {
    using served = new Served()
    await served.answers(taken)
    served.witness.down('master')
    await served.answers(taken)
    assert.deepEqual(served.told, [])
    await served.answers(taken)
    assert.deepEqual(served.told, [`${again} and was answered`])
  })

  test('may be answered by an old backup, which knows nothing of it', async () => {
    using served = new Served()
    await served.answers(taken, { writes: true })
    served.witness.restored('master')
    await served.answers(taken, { writes: true })
    assert.deepEqual(served.told, [])
  })
})

suite('nothing is told of', () => {
  test('a request that was refused before', async () => {
    using served = new Served()
    await served.answers(refused)
    await served.answers(taken, { writes: true })
    assert.deepEqual(served.told, [])
  })

  test('requests of nobody, and other ones', async () => {
    using served = new Served()
    const nobodys = bodyOf(ask)
    const other = bodyOf(login, ask, ask)
    for (const request of [nobodys, nobodys, bodyOf(login), other]) {
      await served.answers(taken, { request, writes: true })
    }
    assert.deepEqual(served.told, [])
  })
})
