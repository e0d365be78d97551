/**
 * Commands that write beside check-ins: tag, branch, amend, wiki, ticket, technote, attach.
 * @module
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, suite, test } from 'node:test'

import { utf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { checkin, createRepo } from '../index.ts'
import { verify } from '../crosslink/verify.ts'
import { type Json, Scratch } from './command.suite.ts'

const scratch = new Scratch()
let first = ''
let second = ''

before(() => {
  using repo = createRepo(join(scratch.folder, 'p.fossil'), systemEnv)
  const changes = [{ name: 'a', content: utf8('1') }]
  const one = checkin(repo, { changes, comment: 'one', user: 'admin' }).hash
  const edited = [{ name: 'a', content: utf8('2') }]
  second = checkin(repo, { changes: edited, comment: 'two', user: 'admin', parent: one }).hash
  first = one
  writeFileSync(join(scratch.folder, 'page.md'), '# Page ü\n')
})

function json(args: string, input?: string): Promise<Json> {
  return scratch.json(words(args), input === undefined ? {} : { input })
}

async function said(args: string, input?: string): Promise<string> {
  const { code, stdout, stderr } = await scratch.run(
    words(args),
    input === undefined ? {} : { input },
  )
  assert.deepEqual([code, stderr], [0, ''], args)
  return stdout
}

/** Arguments at single spaces; `_` stands for a space inside of one. */
function words(args: string): string[] {
  return args.split(' ').map((word) => word.replaceAll('_', ' '))
}

function listIn(fields: Json, name: string): Json[] {
  const list = fields[name]
  assert.ok(Array.isArray(list))
  return list
}

