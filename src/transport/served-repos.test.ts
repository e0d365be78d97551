/**
 * Files of a folder that are served, and their names; and that no path leads elsewhere.
 * @module
 */

import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { openDatabase } from '../db/node.ts'
import { config, setConfig } from '../repo/config.ts'
import { createRepo, openRepo } from '../crosslink/open.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { fails, testEnv } from '../sync/pair.suite.ts'
import type { Answerer } from './http-service.ts'
import { post, send, statuses } from './raw-client.suite.ts'
import { serve } from './serve.ts'
import { ServedRepos } from './served-repos.ts'
import { ManualTimers } from './timers.suite.ts'
import { messageOf } from './transport.suite.ts'

const env = testEnv('served')

/** A folder to serve, inside another that is nobody's business. */
function makeFolder(t: TestContext): string {
  const outside = mkdtempSync(join(tmpdir(), 'trilobite-served-'))
  t.after(() => rmSync(outside, { recursive: true, force: true, maxRetries: 10 }))
  const folder = join(outside, 'repos')
  mkdirSync(folder)
  return folder
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`
}

/** Makes a repository file that knows its own name. */
function makeFile(path: string, name: string): void {
  using repo = createRepo(openDatabase(path, { create: true }), env)
  setConfig(repo, 'project-name', name)
}

function nameOf(repo: Repo): string | undefined {
  return config(repo, 'project-name')
}

/** The repository that a path leads to, by the name that it says it has. */
function reached(served: ServedRepos, path: string): string | undefined {
  const found = served.find(path)
  return found === undefined ? undefined : nameOf(found.open())
}

test('the first part of a path that names a file leads to it', (t) => {
  const folder = makeFolder(t)
  for (const name of ['a', 'B-2.x_y', '-']) makeFile(join(folder, `${name}.fossil`), name)
  const served = new ServedRepos({ folder, env })
  t.after(() => served.close())
  for (const [path, name] of [
    ['/a', 'a'],
    ['/a/', 'a'],
    ['//a', 'a'],
    ['/a/xfer', 'a'],
    ['/a/../../b', 'a'],
    ['/B-2.x_y', 'B-2.x_y'],
    ['/-', '-'],
  ] as const) {
    assert.equal(reached(served, path), name, path)
    assert.equal(served.find(path)?.name, name, path)
  }
})

test('no path leads out of the folder, or to what is no repository file', (t) => {
  const folder = makeFolder(t)
  makeFile(join(folder, '..', 'secret.fossil'), 'secret')
  for (const hidden of ['.hidden', '..hidden', '']) {
    copyFileSync(join(folder, '..', 'secret.fossil'), join(folder, `${hidden}.fossil`))
  }
  mkdirSync(join(folder, 'sub'))
  mkdirSync(join(folder, 'folder.fossil'))
  copyFileSync(join(folder, '..', 'secret.fossil'), join(folder, 'sub', 'deep.fossil'))
  symlinkSync('../secret.fossil', join(folder, 'link.fossil'))
  symlinkSync('..', join(folder, 'up'))
  symlinkSync('sub/deep.fossil', join(folder, 'down.fossil'))
  symlinkSync('nowhere', join(folder, 'dangling.fossil'))
  const served = new ServedRepos({ folder, env })
  for (const path of [
    '',
    '/',
    '/../secret',
    '/..',
    '/.',
    '/%2e%2e/secret',
    '/..%2fsecret',
    '/..\\secret',
    '/.hidden',
    '/..hidden',
    '/secret',
    '/sub',
    '/sub/',
    '/sub/other',
    '/deep',
    '/folder',
    '/link',
    '/up/secret',
    '/up/secret/',
    '/dangling',
    '/a\0',
    '/a b',
    '/é',
    `/${'a'.repeat(5_000)}`,
    'link',
  ]) {
    assert.equal(served.find(path), undefined, JSON.stringify(path))
  }
})

test('repositories in folders below the folder have addresses below it', (t) => {
  const folder = makeFolder(t)
  mkdirSync(join(folder, 'team', 'old'), { recursive: true })
  makeFile(join(folder, 'team.fossil'), 'file beside the folder')
  const served = new ServedRepos({ folder, env })
  t.after(() => served.close())
  makeFile(join(folder, 'team', 'old', 'a.fossil'), 'deep')
  assert.equal(reached(served, '/team/old/a'), 'file beside the folder')
  rmSync(join(folder, 'team.fossil'))
  assert.equal(reached(served, '//team//old/a/xfer'), 'deep')
  assert.equal(served.find('/team/old/a')?.name, 'team/old/a')
})

test('a link to a neighbour is another name for the same open file', (t) => {
  const folder = makeFolder(t)
  makeFile(join(folder, 'a.fossil'), 'a')
  symlinkSync('a.fossil', join(folder, 'b.fossil'))
  const served = new ServedRepos({ folder, env })
  t.after(() => served.close())
  assert.equal(served.find('/b')?.open(), served.find('/a')?.open())
})

test('a file is opened once, and again after it was replaced, discarded or closed', (t) => {
  const folder = makeFolder(t)
  const path = join(folder, 'a.fossil')
  makeFile(path, 'first')
  const served = new ServedRepos({ folder, env })
  t.after(() => served.close())
  const first = served.find('/a')?.open()
  assert.ok(first !== undefined)
  assert.equal(served.find('/a')?.open(), first)

  makeFile(join(folder, 'new'), 'second')
  renameSync(join(folder, 'new'), path)
  const second = served.find('/a')?.open()
  assert.ok(second !== undefined)
  assert.deepEqual([nameOf(second), dbOf(first).isOpen], ['second', false])

  dbOf(second).exec('BEGIN')
  served.find('/a')?.discard()
  const third = served.find('/a')?.open()
  assert.deepEqual(
    [third === second, dbOf(second).isOpen, third && dbOf(third).isOpen],
    [false, false, true],
  )

  served.close()
  assert.equal(third && dbOf(third).isOpen, false)
  assert.equal(reached(served, '/a'), 'second')
})

test('of many files the one not used for longest is closed', (t) => {
  const folder = makeFolder(t)
  makeFile(join(folder, 'r0.fossil'), 'r')
  for (let i = 1; i <= 32; i++) {
    copyFileSync(join(folder, 'r0.fossil'), join(folder, `r${i}.fossil`))
  }
  const served = new ServedRepos({ folder, env })
  t.after(() => served.close())
  const open = (i: number): Repo | undefined => served.find(`/r${i}`)?.open()
  const repos = Array.from({ length: 32 }, (_, i) => open(i))
  open(0)
  open(32)
  assert.deepEqual(
    repos.flatMap((repo, i) => ((repo && dbOf(repo).isOpen) === true ? [] : [i])),
    [1],
  )
})

test('a file that vanished is an error, and is not made anew', (t) => {
  const folder = makeFolder(t)
  const path = join(folder, 'a.fossil')
  makeFile(path, 'a')
  const served = new ServedRepos({ file: path, env })
  assert.equal(reached(served, '/whatever'), 'a')
  rmSync(path)
  for (let i = 0; i < 2; i++) {
    fails('repo.unreadable', () => served.find('/')?.open())
  }
})

test('a copy of the one file holds everything once the server is idle, in either mode', (t) => {
  const folder = makeFolder(t)
  const timers = new ManualTimers()
  for (const mode of ['delete', 'wal']) {
    const path = join(folder, `${mode}.fossil`)
    makeFile(path, 'old')
    const other = openDatabase(path)
    other.exec(`PRAGMA journal_mode=${mode}`)
    const served = new ServedRepos({ file: path, env }, timers)
    t.after(() => served.close())
    const repo = served.find('/')?.open()
    assert.ok(repo !== undefined)
    setConfig(repo, 'project-name', 'new')
    timers.advance(1_000)
    copyFileSync(path, `${path}.copy`)
    const copy = openRepo(openDatabase(`${path}.copy`), env)
    assert.equal(nameOf(copy), 'new', mode)
    copy.close()
    assert.deepEqual(other.prepare('PRAGMA journal_mode').get(), [mode])
    other.close()
  }
})

test('what somebody else holds up in a log is brought into the file as soon as it can be', (t) => {
  const path = join(makeFolder(t), 'a.fossil')
  const timers = new ManualTimers()
  makeFile(path, 'old')
  const reader = openDatabase(path)
  reader.exec('PRAGMA journal_mode=WAL; BEGIN; SELECT * FROM config')
  reader.prepare('SELECT count(*) FROM config').get()
  const served = new ServedRepos({ file: path, env }, timers)
  t.after(() => served.close())
  const repo = served.find('/')?.open()
  assert.ok(repo !== undefined)
  setConfig(repo, 'project-name', 'new')
  timers.advance(1_000)
  reader.exec('COMMIT')
  timers.advance(1_000)
  reader.close()
  copyFileSync(path, `${path}.copy`)
  const copy = openRepo(openDatabase(`${path}.copy`), env)
  t.after(() => copy.close())
  assert.equal(nameOf(copy), 'new')
})

test('a server answers for each repository of a folder, and for nothing else', async (t) => {
  const folder = makeFolder(t)
  for (const name of ['a', 'b']) makeFile(join(folder, `${name}.fossil`), name)
  const answered: (string | undefined)[] = []
  const answer: Answerer = (repo, request, { repository }) => {
    answered.push(repository, nameOf(repo))
    return request
  }
  const server = await serve({ folder, env, answer })
  t.after(() => server.close())
  const { port } = server
  const message = messageOf(100)
  assert.deepEqual(await statuses(port, post('/a', message)), [200])
  assert.deepEqual(await statuses(port, post('/b/xfer', message)), [200])
  for (const path of ['/', '/c', '/../a', '/%61', '*']) {
    assert.deepEqual(await statuses(port, post(path, message)), [404], path)
  }
  assert.deepEqual(answered, ['a', 'a', 'b', 'b'])
  const [list] = await send(port, get('/'))
  assert.match(list?.body.toString() ?? '', /^Fossil repositories\./)
  assert.deepEqual(
    [await statuses(port, get('/a')), await statuses(port, get('/c'))],
    [[200], [404]],
  )
})
