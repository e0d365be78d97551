/**
 * A server with troubles of its own: what its clients get all the same, and what they hear.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { createRepo, openRepo } from '../crosslink/open.ts'
import { openDatabase } from '../db/node.ts'
import type { Repo } from '../repo/repo.ts'
import { putUser } from '../admin/user.ts'
import { CardWriter } from '../xfer/format.ts'
import { encodeMessage } from '../xfer/frame.ts'
import { signBySecret } from '../xfer/login.ts'
import { fullAccess } from './access.ts'
import type { LoginGuard } from './auth.ts'
import { answerXfer, handleXfer } from './handler.ts'
import {
  addArtifacts,
  bodyOf,
  cardsOf,
  contentOf,
  fileCard,
  heldNames,
  makeRepo,
  ofType,
  projectCode,
  pullCard,
  pushCard,
  testEnv,
} from './pair.suite.ts'
import { sync } from './sync.ts'

const access = fullAccess
const push = bodyOf(pushCard, fileCard(contentOf(999)))

/** The same file for one who may write, and for one who may not. */
function twice(t: TestContext): { writer: Repo; reader: Repo } {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-trouble-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  const path = join(folder, 'x.fossil')
  const env = testEnv('server')
  const writer = createRepo(openDatabase(path, { create: true }), env, { projectCode })
  const reader = openRepo(openDatabase(path, { readOnly: true }), env)
  t.after(() => {
    reader.close()
    writer.close()
  })
  return { writer, reader }
}

test('what cannot be written is pulled from, whatever there is to cluster', async (t) => {
  const { writer, reader } = twice(t)
  addArtifacts(writer, { to: 150 })
  using client = makeRepo('client')
  const exchange = async (request: Uint8Array): Promise<Uint8Array> =>
    handleXfer(reader, request, { access })
  const result = await sync(client, { exchange }, { push: false })
  assert.ok(result.complete)
  assert.deepEqual(heldNames(client), heldNames(writer))
  const { error } = answerXfer(reader, push, { access })
  assert.equal(error?.code, 'repo.io')
})

test('a login that has to wait is not looked at; those that are, are counted', () => {
  using repo = makeRepo('server')
  putUser(repo, { login: 'alice', password: 'a'.repeat(40), capabilities: 'io' })
  const heard: string[] = []
  let waitSec = 0
  const loginGuard: LoginGuard = {
    waitSec: () => waitSec,
    failed: (user) => void heard.push(`${user} failed`),
    succeeded: (user) => void heard.push(`${user} succeeded`),
  }
  const writer = new CardWriter()
  writer.add(pullCard)
  const message = writer.finish()
  const ask = (login: string, secret: string): string | undefined => {
    const signed = encodeMessage(signBySecret(message, { login, secret }))
    const [card] = ofType(cardsOf(answerXfer(repo, signed, { loginGuard }).body), 'error')
    return card?.text
  }
  assert.equal(ask('alice', 'b'.repeat(40)), 'login failed')
  assert.equal(ask('alice', 'a'.repeat(40)), undefined)
  assert.equal(ask('nobody', 'b'.repeat(40)), undefined)
  waitSec = 3
  assert.equal(ask('alice', 'a'.repeat(40)), 'too many failed logins: try again in 3 seconds')
  assert.deepEqual(heard, ['alice failed', 'alice succeeded', 'nobody succeeded'])
})