suite('tag', () => {
  test('adds names and properties, lists them, finds them and cancels them', async () => {
    const added = await json('tag add v1 trunk')
    assert.deepEqual(
      { ...added, artifact: String(added['artifact']).length },
      { tag: 'v1', target: second, value: null, propagates: false, artifact: 64, dryRun: false },
    )
    await json(`tag add bgcolor ${first.slice(0, 10)} #abcdef --raw --propagate --user bea`)
    assert.equal(await said('tag ls'), 'trunk\nv1\n')
    assert.deepEqual((await json('tag ls --raw'))['tags'], [
      'bgcolor',
      'branch',
      'sym-trunk',
      'sym-v1',
    ])
    assert.equal(await said('tag ls v1'), 'bgcolor=#abcdef\nbranch=trunk\ntrunk\nv1\n')
    const [colour] = listIn(await json('tag ls v1'), 'tags')
    assert.deepEqual([colour?.['name'], colour?.['type']], ['bgcolor', 'propagating'])
    assert.match(await said('tag find v1'), /^=== .*\n[\d:]+ \[[0-9a-f]{10}\] two \(user: admin/)
    assert.equal(await said('tag find bgcolor --raw -n 1'), `${second}\n`)
    const found = listIn(await json('tag find trunk -t ci'), 'artifacts')
    assert.deepEqual(
      found.map(({ hash }) => hash),
      [second, first],
    )
    const tried = await said('tag cancel v1 trunk -n')
    assert.match(tried, new RegExp(`^D .*\nT -sym-v1 ${second}\nU admin\nZ `))
    assert.equal(await said('tag ls'), 'trunk\nv1\n')
    assert.match(await said('tag cancel v1 trunk'), /is not tagged v1 any more \([0-9a-f]{64}\)\n$/)
    assert.equal(await said('tag ls'), 'trunk\n')
  })
})

suite('branch', () => {
  test('begins branches, closes, hides and lists them', async () => {
    const made = await json('branch new side trunk --bgcolor #ddd')
    assert.deepEqual([made['branch'], made['basis']], ['side', second])
    await json('branch new secret trunk --private')
    assert.equal(await said('branch'), '# secret\n  side\n  trunk\n')
    assert.equal(await said('branch ls s*'), '# secret\n  side\n')
    const [private_] = listIn(await json('branch ls --private'), 'branches')
    assert.equal(private_?.['name'], 'secret')
    assert.match(await said('branch close side'), /^side: closed \([0-9a-f]{64}\)\n$/)
    assert.equal(await said('branch close side'), 'side: nothing to close\n')
    assert.equal(await said('branch ls -c'), '  side\n')
    assert.equal(await said('branch ls -a'), '# secret\n  side\n  trunk\n')
    assert.equal((await json('branch reopen side'))['dryRun'], false)
    assert.match(await said('branch hide side -n'), /^D .*\nT \*hidden [0-9a-f]{64}\nU admin\nZ/)
    assert.match(await said('branch hide side'), /^side: hidden/)
    assert.match(await said('branch unhide side'), /^side: shown again/)
  })
})

test('amend changes what is shown, and what is shown already it leaves', async () => {
  const options = '-m said_better --author cy --tag x --bgcolor #123456 --date 2031-01-02'
  const amended = await json(`amend ${first} ${options} --user bea`)
  assert.equal(amended['checkin'], first)
  const { stdout } = await scratch.run(['timeline', '-t', 'ci', '-F', '%h %a %d %c %t'])
  assert.match(stdout, /^[0-9a-f]{10} cy 2031-01-02 00:00:00 said better trunk, x\n/)
  assert.equal(await said(`amend ${first} -m said_better`), `${first} says so already\n`)
  const message = await said(`amend ${first} -M - --cancel x -n`, 'from_a_file\n')
  assert.match(message, /^D .*\nT \+comment [0-9a-f]{64} from_a_file\nT -sym-x /)
})

suite('wiki', () => {
  test('writes, lists, prints and deletes pages', async () => {
    const made = await json('wiki write A_Page page.md -M markdown')
    assert.deepEqual([made['title'], made['deleted']], ['A Page', false])
    await json('wiki write branch/trunk', 'about trunk')
    assert.equal(await said('wiki'), 'A Page\n')
    assert.equal(await said('wiki ls -a'), 'A Page\nbranch/trunk\n')
    assert.equal(await said('wiki cat A_Page'), '# Page ü\n')
    await json('wiki commit A_Page -', 'next\n')
    const { hash, time, ...page } = await json('wiki export A_Page')
    assert.ok(String(hash).length === 64 && String(time).endsWith('Z'))
    assert.deepEqual(page, {
      title: 'A Page',
      user: 'admin',
      mimetype: 'text/x-markdown',
      sizeBytes: 5,
      deleted: false,
      about: null,
      content: 'next\n',
    })
    assert.match(await said('wiki write A_Page', ' \n'), /^A Page is deleted/)
    assert.equal(await said('wiki ls'), '')
    assert.equal(await said('wiki ls --all'), 'A Page\n')
  })

  test('keeps text that is not UTF-8', async () => {
    const bytes = Buffer.from('caf\xe9\n', 'latin1')
    writeFileSync(join(scratch.folder, 'latin1'), bytes)
    await json('wiki write Latin latin1')
    assert.deepEqual(Buffer.from((await scratch.run(['wiki', 'cat', 'Latin'])).bytes), bytes)
  })
})

test('tickets are opened, changed, listed and shown', async () => {
  const made = await json('ticket new title It_fails status Open comment one\\stwo\\n -q')
  const ticketId = String(made['ticketId'])
  assert.match(ticketId, /^[0-9a-f]{40}$/)
  const id = ticketId.slice(0, 8)
  assert.match(await said(`ticket change ${id} status Closed +comment three`), /is changed/)
  const same = `ticket ${ticketId} says so already\n`
  assert.equal(await said(`ticket set ${id} status Closed`), same)
  assert.match(await said('ticket'), /^[0-9a-f]{10} {2}\d{4}-\d\d-\d\d {2}Closed {4}It fails\n$/)
  const { fields, changes } = await json(`ticket show ${id} --history`)
  assert.partialDeepStrictEqual(fields, { title: 'It fails', comment: 'one two\nthree' })
  assert.ok(Array.isArray(changes))
  assert.deepEqual(changes[1].fields, { '+comment': 'three', status: 'Closed' })
  const shown = await said(`ticket show ${id} --history`)
  assert.match(shown, /\nstatus {3}Closed\ntitle {4}It fails\ncomment {2}one two\n {9}three\n/)
  assert.match(shown, / admin\n {2}\+comment: three\n {2}status: Closed\n$/)
})

test('technotes are written, edited, listed and printed', async () => {
  const made = await json('technote add First_note page.md -t 2024-01-02 --tag t1 --bgcolor #eee')
  const id = String(made['technoteId']).slice(0, 10)
  await json('technote add Later -t 2024-01-03T04:05:06', 'later\n')
  const lines = (await said('technote')).split('\n')
  assert.match(lines[0] ?? '', /^[0-9a-f]{10} {2}2024-01-03 04:05:06 {2}Later$/)
  for (const name of [id, '2024-01-02', 't1']) {
    assert.equal(await said(`technote cat ${name}`), '# Page ü\n')
  }
  await json(`technote edit ${id} -m Better --tag t2 -M plain`)
  await json('technote edit 2024-01-03T04:05:06 -', 'later still\n')
  const notes = listIn(await json('technote ls'), 'technotes')
  assert.partialDeepStrictEqual(notes[1] ?? {}, {
    comment: 'Better',
    tags: ['t2'],
    color: '#eee',
    mimetype: 'text/plain',
    at: '2024-01-02T00:00:00.000Z',
  })
  const { content, comment } = await json('technote cat 2024-01-03T04:05:06')
  assert.deepEqual([content, comment], ['later still\n', 'Later'])
})

test('files are attached to pages, tickets and technotes, and taken away', async () => {
  await json('wiki write Home', 'home')
  const ticketId = String((await json('ticket new title t'))['ticketId'])
  const technoteId = String((await json('technote add note', 'x'))['technoteId'])
  const { fileName, target, source } = await json('attach add Home page.md')
  assert.deepEqual([fileName, target], ['page.md', { page: 'Home' }])
  await json(`attach add ./page.md --ticket ${ticketId} --as notes.md -m why`)
  await json(`attach add --as in.txt - --technote ${technoteId}`, 'typed')
  const all = listIn(await json('attach'), 'attachments')
  assert.deepEqual(
    new Map(all.map((file) => [file['target'], file['fileName']])),
    new Map<unknown, unknown>([
      ['Home', 'page.md'],
      [ticketId, 'notes.md'],
      [technoteId, 'in.txt'],
    ]),
  )
  const line = `${String(source).slice(0, 10)}  Home  page.md\n`
  assert.equal(await said('attach ls --page Home'), line)
  assert.match(await said('attach rm page.md --page Home'), /^page\.md is taken from page Home \(/)
  assert.equal(await said('attach ls --page Home'), '')
})

/** Bad input, and a part of the sentence that it gets. */
const refusals: readonly (readonly [args: string, said: string])[] = [
  ['tag add v1 none', 'no artifact has this name'],
  ['tag add wiki-x trunk', 'the tag name wiki-x is taken'],
  ['tag add abcdef trunk --raw', 'artifact.invalid'],
  ['tag find x -t y', 'Allowed choices are ci, w, e, f, t, g'],
  ['tag cancel none trunk', 'has no tag "none" to cancel: it has "trunk"'],
  ['tag cancel v1', "missing required argument 'artifact'"],
  ['tag add x trunk --date tomorrow', '"tomorrow" is no date such as'],
  ['branch new trunk trunk', 'an open branch has the name trunk'],
  ['branch close trunc', 'there is no such branch; did you mean "trunk"?'],
  ['amend trunk -m x --cancel none', 'has no tag "none" to cancel: it has "trunk"'],
  ['amend trunk', 'say what is to change'],
  ['amend trunk --close --reopen', 'contradicts its opposite'],
  ['amend trunk --bgcolor red --branchcolor red', 'a check-in has one colour'],
  ['amend trunk --date soon', '"soon" is no date'],
  ['amend none -m x', 'no artifact has this name'],
  ['wiki cat Hom', 'there is no wiki page of this title'],
  ['wiki write bad__title page.md', '"bad  title" cannot be a title'],
  ['wiki write x .', 'it is a folder, not a file (path .)'],
  ['wiki write x none.md', 'no such file'],
  ['wiki write x page.md -M html', '"html" is not one of fossil, markdown, plain'],
  ['ticket new title', 'the field "title" has no value: fields and values take turns'],
  ['ticket new title=a_b', 'write it as two arguments, title "a b"'],
  ['ticket new colour red', 'no field "colour"'],
  ['ticket new title a title b', 'the field "title" comes twice'],
  ['ticket show 1234', 'no ticket has this id'],
  ['ticket show x', 'no ticket has this id'],
  ['technote cat none', 'no technote has this id, date or tag'],
  ['technote add _ page.md', 'the comment is empty'],
  ['technote add x page.md -t never', '"never" is no date'],
  ['attach add page.md', 'say to what'],
  ['attach add Nowhere page.md', 'there is no wiki page of this title'],
  ['attach add Nowhere page.md --page x', 'the page is named already'],
  ['attach rm x --ticket 1234', 'no ticket has this id'],
]

test('bad input gets one sentence, exit code 2, and nothing on standard output', async () => {
  const waiting = [...refusals]
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [args, part] = next
      const { code, stdout, stderr } = await scratch.run(words(args))
      assert.deepEqual([code, stdout], [2, ''], args)
      assert.match(stderr, /^trilobite: [^\n]+\n$/, args)
      assert.ok(stderr.includes(part), `${args}: ${stderr}`)
    }
  }
  await Promise.all([work(), work(), work()])
  using repo = scratch.open('p.fossil')
  assert.deepEqual(verify(repo).differences, [])
})
