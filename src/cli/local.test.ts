/**
 * Commands on one repository: new, info, user, remote, uv; and what none of the commands accepts.
 * @module
 */

import assert from 'node:assert/strict'
import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'
import { findUser } from '../admin/user.ts'
import { checkinFiles, parseArtifactHash } from '../index.ts'
import { Scratch } from './command.suite.ts'

const scratch = new Scratch()
const file = (name: string): string => join(scratch.folder, name)

before(async () => {
  scratch.folderNamed('one')
  scratch.folderNamed('two')
  scratch.repo('two/a.fossil', { artifacts: 0 })
  writeFileSync(file('one/empty.txt'), '')
  await scratch.json(['new', 'project.fossil', '--project-name', 'Ants'], { in: 'one' })
})

suite('new', () => {
  test('makes a project with one empty check-in', async () => {
    const args = ['new', 'fresh.fossil', '--admin-user', 'ann']
    const { checkin, admin, ...rest } = await scratch.json(args)
    const keys = ['projectCode', 'repository', 'serverCode']
    assert.deepEqual(Object.keys(rest).sort(), keys)
    using repo = scratch.open('fresh.fossil')
    assert.deepEqual(admin, { login: 'ann', password: findUser(repo, 'ann')?.password })
    const hash = parseArtifactHash(String(checkin))
    assert.ok(hash)
    assert.equal(checkinFiles(repo, hash).size, 0)
  })

  test('names artifacts by SHA-1 where asked to', async () => {
    const { checkin } = await scratch.json(['new', 'old.fossil', '--sha1'])
    assert.match(String(checkin), /^[0-9a-f]{40}$/)
    assert.equal((await scratch.json(['info', 'old.fossil']))['hashPolicy'], 'sha1')
  })
})

test('info says what the only repository of a folder is', async () => {
  const { projectCode, serverCode, sizeBytes, ...info } = await scratch.json(['info'], {
    in: 'one',
  })
  for (const code of [projectCode, serverCode]) {
    assert.match(String(code), /^[0-9a-f]{40}$/)
  }
  assert.ok(Number(sizeBytes) > 10_000)
  assert.deepEqual(info, {
    repository: 'project.fossil',
    projectName: 'Ants',
    hashPolicy: 'sha3',
    artifacts: 1,
    phantoms: 0,
    private: 0,
    unversioned: 0,
    remote: null,
    isUnfinishedClone: false,
  })
  const { stdout } = await scratch.run(['info'], { in: 'one' })
  assert.match(stdout, /^ {2}repository {4}project\.fossil\n {2}size {10}\d+\.\d kB\n/)
})

test('users are made, changed and removed, and their passwords are not shown', async () => {
  const user = ['-R', 'one/project.fossil', 'user']
  const made = await scratch.json([...user, 'new', 'bea', '--info', 'b@x', '--password-stdin'], {
    input: 'secret one\nsecret two\n',
  })
  const bea = { login: 'bea', capabilities: 'u', info: 'b@x', canLogIn: true }
  assert.deepEqual(made, bea)
  const changed = await scratch.json([...user, 'capabilities', 'bea', 'ei'])
  assert.deepEqual(changed, { ...bea, capabilities: 'ei' })
  assert.equal((await scratch.run([...user, 'capabilities', 'bea'])).stdout, 'ei\n')
  await scratch.json([...user, 'password', 'bea', '--password-stdin'], { input: 'other' })
  const { stdout } = await scratch.run(user)
  assert.match(stdout, /^admin +s\nanonymous +hz +Anon\nbea +ei +b@x\n/)
  const removed = await scratch.json([...user, 'rm', 'bea'])
  assert.deepEqual(removed, { removed: 'bea' })
  const { users } = await scratch.json(user)
  assert.ok(Array.isArray(users))
  const logins = ['admin', 'anonymous', 'developer', 'nobody', 'reader']
  assert.deepEqual(
    users.map(({ login }: { login: string }) => login),
    logins,
  )
})

