/**
 * `trilobite clone`: what it makes, what it leaves behind, and how it goes on.
 * @module
 */

import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test, type TestContext } from 'node:test'
import { systemEnv } from '../base/env.ts'
import { answerXfer } from '../sync/handler.ts'
import { findRemote } from '../admin/remote.ts'
import { findUser, putUser } from '../admin/user.ts'
import { publicBlobUuidsSorted } from '../dst/holdings.ts'
import { type FossilServer, serve } from '../transport/http.ts'
import { add, as, Scratch } from './command.suite.ts'
import { dbOf } from '../repo/repo.ts'

const scratch = new Scratch()
const path = (name: string): string => join(scratch.folder, name)

/** A server in this process, which sees each request before its answer. */
async function serveHere(
  t: TestContext,
  file: string,
  onRequest: (count: number) => void = () => {},
): Promise<FossilServer> {
  let count = 0
  const server = await serve({
    file: path(file),
    env: systemEnv,
    answer: (repo, request) => {
      onRequest(++count)
      return answerXfer(repo, request)
    },
  })
  t.after(() => server.close())
  return server
}

/** Starts a clone to `file` that gets `signal` while its fourth request is answered. */
async function interruptedClone(
  t: TestContext,
  { from, to, signal }: { from: string; to: string; signal: NodeJS.Signals },
): Promise<{ url: string; code: number | null; said: string }> {
  const running: { child?: ChildProcess } = {}
  const { url } = await serveHere(t, from, (count) => {
    if (count === 4) running.child?.kill(signal)
  })
  const child = scratch.start(['clone', url, to, '--json'])
  running.child = child
  let said = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (said += text))
  await once(child, 'close')
  return { url, code: child.exitCode, said }
}

function assertSame(name: string, other: string): void {
  using repo = scratch.open(name)
  using copy = scratch.open(other)
  assert.deepEqual(publicBlobUuidsSorted(copy), publicBlobUuidsSorted(repo))
}

scratch.repo('many.fossil', { artifacts: 60 })

suite('a clone', () => {
  test('is whole, remembers the server, and says who may do everything', async (t) => {
    const { url } = await serveHere(t, 'many.fossil')
    const { code, stdout, stderr } = await scratch.run(['clone', url, 'whole.fossil'])
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(
      stdout,
      /^cloned http:\/\/127\.0\.0\.1:\d+\/ to whole\.fossil\n60 artifacts received/,
    )
    assert.match(stdout, /\nproject-id: [0-9a-f]{40}\nserver-id: {2}[0-9a-f]{40}\n/)
    assert.match(stdout, /\nadmin-user: admin \(password: [0-9a-f]{16}\)\n$/)
    assertSame('many.fossil', 'whole.fossil')
    using copy = scratch.open('whole.fossil')
    assert.deepEqual(findRemote(copy, 'default'), { name: 'default', url })
    assert.equal(copy.isUnfinishedClone, false)
  })

  test('that was killed goes on where it stopped', async (t) => {
    const at = { from: 'many.fossil', to: 'killed.fossil', signal: 'SIGKILL' } as const
    const { url, code } = await interruptedClone(t, at)
    assert.equal(code, null)
    const sync = await scratch.run(['sync', '-R', 'killed.fossil'])
    assert.equal(sync.code, 2)
    assert.match(sync.stderr, /unfinished clone: "trilobite clone http:\S+ killed.fossil" goes on/)
    const info = await scratch.json(['info', 'killed.fossil'])
    assert.equal(info['isUnfinishedClone'], true)
    const kept = Number(info['artifacts'])
    assert.ok(kept > 0 && kept < 60, `${kept} artifacts were kept`)

    const again = await scratch.run(['clone', url, 'killed.fossil'])
    assert.equal(again.code, 0)
    assert.equal(again.stderr, 'going on with the unfinished clone killed.fossil\n')
    assert.match(again.stdout, new RegExp(`\\n${60 - kept} artifacts received, `))
    assertSame('many.fossil', 'killed.fossil')
  })

  test('that somebody interrupts says so, exits 1 and can go on', async (t) => {
    const at = { from: 'many.fossil', to: 'stopped.fossil', signal: 'SIGINT' } as const
    const { url, code, said } = await interruptedClone(t, at)
    assert.equal(code, 1)
    const { complete, interrupted, shortfall, rounds } = JSON.parse(said)
    assert.deepEqual([complete, interrupted], [false, true])
    assert.equal(shortfall, 'interrupted: the same command goes on with the clone')
    assert.ok(rounds >= 3)

    const json = await scratch.json(['clone', url, 'stopped.fossil'])
    assert.deepEqual([json['complete'], json['resumed'], json['shortfall']], [true, true, null])
    assertSame('many.fossil', 'stopped.fossil')
  })

  test('goes on from its own server only', async (t) => {
    const at = { from: 'many.fossil', to: 'moved.fossil', signal: 'SIGKILL' } as const
    const { url } = await interruptedClone(t, at)
    const { code, stderr } = await scratch.run(['clone', `${url}elsewhere`, 'moved.fossil'])
    assert.equal(code, 2)
    assert.match(
      stderr,
      new RegExp(`it is an unfinished clone of ${url} \\(path moved.fossil\\)\n$`),
    )
  })
})

