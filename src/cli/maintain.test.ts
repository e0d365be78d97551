/**
 * Commands that look after a repository: verify, rebuild, shun, purge.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { type ArtifactHash, checkin, hasArtifact, putRemote, storeLocal } from '../index.ts'
import { Scratch } from './command.suite.ts'
import { dbOf } from '../repo/repo.ts'

const scratch = new Scratch()

/** A repository with a trunk of one check-in and a branch of two. */
function project(name: string): { first: ArtifactHash; side: ArtifactHash; tip: ArtifactHash } {
  scratch.repo(name, { artifacts: 0 })
  using repo = scratch.open(name)
  const commit = (content: string, parent?: ArtifactHash, branch?: string): ArtifactHash =>
    checkin(repo, {
      changes: [{ name: 'a', content: utf8(content) }],
      comment: content,
      user: 'admin',
      ...(parent === undefined ? {} : { parent }),
      ...(branch === undefined ? {} : { branch }),
    }).hash
  const first = commit('first')
  const side = commit('side', first, 'side')
  return { first, side, tip: commit('tip', side) }
}

function phantoms(name: string): number | undefined {
  using repo = scratch.open(name)
  return dbOf(repo).prepare<[number]>('SELECT count(*) FROM phantom').get()?.[0]
}

test('verify names each difference, and a rebuild puts the tables right', async () => {
  project('v.fossil')
  const args = ['-R', 'v.fossil']
  const clean = { repository: 'v.fossil', artifacts: 6, total: 0, differences: [] }
  assert.deepEqual(await scratch.json([...args, 'verify']), clean)
  {
    using repo = scratch.open('v.fossil')
    dbOf(repo).exec(`DELETE FROM leaf; UPDATE event SET user = 'eve'`)
  }
  const { total, differences } = await scratch.json([...args, 'verify'], { code: 1 })
  assert.equal(total, 8)
  assert.ok(Array.isArray(differences))
  const kinds = new Set(differences.map(({ table, kind }) => `${kind} ${table}`))
  assert.deepEqual(kinds, new Set(['missing leaf', 'missing event', 'extra event']))
  const { code, stdout } = await scratch.run([...args, 'verify', '--limit', '1'])
  assert.equal(code, 1)
  assert.match(stdout, /^missing {2}leaf {8} rid=[0-9a-f]{64}$/m)
  assert.match(stdout, /\nand 6 more: --limit lists them\n/)
  assert.match(stdout, /\n6 artifacts, 8 differences: "trilobite rebuild" puts the tables right\n$/)
  const { stdout: rebuilt } = await scratch.run([...args, 'rebuild'])
  assert.equal(rebuilt, 'every table is worked out anew from 6 artifacts\n')
  const { stdout: sound } = await scratch.run([...args, 'verify'])
  assert.equal(sound, '6 artifacts, and every table is as they say\n')
})

test('a derived table that is missing is damage, which a rebuild mends', async () => {
  project('t.fossil')
  {
    using repo = scratch.open('t.fossil')
    dbOf(repo).exec('DROP TABLE tagxref')
  }
  const { code, stderr } = await scratch.run(['-R', 't.fossil', 'timeline'])
  assert.equal(code, 2)
  assert.match(
    stderr,
    /^trilobite: repo\.invalid: the table tagxref is missing; "trilobite rebuild"/,
  )
  await scratch.run(['-R', 't.fossil', 'rebuild'])
  assert.equal((await scratch.run(['-R', 't.fossil', 'timeline'])).code, 0)
})

test('verify tells damaged content, which no rebuild cures', async () => {
  const { tip } = project('d.fossil')
  {
    using repo = scratch.open('d.fossil')
    dbOf(repo).prepare(`UPDATE blob SET content = x'00000001' WHERE uuid = ?`).run(tip)
  }
  const { code, stdout } = await scratch.run(['-R', 'd.fossil', 'verify'])
  assert.equal(code, 1)
  assert.match(stdout, new RegExp(`^damaged  blob         ${tip}: `, 'm'))
  assert.ok(!stdout.includes('trilobite rebuild'))
  const rebuilt = await scratch.run(['-R', 'd.fossil', 'rebuild'])
  assert.equal(rebuilt.code, 2)
  assert.match(rebuilt.stderr, /^trilobite: repo\.corrupt: [^\n]+\n$/)
})

test('shun removes artifacts at once, or with the next rebuild, and rm lifts the ban', async () => {
  scratch.repo('s.fossil', { artifacts: 0 })
  const hashes = ['x', 'y'].map((text) => {
    using repo = scratch.open('s.fossil')
    return storeLocal(repo, utf8(text)).hash
  })
  const [x = '', y = ''] = hashes
  const isHere = (): boolean[] => {
    using repo = scratch.open('s.fossil')
    return hashes.map((hash) => hasArtifact(repo, hash))
  }
  const args = ['-R', 's.fossil', 'shun']
  const added = await scratch.json([...args, 'add', x.slice(0, 12), '-m', 'spam'])
  assert.deepEqual(added, { shunned: [x], removed: 1 })
  assert.deepEqual(isHere(), [false, true])
  const later = await scratch.run([...args, 'add', y, '--no-rebuild'])
  const end = 'those that are here stay until the next rebuild'
  assert.equal(later.stdout, `${y} is shunned\n${end}\n`)
  assert.deepEqual(isHere(), [false, true])
  const { stdout } = await scratch.run(['-R', 's.fossil', 'rebuild'])
  assert.match(stdout, /, 1 shunned artifact removed\n$/)
  assert.deepEqual(isHere(), [false, false])
  const { stdout: list } = await scratch.run(args)
  assert.match(list, new RegExp(`^${x}  \\d{4}-\\d\\d-\\d\\dT[\\d:]+Z  spam$`, 'm'))
  const removed = await scratch.json([...args, 'rm', x.slice(0, 12)])
  assert.deepEqual(removed, { removed: [x] })
  const { shunned } = await scratch.json(args)
  assert.ok(Array.isArray(shunned) && shunned.length === 1)
})

