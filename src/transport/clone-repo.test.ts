/**
 * A clone to a file in one call: what it makes, what it leaves alone, and how it goes on.
 * @module
 */

import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { suite, test, type TestContext } from 'node:test'

import { findRemote } from '../admin/remote.ts'
import { listUsers, putUser } from '../admin/user.ts'
import { systemEnv } from '../base/env.ts'
import { createRepo, openRepo } from '../folder/repo-file.ts'
import { config, setConfig } from '../repo/config.ts'
import { failsWith, scratchPath } from '../repo/fixture.suite.ts'
import type { Repo } from '../repo/repo.ts'
import type { SyncEvent, SyncTotals } from '../sync/events.ts'
import { answerXfer } from '../sync/handler.ts'
import { addArtifacts, heldNames, makeRepo } from '../sync/pair.suite.ts'
import { cloneRepo, type CloneRepoOptions, type CloneRepoResult } from './clone-repo.ts'
import { httpTransport } from './http-client.ts'
import { serve } from './serve.ts'

/** Nothing listens there. */
const nowhere = 'http://127.0.0.1:1/'

interface Served {
  readonly repo: Repo
  readonly url: string
  /** Called before each request is answered, with how many there were. */
  onRequest: (count: number) => void
}

/** A server with 60 artifacts, a few in a message. */
async function served(t: TestContext): Promise<Served> {
  const repo = makeRepo('server')
  setConfig(repo, 'max-download', '2000')
  addArtifacts(repo, { to: 60, bytes: 500 })
  putUser(repo, { login: 'amy', password: 'secret', capabilities: 'cgijoz' })
  let count = 0
  const server = await serve({
    repo,
    answer: (_, request) => {
      known.onRequest(++count)
      return answerXfer(repo, request)
    },
  })
  t.after(() => server.close())
  const known: Served = { repo, url: server.url, onRequest: () => {} }
  return known
}

function to(
  path: string,
  url: string,
  options: Partial<CloneRepoOptions> = {},
): Promise<CloneRepoResult> {
  return cloneRepo(url, path, { env: systemEnv, ...options })
}

suite('cloneRepo', () => {
  test('makes a whole clone, which remembers the server without a password', async (t) => {
    const { repo, url } = await served(t)
    const path = scratchPath(t)
    const result = await to(path, url.replace('//', '//amy:secret@'))
    assert.deepEqual(
      [result.complete, result.isWhole, result.resumed, result.artifactsReceived, result.url],
      [true, true, false, 60, url],
    )
    using copy = openRepo(path, systemEnv)
    assert.deepEqual(heldNames(copy), heldNames(repo))
    assert.equal(copy.isUnfinishedClone, false)
    const address = url.replace('//', '//amy@')
    assert.deepEqual(findRemote(copy, 'default'), { name: 'default', url: address })
    assert.equal(listUsers(copy).find(({ uid }) => uid === 1)?.login, 'amy')
  })

  test('remembers the password, or nothing but the user, where asked to', async (t) => {
    const { url } = await served(t)
    const login = { user: 'amy', password: 'secret' }
    const [first, second] = [scratchPath(t), scratchPath(t)]
    await to(first, url, { login, remember: 'login' })
    using copy = openRepo(first, systemEnv)
    assert.equal(findRemote(copy, 'default')?.password, 'secret')
    await to(second, url, { login, remember: 'nothing' })
    using other = openRepo(second, systemEnv)
    assert.equal(findRemote(other, 'default'), undefined)
    assert.equal(config(other, 'default-user'), 'amy')
  })

  test('that is aborted keeps what has come, and goes on with the rest', async (t) => {
    const server = await served(t)
    const path = scratchPath(t)
    const stop = new AbortController()
    server.onRequest = (count) => {
      if (count === 4) stop.abort()
    }
    await assert.rejects(
      to(path, server.url, { signal: stop.signal }),
      failsWith('transport.aborted'),
    )
    const kept = ((): number => {
      using part = openRepo(path, systemEnv)
      assert.ok(part.isUnfinishedClone, 'it is an unfinished clone')
      return heldNames(part).length
    })()
    assert.ok(kept > 0 && kept < 60, `${kept} are kept`)

    await assert.rejects(
      to(path, `${server.url}elsewhere`),
      failsWith('repo.invalid', /it is an unfinished clone of http/),
    )
    const { resumed, isWhole, artifactsReceived } = await to(path, server.url)
    assert.deepEqual([resumed, isWhole, artifactsReceived], [true, true, 60 - kept])
  })

  test('tells of progress in totals that only grow and end as the result', async (t) => {
    const { url } = await served(t)
    const totals: SyncTotals[] = []
    const rounds: string[] = []
    const observer = (event: SyncEvent): void => {
      if ('round' in event) rounds.push(`${event.type} ${event.round}`)
    }
    const onProgress = (each: SyncTotals): void => void totals.push(each)
    const result = await to(scratchPath(t), url, { onProgress, observer })
    for (const name of ['artifactsReceived', 'bytesSent', 'bytesReceived'] as const) {
      const values = totals.map((each) => each[name])
      assert.deepEqual(
        values,
        values.toSorted((one, other) => one - other),
        name,
      )
      assert.equal(values.at(-1), result[name], name)
    }
    const pairs = Array.from({ length: result.rounds }, (_, i) => [
      `round.sent ${i + 1}`,
      `round.received ${i + 1}`,
    ])
    assert.deepEqual(rounds, pairs.flat())
  })

  test('goes over a transport of the caller, and leaves it open', async (t) => {
    const { url } = await served(t)
    using transport = httpTransport(url)
    const { isWhole } = await cloneRepo(transport, scratchPath(t), { env: systemEnv })
    const again = await cloneRepo(transport, scratchPath(t), { env: systemEnv })
    assert.deepEqual([isWhole, again.isWhole], [true, true])
  })
})