suite('a clone that cannot be', () => {
  test('leaves nothing behind', async () => {
    // Port 1 is nobody's.
    const { code, stderr } = await scratch.run(['clone', 'http://127.0.0.1:1/', 'none.fossil'])
    assert.equal(code, 2)
    assert.match(stderr, /^trilobite: transport\.unreachable: .*\n$/)
    assert.equal(existsSync(path('none.fossil')), false)
  })

  test('leaves what is there already', async (t) => {
    const { url } = await serveHere(t, 'many.fossil')
    writeFileSync(path('notes.txt'), 'mine\n')
    for (const file of ['many.fossil', 'notes.txt']) {
      const { code, stdout, stderr } = await scratch.run(['clone', url, file])
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, /^trilobite: repo\.(invalid|unreadable): .*\n$/)
    }
  })

  test('asks for no password where nobody sits', async (t) => {
    const { url } = await serveHere(t, 'many.fossil')
    const { code, stderr } = await scratch.run(['clone', as('amy', url), 'no.fossil'])
    assert.equal(code, 2)
    assert.match(
      stderr,
      /there is no terminal to ask for it: --password-stdin reads one \(option password\)\n$/,
    )
    assert.equal(existsSync(path('no.fossil')), false)
  })
})

test('a clone with --once remembers no server', async (t) => {
  const { url } = await serveHere(t, 'many.fossil')
  await scratch.json(['clone', url, 'once.fossil', '--once'])
  using copy = scratch.open('once.fossil')
  assert.equal(findRemote(copy, 'default'), undefined)
  add(copy, { from: 1000, to: 1001 })
  const { code, stderr } = await scratch.run(['sync', '-R', 'once.fossil'])
  assert.equal(code, 2)
  assert.match(stderr, /say with which server: none is remembered/)
})

test('a clone belongs to the user of the address, and check-ins there are hers', async (t) => {
  {
    using repo = scratch.open('many.fossil')
    putUser(repo, { login: 'server-admin', password: 'x', capabilities: 's' })
    putUser(repo, { login: 'amy', password: 'secret', capabilities: 'aei' })
  }
  const { url } = await serveHere(t, 'many.fossil')
  const address = url.replace('http://', 'http://amy:secret@')
  for (const options of [[], ['--once'], ['--admin-user', 'boss']]) {
    const file = `amy${options.length}.fossil`
    const { stdout } = await scratch.run(['clone', '--with-users', address, file, ...options])
    assert.match(stdout, options.length < 2 ? /admin-user: amy / : /admin-user: boss /)
    await scratch.json(['wiki', 'commit', 'Page', '-R', file], { input: 'text' })
    using copy = scratch.open(file)
    assert.ok(findUser(copy, 'server-admin') !== undefined, 'the accounts came along')
    const [user] = dbOf(copy).prepare(`SELECT user FROM event WHERE type = 'w'`).get() ?? []
    assert.equal(user, 'amy')
  }
})

test('a login that is refused leaves no clone behind for another to go on with', async (t) => {
  const { url } = await serveHere(t, 'many.fossil')
  const wrong = url.replace('http://', 'http://amyy:wrong@')
  const refused = await scratch.run(['clone', wrong, 'mistyped.fossil'])
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /login.failed/)
  assert.ok(!existsSync(join(scratch.folder, 'mistyped.fossil')))
})

test('a clone by the address of anonymous belongs to admin', async (t) => {
  const { url } = await serveHere(t, 'many.fossil')
  const address = url.replace('http://', 'http://anonymous:x@')
  const { stdout } = await scratch.run(['clone', address, 'anonymous.fossil'])
  assert.match(stdout, /admin-user: admin /)
})
