/**
 * `trilobite serve` and what talks to it: pull, push, sync and unversioned files, with logins that
 * `trilobite user` made.
 * @module
 */

import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { publicBlobUuidsSorted } from '../dst/holdings.ts'
import { add, as, type RunningServer, Scratch, stop } from './command.suite.ts'
import { dbOf } from '../repo/repo.ts'

const scratch = new Scratch()
let server: RunningServer

before(async () => {
  await scratch.json(['new', 'server.fossil', '--admin-user', 'ann'])
  const amy = ['user', 'new', 'amy', '--capabilities', 'vy', '--password-stdin']
  await scratch.json([...amy, '-R', 'server.fossil'], { input: 'open sesame\n' })
  server = await scratch.serve('server.fossil')
  const login = as('amy:open+sesame', server.url)
  for (const leaf of ['a', 'b']) {
    scratch.folderNamed(leaf)
    await scratch.json(['clone', login, 'leaf.fossil'], { in: leaf })
  }
})

function addTo(name: string, range: { from: number; to: number }): void {
  using repo = scratch.open(name)
  add(repo, range)
}

function holdings(name: string): string[] {
  using repo = scratch.open(name)
  return publicBlobUuidsSorted(repo)
}

suite('artifacts', () => {
  test('go from one repository to another by push and pull, with no server named', async () => {
    addTo('a/leaf.fossil', { from: 0, to: 3 })
    const push = await scratch.json(['push'], { in: 'a' })
    assert.deepEqual([push['complete'], push['artifactsSent']], [true, 3])
    assert.equal(push['url'], server.url)
    const pull = await scratch.json(['pull'], { in: 'b' })
    assert.deepEqual([pull['complete'], pull['artifactsReceived']], [true, 3])
    assert.deepEqual(holdings('a/leaf.fossil'), holdings('b/leaf.fossil'))
  })

  test('that fork a branch are told of, once', async () => {
    for (const leaf of ['a', 'b']) {
      writeFileSync(join(scratch.folder, leaf, leaf), leaf)
      await scratch.json(['ci', leaf, '-m', leaf, '--allow-empty'], { in: leaf })
    }
    const first = await scratch.json(['sync'], { in: 'a' })
    assert.deepEqual(first['forks'], [])
    const { stdout } = await scratch.run(['sync'], { in: 'b' })
    assert.match(stdout, /^trunk has forked; its open leaves are \w+, \w+: merge them$/m)
    const again = await scratch.json(['sync'], { in: 'b' })
    assert.deepEqual(again['forks'], [])
    await scratch.json(['merge'], { in: 'b' })
    await scratch.json(['sync'], { in: 'b' })
  })

  test('go both ways in a sync, and people are told', async () => {
    addTo('a/leaf.fossil', { from: 10, to: 11 })
    await scratch.json(['push'], { in: 'a' })
    addTo('b/leaf.fossil', { from: 20, to: 22 })
    const { code, stdout, stderr } = await scratch.run(['sync'], { in: 'b' })
    assert.deepEqual([code, stderr], [0, ''])
    const counts = '1 artifact received, 2 sent in \\d+ rounds \\(.* in, .* out\\)'
    assert.match(stdout, new RegExp(`^synced with ${server.url}\n${counts}\n$`))
    assert.deepEqual(holdings('b/leaf.fossil'), holdings('server.fossil'))
  })

  test('are not taken from nobody: the push is incomplete, exits 1, and says why', async () => {
    addTo('a/leaf.fossil', { from: 30, to: 31 })
    const args = ['sync', server.url, '--once']
    const json = await scratch.json(args, { in: 'a', code: 1 })
    assert.deepEqual([json['complete'], json['pushRefused']], [false, true])
    assert.equal(json['shortfall'], 'the server does not accept a push from us')
    const { code, stdout } = await scratch.run(args, { in: 'a' })
    assert.equal(code, 1)
    assert.match(stdout, /\nincomplete: the server does not accept a push from us\n$/)
  })

  test('are not taken from somebody with a wrong password: an error, exit code 2', async () => {
    const args = ['sync', as('amy:wrong', server.url)]
    const { code, stdout, stderr } = await scratch.run(args, { in: 'a' })
    assert.deepEqual([code, stdout], [2, ''])
    assert.equal(stderr, 'trilobite: login.failed: login failed\n')
    // It failed, so it is not remembered.
    assert.equal((await scratch.json(['sync'], { in: 'a' }))['complete'], true)
  })
})