suite('cloneRepo that fails', () => {
  test('leaves no file where nothing came, and an empty one as it was', async (t) => {
    const path = scratchPath(t)
    await assert.rejects(to(path, nowhere), failsWith('transport.unreachable'))
    assert.equal(existsSync(path), false)
    writeFileSync(path, '')
    await assert.rejects(to(path, nowhere), failsWith('transport.unreachable'))
    assert.equal(readFileSync(path).length, 0)
  })

  test('leaves no file where the login is wrong', async (t) => {
    const { url } = await served(t)
    const path = scratchPath(t)
    const login = { user: 'amy', password: 'wrong' }
    await assert.rejects(to(path, url, { login }), failsWith('login.failed'))
    assert.equal(existsSync(path), false)
    const noPassword = to(path, url.replace('//', '//amy@'))
    await assert.rejects(noPassword, failsWith('option.invalid', /password of "amy"/))
    assert.equal(existsSync(path), false)
  })

  test('changes no file that is something else', async (t) => {
    const { url } = await served(t)
    const [notes, repository] = [scratchPath(t), scratchPath(t)]
    writeFileSync(notes, 'mine\n')
    createRepo(repository, systemEnv).close()
    for (const [path, code] of [
      [notes, 'repo.unreadable'],
      [repository, 'repo.invalid'],
    ] as const) {
      const before = readFileSync(path)
      await assert.rejects(to(path, url), failsWith(code))
      assert.deepEqual(readFileSync(path), before)
    }
  })

  test('keeps an unfinished clone of an earlier call, though nothing comes', async (t) => {
    const server = await served(t)
    const path = scratchPath(t)
    const stop = new AbortController()
    server.onRequest = (count) => {
      if (count === 3) stop.abort()
    }
    await assert.rejects(
      to(path, server.url, { signal: stop.signal }),
      failsWith('transport.aborted'),
    )
    const aborted = to(path, server.url, { signal: AbortSignal.abort() })
    await assert.rejects(aborted, failsWith('transport.aborted'))
    const { resumed, isWhole } = await to(path, server.url)
    assert.deepEqual([resumed, isWhole], [true, true])
  })
})
