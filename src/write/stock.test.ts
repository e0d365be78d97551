/**
 * Tags, branches, pages, notes, tickets and attachments, byte for byte as stock writes them.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { fossilUser, requireFossilOrSkip } from '../../tools/ensure-fossil.ts'
import { utf8 } from '../base/bytes.ts'
import { parseDate } from '../deck/date.ts'
import { amendCheckin, type Amendment } from './amend.ts'
import { attachFile } from './attachment.ts'
import { markBranches, newBranch } from './branch.ts'
import { newestVersion } from '../crosslink/version.ts'
import { Stock } from './stock.suite.ts'
import { addTag, cancelTag } from './tag.ts'
import { editTechnote, newTechnote } from './technote.ts'
import { changeTicket, newTicket } from './ticket.ts'
import { writeWiki } from './wiki.ts'
import { dbOf } from '../repo/repo.ts'

function moment(text: string): number {
  return parseDate(text) ?? assert.fail(text)
}

test('tags are added and cancelled as stock does', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = new Stock(t)
  await stock.begin()
  const target = stock.tip()
  await stock.isMatched(['tag', 'add', 'v 1 ü', target], (repo, author) =>
    addTag(repo, { name: 'v 1 ü', target }, author),
  )
  await stock.isMatched(['tag', 'add', '--raw', '--propagate', 'p', target, 'a b\\c'], (repo, by) =>
    addTag(repo, { name: 'p', target, value: 'a b\\c', isRaw: true, propagates: true }, by),
  )
  await stock.isMatched(['tag', 'cancel', 'v 1 ü', target], (repo, author) =>
    cancelTag(repo, { name: 'v 1 ü', target }, author),
  )
  await stock.isMatched(['tag', 'cancel', '--raw', 'p', target], (repo, author) =>
    cancelTag(repo, { name: 'p', target, isRaw: true }, author),
  )
  stock.write('page', 'text')
  await stock.run('wiki', 'create', 'Page', 'page')
  using repo = stock.open()
  const page = newestVersion(repo, 'wiki', 'Page')?.hash ?? assert.fail()
  await stock.isMatched(['tag', 'add', 'label', page], (other, author) =>
    addTag(other, { name: 'label', target: page }, author),
  )
})

test('branches begin, close, open and hide as stock does', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = new Stock(t)
  await stock.begin()
  const basis = stock.tip()
  await stock.run('tag', 'add', 'v1', basis)
  const odd = `a<b> & "c" 'd'`
  await stock.isMatched(['branch', 'new', odd, basis, '--bgcolor', '#abc'], (repo, author) =>
    newBranch(repo, { name: odd, basis, color: '#abc' }, author),
  )
  await stock.isMatched(['branch', 'new', 'plain', basis], (repo, author) =>
    newBranch(repo, { name: 'plain', basis }, author),
  )
  const secret = await stock.isMatched(['branch', 'new', 's', basis, '--private'], (repo, author) =>
    newBranch(repo, { name: 's', basis, isPrivate: true }, author),
  )
  await stock.isMatched(['branch', 'new', 's2', secret], (repo, author) =>
    newBranch(repo, { name: 's2', basis: secret }, author),
  )
  for (const mark of ['close', 'reopen', 'hide', 'unhide'] as const) {
    await stock.isMatched(['branch', mark, 'plain', odd], (repo, author) =>
      markBranches(repo, mark, ['plain', odd], author),
    )
  }
  using repo = stock.open()
  const author = { user: fossilUser }
  assert.equal(markBranches(repo, 'reopen', ['plain'], author), undefined)
  assert.equal(markBranches(repo, 'close', ['no such leaf'].slice(1), author), undefined)
})

test('check-ins are amended as stock does', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = new Stock(t)
  await stock.begin()
  const target = stock.tip()
  const amend = async (args: readonly string[], amendment: Amendment): Promise<void> => {
    await stock.isMatched(['amend', target, ...args], (repo, author) =>
      amendCheckin(repo, target, amendment, author),
    )
  }
  await amend(['-m', 'better\nsaid'], { comment: 'better\nsaid' })
  await amend(['--author', 'grace h'], { user: 'grace h' })
  await amend(['--date', '2023-01-02T03:04:05'], { dateMs: moment('2023-01-02 03:04:05') })
  await amend(['--bgcolor', 'c0ffee'], { color: 'c0ffee' })
  await amend(['--branchcolor', '#00f'], { color: '#00f', colorPropagates: true })
  await amend(['--bgcolor', ''], { color: '' })
  await amend(['--tag', 'x', '--tag', 'y z'], { addTags: ['x', 'y z'] })
  await amend(['--cancel', 'x', '--cancel', 'none', '--tag', 'w'], {
    cancelTags: ['x', 'none'],
    addTags: ['w'],
  })
  await amend(['--branch', 'other'], { branch: 'other' })
  await amend(['--hide', '--close', '-m', 'bye'], { hidden: true, closed: true, comment: 'bye' })
  using repo = stock.open()
  const same: Amendment = { comment: ' bye\r\n', user: 'grace h', color: '', branch: 'other' }
  const all = { ...same, hidden: true, closed: true, cancelTags: ['none'] }
  assert.equal(amendCheckin(repo, target, all, { user: fossilUser }), undefined)
})

test('pages, technotes and attachments are written as stock does', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = new Stock(t)
  await stock.begin()
  stock.write('1', 'first\n')
  stock.write('2', '# second ü\n')
  const title = 'A Page ü'
  await stock.isMatched(['wiki', 'create', title, '1'], (repo, author) =>
    writeWiki(repo, { title, content: 'first\n' }, author),
  )
  const markdown = ['--mimetype', 'text/x-markdown']
  await stock.isMatched(['wiki', 'commit', title, '2', ...markdown], (repo, author) =>
    writeWiki(repo, { title, content: '# second ü\n', mimetype: 'text/x-markdown' }, author),
  )
  await stock.isMatched(['wiki', 'commit', title, '1'], (repo, author) =>
    writeWiki(repo, { title, content: 'first\n' }, author),
  )
  const date = ['--technote', '2024-02-29 01:02:03']
  const marked = [...date, '--technote-tags', 'b,a', '--technote-bgcolor', '#fff', ...markdown]
  await stock.isMatched(['wiki', 'create', 'Shown there', '1', ...marked], (repo, author) => {
    const note = { eventMs: moment('2024-02-29 01:02:03'), comment: ' Shown there', color: '#fff' }
    const rest = { content: 'first\n', mimetype: 'text/x-markdown', tags: ['b', 'a', 'b'] }
    return newTechnote(repo, { ...note, ...rest }, author)
  })
  const idSql = `SELECT substr(tagname, 7) FROM tag WHERE tagname GLOB 'event-*'`
  using repo = stock.open()
  const [technoteId] = dbOf(repo).prepare<[string]>(idSql).get() ?? assert.fail()
  await stock.isMatched(['wiki', 'commit', 'Other', '2', ...date], (other, author) => {
    const change = { content: '# second ü\n', comment: 'Other', color: '', tags: [] }
    return editTechnote(other, technoteId, change, author)
  })
  stock.write('deep/file name.bin', 'attached')
  await stock.isMatched(['attachment', 'add', title, 'deep/file name.bin'], (other, author) => {
    const file = { fileName: 'deep/file name.bin', content: utf8('attached') }
    return attachFile(other, { page: title }, file, author)
  })
  await stock.isMatched(['attachment', 'add', '1', ...date], (other, author) =>
    attachFile(other, { technoteId }, { fileName: '1', content: utf8('first\n') }, author),
  )
})

test('tickets are opened and changed as stock does', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const stock = new Stock(t)
  await stock.begin()
  const fields = { title: 'It fails, ü', status: 'Open', comment: 'a\\b', private_contact: 'a@b.c' }
  await stock.isMatched(['ticket', 'add', ...Object.entries(fields).flat()], (repo, author) =>
    newTicket(repo, { ...fields, resolution: '' }, author),
  )
  using repo = stock.open()
  const [ticketId] = dbOf(repo).prepare<[string]>('SELECT tkt_uuid FROM ticket').get() ?? []
  assert.ok(ticketId !== undefined)
  const change = { status: 'Closed', icomment: 'done so', '+comment': '\nmore' }
  // Stock writes `+comment` before `icomment` in its own order of fields, which is ours by chance.
  await stock.isMatched(['ticket', 'set', ticketId, ...Object.entries(change).flat()], (r, by) =>
    changeTicket(r, ticketId, { ...change, title: fields.title, private_contact: 'a@b.c' }, by),
  )
  assert.equal(
    changeTicket(repo, ticketId, { status: 'Closed', icomment: '' }, { user: 'u' }),
    undefined,
  )
  const revealed = dbOf(repo).prepare('SELECT content FROM concealed').all()
  assert.deepEqual(revealed, [['a@b.c']])
})