test('a password in an address is used, remembered, and never shown', async () => {
  const { code, stdout } = await scratch.run(['remote'], { in: 'a' })
  assert.equal(code, 0)
  assert.equal(stdout, `default  ${as('amy', server.url)}  (password remembered)\n`)
  const list = await scratch.json(['remote', 'list'], { in: 'a' })
  const remotes = [{ name: 'default', url: as('amy', server.url), hasPassword: true }]
  assert.deepEqual(list, { remotes })
})

test('a remote has a name to sync with', async () => {
  const address = as('amy:open%20sesame', server.url)
  await scratch.json(['remote', 'add', 'hub', address], { in: 'b' })
  await scratch.json(['remote', 'off'], { in: 'b' })
  assert.equal((await scratch.run(['sync'], { in: 'b' })).code, 2)
  assert.equal((await scratch.json(['sync', 'hub'], { in: 'b' }))['complete'], true)
  await scratch.json(['sync', address], { in: 'b' })
  await scratch.json(['remote', 'rm', 'hub'], { in: 'b' })
  assert.equal((await scratch.json(['sync'], { in: 'b' }))['complete'], true)
})

test('unversioned files reach others, and so does their end', async () => {
  writeFileSync(join(scratch.folder, 'a', 'notes.bin'), Buffer.from([0, 255, 10, 13]))
  await scratch.json(['uv', 'add', './notes.bin', '--mtime'], { in: 'a' })
  const sent = await scratch.json(['uv', 'sync'], { in: 'a' })
  assert.equal(sent['complete'], true)
  await scratch.json(['sync', '-u'], { in: 'b' })
  const { bytes } = await scratch.run(['uv', 'cat', 'notes.bin'], { in: 'b' })
  assert.deepEqual([...bytes], [0, 255, 10, 13])
  await scratch.json(['uv', 'rm', 'notes.bin'], { in: 'b' })
  await scratch.json(['uv', 'sync'], { in: 'b' })
  await scratch.json(['uv', 'sync'], { in: 'a' })
  assert.deepEqual(await scratch.json(['uv', 'ls'], { in: 'a' }), { files: [] })
})

suite('a server', () => {
  test('prints its address and a line for each request', () => {
    const [first, ...requests] = server.said().trimEnd().split('\n')
    assert.equal(first, `serving server.fossil at ${server.url} (Ctrl-C ends it)`)
    assert.ok(requests.length > 0)
    for (const line of requests) {
      assert.match(
        line,
        /^\S+Z 127\.0\.0\.1 (?:amy|-) POST \/ 200, [\d.]+ k?B in, [\d.]+ k?B out, \d+ ms$/,
      )
    }
  })

  test('serves a folder, and ends with exit code 0 when told to', async () => {
    const running = await scratch.serve('a', '--json')
    const { url, child } = running
    const { url: told, port, path } = JSON.parse(running.said())
    assert.deepEqual([told, path], [url, 'a'])
    assert.equal(url, `http://127.0.0.1:${port}/`)
    const json = await scratch.json(['clone', `${url}leaf`, 'from-folder.fossil'])
    assert.equal(json['complete'], true)
    assert.equal(await stop(child, 'SIGTERM'), 0)
    assert.equal(running.said().trimEnd().split('\n').length, 1)
    assert.equal(existsSync(join(scratch.folder, 'a', 'leaf.fossil-wal')), false)
  })

  test('leaves the file in the journal mode that it had, and ends at SIGHUP, too', async () => {
    assert.equal(await stop(server.child, 'SIGHUP'), 0)
    using repo = scratch.open('server.fossil')
    assert.deepEqual(dbOf(repo).prepare('PRAGMA journal_mode').get(), ['delete'])
  })
})