test('shun rm asks at once for what others name, or after the next rebuild', async () => {
  const { first } = project('r.fossil')
  const args = ['-R', 'r.fossil', 'shun']
  for (const option of [[], ['--no-rebuild']]) {
    await scratch.json([...args, 'add', first])
    assert.equal(phantoms('r.fossil'), 0)
    await scratch.json([...args, 'rm', first, ...option])
    assert.equal(phantoms('r.fossil'), option.length === 0 ? 1 : 0)
  }
})

test('purge takes a branch out of the history and brings it back', async () => {
  const { first, side, tip } = project('p.fossil')
  {
    using repo = scratch.open('p.fossil')
    putRemote(repo, { name: 'default', url: 'http://127.0.0.1:1/' })
  }
  const args = ['-R', 'p.fossil', 'purge']
  const isHere = (): boolean[] => {
    using repo = scratch.open('p.fossil')
    return [first, side, tip].map((hash) => hasArtifact(repo, hash))
  }
  const explained = await scratch.run([...args, 'checkins', 'side', '--explain'])
  assert.equal(explained.stdout.split('\n').length, 7)
  assert.match(explained.stdout, /^side stands for the whole branch side, from [0-9a-f]{64} on\n/)
  assert.match(explained.stdout, /^4 artifacts would go, 2 check-ins among them:$/m)
  assert.match(explained.stdout, / check-in to side by admin on [^]* file a\n/)
  assert.deepEqual(isHere(), [true, true, true])
  const { stdout } = await scratch.run([...args, 'checkins', 'side', '-m', 'why not'])
  assert.match(stdout, /\n4 artifacts purged: "trilobite purge undo 1" takes that back\n/)
  assert.match(stdout, /\na sync brings back what the server has of them: [^\n]+\n$/)
  assert.deepEqual(isHere(), [true, false, false])
  const { purges } = await scratch.json([...args, 'ls', '-l'])
  assert.ok(Array.isArray(purges))
  assert.equal(purges[0].items.length, 4)
  const { stdout: list } = await scratch.run(args)
  assert.match(list, /^ {3}1 {2}\d{4}-\d\d-\d\dT[\d:]+Z {2}4 artifacts, \d+ B {2}why not\n$/)
  const { stdout: manifest } = await scratch.run([...args, 'cat', side.slice(0, 12)])
  assert.match(manifest, /^C side\n/)
  assert.deepEqual(await scratch.json([...args, 'undo', '1']), { id: 1, restored: 4 })
  assert.deepEqual(isHere(), [true, true, true])
  assert.deepEqual((await scratch.json(args))['purges'], [])
})

test('purge takes single artifacts and files, and obliterates for good', async () => {
  const { first } = project('f.fossil')
  const args = ['-R', 'f.fossil', 'purge']
  const files = await scratch.json([...args, 'files', 'a'])
  assert.ok(Array.isArray(files['artifacts']) && files['artifacts'].length === 3)
  const single = await scratch.json([...args, 'artifacts', first])
  assert.deepEqual([single['id'], single['dryRun']], [2, false])
  const refused = await scratch.run([...args, 'obliterate', '1', '2'])
  assert.deepEqual([refused.code, refused.stdout], [2, ''])
  assert.match(refused.stderr, /nothing brings back what is obliterated/)
  const gone = await scratch.json([...args, 'obliterate', '1', '2', '--force'])
  assert.deepEqual(gone, { ids: [1, 2], obliterated: 4 })
})

/** Bad input, and a part of the sentence that it gets. */
const refusals: readonly (readonly [args: string, said: string])[] = [
  ['verify', 'there is no such file'],
  ['rebuild', 'there is no such file'],
  ['shun add x', 'there is no such file'],
  ['-R v.fossil verify --limit 0', 'is not a whole number'],
  ['-R v.fossil shun add none', 'no artifact has this name'],
  ['-R v.fossil shun rm abcd', 'no artifact of this name is shunned'],
  ['-R v.fossil purge checkins none', 'no artifact has this name'],
  ['-R v.fossil purge files none', 'there is no such file or directory in any check-in'],
  ['-R v.fossil purge obliterate', 'say which purges: "trilobite purge ls" lists them'],
  ['-R v.fossil purge undo 7', 'there is no purge 7'],
  ['-R v.fossil purge undo x', 'is not a whole number'],
  ['-R v.fossil purge cat abcd', 'no artifact of the graveyard has this name'],
]

test('bad input gets one sentence, exit code 2, and nothing on standard output', async () => {
  for (const [args, part] of refusals) {
    const named = args.startsWith('-R') ? args : `-R none.fossil ${args}`
    const { code, stdout, stderr } = await scratch.run(named.split(' '))
    assert.deepEqual([code, stdout], [2, ''], args)
    assert.match(stderr, /^trilobite: [^\n]+\n$/, args)
    assert.ok(stderr.includes(part), `${args}: ${stderr}`)
  }
})