test('unversioned files are added, listed and printed', async () => {
  writeFileSync(file('two/ä.txt'), 'größer\n')
  utimesSync(file('two/ä.txt'), 1_600_000_000, 1_600_000_000)
  const uv = ['-R', 'one/project.fossil', 'uv']
  const { added } = await scratch.json([...uv, 'add', 'two/ä.txt', '--as', 'docs/ä.txt', '--mtime'])
  assert.ok(Array.isArray(added))
  const [entry] = added
  assert.deepEqual(
    { ...entry, hash: String(entry.hash).length },
    {
      name: 'docs/ä.txt',
      hash: 64,
      sizeBytes: 9,
      mtimeSec: 1_600_000_000,
      time: '2020-09-13T12:26:40Z',
    },
  )
  const { files } = await scratch.json([...uv, 'ls'])
  assert.deepEqual(files, [{ ...entry, hasContent: true }])
  const long = `${String(entry.hash).slice(0, 12)}  2020-09-13T12:26:40Z  9  docs/ä.txt\n`
  assert.equal((await scratch.run([...uv, 'ls', '-l'])).stdout, long)
  const cat = await scratch.json([...uv, 'cat', 'docs/ä.txt'])
  const content = Buffer.from('größer\n').toString('base64')
  assert.deepEqual(cat, { ...entry, hasContent: true, contentBase64: content })
})

/** Bad input, and a part of the sentence that it gets. */
const refusals: readonly (readonly [args: string, said: string])[] = [
  ['info', 'this folder has fresh.fossil, old.fossil (option --repository)'],
  ['info none.fossil', 'there is no such file (path none.fossil)'],
  ['-R two sync', 'repo.unreadable'],
  ['info one/empty.txt', 'repo.invalid'],
  ['new one/project.fossil', 'it exists already'],
  ['new no/such/folder/x.fossil', 'repo.unreadable'],
  ['new x.fossil --admin-user=', 'is 1 to 100 characters'],
  ['clone ftp://x y.fossil', 'needs an address like'],
  ['clone http://127.0.0.1:1/', "missing required argument 'file'"],
  ['sync -R two/a.fossil', 'say with which server'],
  ['sync -R two/a.fossil nowhere', '"nowhere" is neither an address nor the name of a remote'],
  ['pull -R two/a.fossil file:///x', 'needs an address like'],
  ['push -R two/a.fossil http://127.0.0.1:1/', 'transport.unreachable'],
  ['sync --sideways', "unknown option '--sideways'"],
  ['serve two/a.fossil --port 65536', 'is not a whole number from 0 to 65535'],
  ['serve two/none.fossil --port 0', 'there is no such file'],
  ['serve two/a.fossil --port 0 --host 999.0.0.1', 'cannot listen on 999.0.0.1'],
  ['remote add -R two/a.fossil hub ssh://x', 'needs an address like'],
  ['remote rm -R two/a.fossil hub', 'there is no remote "hub"'],
  ['user new -R two/a.fossil amy', 'there is no terminal to ask for it'],
  ['user new -R two/a.fossil amy --password-stdin', 'no password came'],
  ['user new -R two/a.fossil admin --password-stdin', '"admin" exists already'],
  ['user password -R two/a.fossil nobody --password-stdin', 'nobody logs in as "nobody"'],
  ['user capabilities -R two/a.fossil who', 'there is no user "who"'],
  ['user capabilities -R two/a.fossil admin !', 'are letters and digits'],
  ['user rm -R two/a.fossil who', 'there is no user "who"'],
  ['uv add -R two/a.fossil none.txt', 'no such file'],
  ['uv add -R two/a.fossil ../x one/empty.txt --as y', 'one name is for one file'],
  ['uv add -R two/a.fossil one/empty.txt --as ../y', 'is not a name that a sync can carry'],
  ['uv cat -R two/a.fossil none', 'there is no unversioned file "none"'],
  ['uv rm -R two/a.fossil none', 'there is no unversioned file "none"'],
  ['uv sync -R two/a.fossil', 'say with which server'],
]

test('bad input gets one sentence, exit code 2, and nothing on standard output', async () => {
  const waiting = [...refusals]
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [args, said] = next
      const { code, stdout, stderr } = await scratch.run(args.split(' '))
      assert.deepEqual([code, stdout], [2, ''], args)
      assert.match(stderr, /^trilobite: [^\n]+\n$/, args)
      assert.ok(stderr.includes(said), `${args}: ${stderr}`)
    }
  }
  await Promise.all([work(), work(), work()])
})

test('a folder without a repository needs to be told which', async () => {
  scratch.folderNamed('none')
  const { code, stderr } = await scratch.run(['info'], { in: 'none' })
  assert.equal(code, 2)
  assert.match(stderr, /there is no \.fossil file in this folder/)
})
