/**
 * `ci --sync`: beside a server, so that two who work at once do not fork.
 * @module
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { checkin, parseArtifactHash, putUser } from '../index.ts'
import { lockCheckin } from '../repo/checkin-lock.ts'
import { as, Scratch, stop } from './command.suite.ts'

const scratch = new Scratch()

/** The latest check-in, to be followed. */
let first = ''

before(async () => {
  scratch.repo('hub.fossil', { artifacts: 0 })
  using repo = scratch.open('hub.fossil')
  putUser(repo, { login: 'amy', capabilities: 'oi', password: 'secret' })
  const changes = [{ name: 'a', content: utf8('0') }]
  first = checkin(repo, { changes, comment: 'first', user: 'admin' }).hash
})

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
  assert.ok(two.stderr.includes(`${first} is followed by ${String(one['checkin'])} already`))

  const parent = parseArtifactHash(String(one['checkin'])) ?? assert.fail()
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
