/**
 * `ci --sync`: beside a server, so that two who work at once do not fork.
 * @module
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { checkin, config, createRepo, parseArtifactHash, putRemote, putUser } from '../index.ts'
import { lockCheckin } from '../admin/checkin-lock.ts'
import { serve } from '../transport/serve.ts'
import { type CheckinSync, syncsCheckin } from './ci-sync.ts'
import { as, Scratch, stop } from './command.suite.ts'
import { findCheckin } from './lookup.ts'
import { dbOf } from '../repo/repo.ts'

const scratch = new Scratch()

/** The latest check-in, to be followed. */
let first = ''
let projectCode = ''

before(async () => {
  scratch.repo('hub.fossil', { artifacts: 0 })
  using repo = scratch.open('hub.fossil')
  putUser(repo, { login: 'amy', capabilities: 'oi', password: 'secret' })
  const changes = [{ name: 'a', content: utf8('0') }]
  projectCode = config(repo, 'project-code') ?? ''
  first = checkin(repo, { changes, comment: 'first', user: 'admin' }).hash
})

function allowAmy(capabilities: string): void {
  using hub = scratch.open('hub.fossil')
  putUser(hub, { login: 'amy', capabilities })
}

/** The names of the check-in locks on the server. */
function locks(): string[] {
  using hub = scratch.open('hub.fossil')
  return dbOf(hub)
    .prepare<[string]>(`SELECT name FROM config WHERE name GLOB 'ci-lock-*' ORDER BY name`)
    .all()
    .map(([name]) => name)
}

/** Another repository of the project beside a server, in this process. */
async function beside(name: string) {
  const file = join(scratch.folder, 'hub.fossil')
  const server = await serve({ file, env: systemEnv })
  const repo = createRepo(join(scratch.folder, name), systemEnv, { projectCode })
  const url = as('amy', server.url)
  putRemote(repo, { name: 'default', url, password: 'secret' })
  const options = { sync: true, json: true }
  await syncsCheckin(repo, { parentOf: () => undefined, isPrivate: false, options })
  const parent = findCheckin(repo, first)
  return {
    server,
    repo,
    begin: async (more: { dryRun?: boolean } = {}): Promise<CheckinSync> => {
      const place = { parentOf: () => parent, isPrivate: false, options: { ...options, ...more } }
      return (await syncsCheckin(repo, place)) ?? assert.fail('nothing to sync')
    },
    commit: (): void => {
      const changes = [{ name: 'a', content: utf8(name) }]
      checkin(repo, { changes, comment: name, user: 'amy', parent, fork: 'allow' })
    },
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await server.close()
      repo.close()
    },
  }
}

test('a check-in is pushed, or refused: as a fork after the pull, and while locked', async () => {
  const server = await scratch.serve('hub.fossil')
  const url = as('amy:secret', server.url)
  for (const name of ['one', 'two']) {
    scratch.folderNamed(name)
    await scratch.json(['clone', url, `${name}/p.fossil`])
    writeFileSync(join(scratch.folder, name, 'a'), name)
  }
  const ci = ['ci', 'a', '-m', 'c', '--sync']
  const one = await scratch.json(ci, { in: 'one' })
  assert.equal(one['parent'], first)
  assert.partialDeepStrictEqual(one['sync'], { complete: true, artifactsSent: 2 })

  const two = await scratch.run(ci, { in: 'two' })
  assert.deepEqual([two.code, two.stdout], [2, ''])
  const newer = String(one['checkin'])
  assert.ok(two.stderr.includes(`while this command ran, ${first} was followed by ${newer}.`))
  assert.ok(two.stderr.includes(`"trilobite diff --checkin ${newer}"`), two.stderr)
  assert.deepEqual(locks(), [])

  // What does not touch what came is built on it.
  writeFileSync(join(scratch.folder, 'two', 'b'), 'two')
  const onTop = await scratch.json(['ci', 'b', '-m', 'c', '--sync'], { in: 'two' })
  assert.equal(onTop['parent'], newer)

  const parent = parseArtifactHash(String(onTop['checkin'])) ?? assert.fail()
  {
    using hub = scratch.open('hub.fossil')
    lockCheckin(hub, { checkin: parent, clientId: 'e'.repeat(40), login: 'bea' })
  }
  const locked = await scratch.run([...ci, '--parent', parent], { in: 'two' })
  assert.deepEqual([locked.code, locked.stdout], [2, ''])
  assert.match(locked.stderr, /bea has been about to follow [0-9a-f]{64} since 2/)
  const forced = await scratch.run([...ci, '--parent', parent, '--allow-fork'], { in: 'two' })
  assert.equal(forced.code, 0)
  assert.match(
    forced.stdout,
    /^EDITED {2}a\nchecked in [0-9a-f]{64} on trunk \(1 edited\)\npushed to/,
  )
  const secret = ['ci', '--rm', 'a', '-m', 'c', '--parent', parent, '--private', '--sync']
  const hidden = await scratch.json(secret, { in: 'two' })
  assert.deepEqual([hidden['private'], hidden['sync']], [true, null])
  await stop(server.child, 'SIGTERM')
})

test('a lock is given back where nothing is pushed, and none is taken for a dry run', async () => {
  await using project = await beside('dry.fossil')
  const held = locks()
  await project.begin({ dryRun: true })
  assert.deepEqual(locks(), held)
  const link = await project.begin()
  assert.ok(locks().includes(`ci-lock-${first}`))
  await link.release()
  assert.ok(!locks().includes(`ci-lock-${first}`))
})

test('a push that fails leaves the check-in, and says so', async () => {
  await using project = await beside('failing.fossil')
  const link = await project.begin()
  project.commit()
  allowAmy('o')
  const refused = await link.push()
  allowAmy('oi')
  assert.equal(refused.isComplete, false)
  assert.partialDeepStrictEqual(refused.fields, {
    complete: false,
    isUnlocked: false,
    error: { code: 'sync.refused' },
  })
  assert.match(refused.text, /^not pushed to http:\S+: sync\.refused: not authorized to write\n/)
  assert.match(refused.text, /\nthe check-in stands here: "trilobite sync" sends it\n/)
  assert.match(refused.text, /\nthe lock there, which warns others of a fork, ends by itself/)
  await link.release()
  assert.ok(!locks().includes(`ci-lock-${first}`))

  const again = await project.begin()
  await project.server.close()
  const { fields, text } = await again.push()
  assert.partialDeepStrictEqual(fields, {
    isUnlocked: false,
    error: { code: 'transport.unreachable' },
  })
  assert.match(text, /: connection refused\nthe check-in stands here: /)
  await again.release()
})
