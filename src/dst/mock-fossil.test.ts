/**
 * The mock server: the production handler without sockets, and a way to seed it.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { fromUtf8, noBytes, utf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { openDatabase } from '../db/node.ts'
import { readArtifact } from '../repo/content.ts'
import { storeLocal } from '../repo/store.ts'
import { createRepo } from '../crosslink/open.ts'
import type { Repo } from '../repo/repo.ts'
import { putUser } from '../admin/user.ts'
import { accessOf } from '../sync/access.ts'
import { sync } from '../sync/sync.ts'
import { decodeMessage } from '../xfer/frame.ts'
import { countBlobs, hasBlob } from './holdings.ts'
import { MockFossil } from './mock-fossil.ts'

function repoOf(project?: Repo): Repo {
  return createRepo(
    openDatabase(),
    systemEnv,
    project === undefined ? {} : { projectCode: project.projectCode },
  )
}

suite('a mock server', () => {
  test('syncs with the production client', async () => {
    using repo = repoOf()
    using client = repoOf(repo)
    const server = new MockFossil(repo)
    const hash = server.storeArtifact(utf8('seeded'))
    const back = storeLocal(client, utf8('pushed')).hash
    assert.equal((await sync(client, server)).complete, true)
    assert.ok(hasBlob(client, hash) && hasBlob(repo, back))
  })

  test('stores what it is seeded with, the empty artifact included', () => {
    using repo = repoOf()
    const server = new MockFossil(repo)
    assert.equal(server.repo, repo)
    for (const content of [
      noBytes,
      utf8('text'),
      Uint8Array.from({ length: 70_000 }, (_, i) => i),
    ]) {
      assert.deepEqual(readArtifact(repo, server.storeArtifact(content)), content)
    }
    assert.equal(countBlobs(repo), 3)
    assert.equal(server.storeArtifact(noBytes), server.storeArtifact(noBytes))
  })

  test('lets its users decide where it is told to, and takes each proof once', async () => {
    using repo = repoOf()
    using client = repoOf(repo)
    const login = { user: 'someone', password: 'secret' }
    putUser(repo, { login: 'nobody', capabilities: '' })
    putUser(repo, { login: login.user, password: login.password, capabilities: 'i' })
    const server = new MockFossil(repo, { access: 'users' })
    storeLocal(client, utf8('pushed'))
    await assert.rejects(sync(client, server), /not authorized to read/)
    const requests: Uint8Array[] = []
    const exchange = (request: Uint8Array): Promise<Uint8Array> => {
      requests.push(request)
      return server.exchange(request)
    }
    assert.equal((await sync(client, { exchange }, { login })).complete, true)
    assert.equal(countBlobs(repo), 1)
    const again = await server.exchange(requests[0] ?? noBytes)
    assert.match(fromUtf8(decodeMessage(again, { maxBytes: 1 << 20 })), /^error login\\sfailed\n$/)
  })

  test('grants what it is told to grant', async () => {
    using repo = repoOf()
    using client = repoOf(repo)
    storeLocal(client, utf8('pushed'))
    const readOnly = new MockFossil(repo, { access: accessOf('o') })
    const hash = readOnly.storeArtifact(utf8('seeded'))
    const { pushRefused } = await sync(client, readOnly)
    assert.equal(pushRefused, true)
    assert.ok(hasBlob(client, hash))
    assert.equal(countBlobs(repo), 1)
    const closed = new MockFossil(repo, { access: accessOf('') })
    await assert.rejects(sync(client, closed), (error) => FossilError.is(error, 'sync.refused'))
  })

  test('asks its fault sites when it answers, not when it is seeded', async () => {
    using repo = repoOf()
    using client = repoOf(repo)
    const server = new MockFossil(repo)
    const asked = new Set<string>()
    server.setBuggify({ check: (site) => asked.add(site) && site === 'repo.commit.fail' })
    const hash = server.storeArtifact(utf8('seeded'))
    assert.equal(asked.size, 0)
    await assert.rejects(sync(client, server), { code: 'sync.refused' })
    assert.ok(asked.has('repo.commit.fail') && asked.has('handler.reply.minBudget'))
    assert.ok(hasBlob(repo, hash))
  })
})
