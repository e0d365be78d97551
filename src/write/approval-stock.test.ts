/**
 * A project with one of everything that we write, and what stock shows of it. Stock derives its
 * tables anew after each step, so that this holds whatever an arrival derives here.
 * @module
 */

import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'

import { fossilUser, requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { utf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { openDatabase } from '../db/node.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { checkin } from './checkin.ts'
import { createRepo, openRepo } from '../crosslink/open.ts'
import { scratchPath, startMs, TestEnv } from '../repo/fixture.suite.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { amendCheckin } from './amend.ts'
import type { Author } from './artifact.ts'
import { attachFile, detachFile } from './attachment.ts'
import { markBranches, newBranch } from './branch.ts'
import { editPost, newThread, replyToPost } from './forum.ts'
import { addTag, editTags } from './tag.ts'
import { editTechnote, newTechnote } from './technote.ts'
import { changeTicket, newTicket } from './ticket.ts'
import { writeWiki } from './wiki.ts'

/** A repository that we write to, with stock's opinion of it. */
class Project {
  readonly path: string
  readonly #env = new TestEnv()

  constructor(t: TestContext) {
    this.path = scratchPath(t)
    createRepo(openDatabase(this.path, { create: true }), systemEnv, {
      adminUser: fossilUser,
    }).close()
  }

  /** Each moment is a second after the one before. */
  now(user = 'ada'): Author {
    this.#env.nowMs += 1000
    return { user, dateMs: this.#env.nowMs }
  }

  /** Lets us write, then stock derive. */
  async write<T>(action: (repo: Repo) => T): Promise<T> {
    const repo = openRepo(openDatabase(this.path), this.#env)
    const result = action(repo)
    repo.close()
    assert.match(await this.ask('rebuild', this.path), /100\.0% complete/)
    return result
  }

  async ask(...args: string[]): Promise<string> {
    const target = args[0] === 'rebuild' ? [] : ['-R', this.path]
    const { stdout, stderr } = await runFossil([...args, ...target])
    return (stdout + stderr).replaceAll('\r', '\n')
  }

  async lines(...args: string[]): Promise<string[]> {
    return (await this.ask(...args)).split('\n').filter(Boolean)
  }

  rows(sql: string): string[] {
    using repo = openRepo(openDatabase(this.path), this.#env)
    return dbOf(repo)
      .prepare(sql)
      .all()
      .map((row) => row.join('|'))
  }
}

interface Begun {
  readonly first: ArtifactHash
  readonly technoteId: string
  readonly ticketId: string
  readonly thread: ArtifactHash
}

/** The first version of everything. */
function begin(project: Project, repo: Repo): Begun {
  const changes = [
    { name: 'a b', content: utf8('one\n') },
    { name: 'dir/c', content: utf8('two\n') },
  ]
  const first = checkin(repo, { changes, comment: 'first', ...project.now() }).hash
  writeWiki(repo, { title: 'A page', content: 'old\n' }, project.now())
  const note = { content: 'note', comment: 'A note', eventMs: startMs - 5000, tags: ['t'] }
  const { technoteId } = newTechnote(repo, { ...note, color: '#abcdef' }, project.now())
  const { ticketId } = newTicket(repo, { title: 'It fails', status: 'Open' }, project.now())
  const post = { title: 'A thread', content: 'post' }
  const thread = newThread(repo, post, project.now()).hash
  return { first, technoteId, ticketId, thread }
}

/** Changes to everything. Returns a check-in that was amended. */
function goOn(project: Project, repo: Repo, begun: Begun): ArtifactHash {
  const { first, technoteId, ticketId, thread } = begun
  const changes = [{ name: 'e f', content: undefined, renamedFrom: 'a b' }]
  const marks = { branch: 'fork', branchColor: '#123456', tags: ['v1'], closed: true }
  const asked = { parent: first, changes, comment: 'renamed', deltaManifest: true, ...marks }
  const amended = checkin(repo, { ...asked, ...project.now() }).hash
  amendCheckin(repo, amended, { comment: 'amended', user: 'eve', hidden: true }, project.now())
  newBranch(repo, { name: 'b & c', basis: first }, project.now())
  addTag(repo, { target: first, name: 'release 1' }, project.now())
  const property = { isRaw: true, value: 'x y', propagates: true }
  editTags(repo, [{ action: 'add', target: first, name: 'property', ...property }], project.now())
  const page = { title: 'A page', content: 'new\n', mimetype: 'text/x-markdown' }
  writeWiki(repo, page, project.now())
  editTechnote(repo, technoteId, { content: 'edited' }, project.now())
  changeTicket(repo, ticketId, { status: 'Fixed', '+comment': 'so' }, project.now('bob'))
  const reply = replyToPost(repo, thread, { content: 'reply' }, project.now('bob')).hash
  editPost(repo, reply, { content: 'better reply' }, project.now('bob'))
  const file = { fileName: 'f.txt', content: utf8('attached') }
  attachFile(repo, { page: 'A page' }, file, project.now())
  attachFile(repo, { technoteId }, file, project.now())
  attachFile(repo, { ticketId }, file, project.now())
  return amended
}

test('stock takes in all that we write, and shows it as it was meant', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const project = new Project(t)
  const begun = await project.write((repo) => begin(project, repo))
  const amended = await project.write((repo) => goOn(project, repo, begun))
  await project.write((repo) => {
    detachFile(repo, { page: 'A page' }, 'f.txt', project.now())
    markBranches(repo, 'close', ['b & c'], project.now())
  })
  assert.match(await project.ask('test-integrity'), /checked: +0 errors/)
  assert.match(await project.ask('test-parse-all-blobs', '--wellformed'), /tests with 0 errors/)
  assert.equal(await project.ask('test-phantoms'), '')

  const timeline = ['timeline', '-n', '0', '-t', 'ci', '-F', '%a|%b|%c']
  const shown = (await project.lines(...timeline)).filter((line) => line.includes('|'))
  assert.deepEqual(shown, [
    'ada|b & c|Create new branch named "b &amp; c"',
    'eve|fork|amended',
    'ada|trunk|first',
  ])
  const named = ['branch=trunk', 'property=x y', 'release 1', 'trunk']
  assert.deepEqual((await project.lines('tag', 'ls', begun.first)).sort(), named)
  const tags = ['branch=fork', 'bgcolor=#123456', 'closed', 'comment=amended', 'fork', 'hidden']
  tags.push('property=x y', 'user=eve', 'v1')
  assert.deepEqual((await project.lines('tag', 'ls', amended)).sort(), tags.sort())
  assert.deepEqual(await project.lines('branch', 'ls', '-c'), ['   b & c', '   fork'])
  assert.deepEqual(await project.lines('ls', '-r', amended), ['dir/c', 'e f'])
  const renames = `SELECT p.name, n.name FROM mlink JOIN filename n USING(fnid)
    JOIN filename p ON p.fnid = pfnid WHERE pfnid > 0`
  assert.deepEqual(project.rows(renames), ['a b|e f'])

  assert.equal(await project.ask('wiki', 'export', 'A page'), 'new\n')
  const exported = await project.ask('wiki', 'export', '--technote', begun.technoteId)
  assert.equal(exported, 'edited\n')
  const history = await project.ask('ticket', 'history', begun.ticketId)
  assert.match(history, /Change status: Fixed/)
  assert.match(history, /Append to comment: *\n? *so/)
  assert.deepEqual(project.rows('SELECT title, status, comment FROM ticket'), ['It fails|Fixed|so'])
  const posts = `SELECT froot = (SELECT min(fpid) FROM forumpost),
      fprev IS NOT NULL, firt IS NOT NULL
    FROM forumpost ORDER BY fmtime`
  assert.deepEqual(project.rows(posts), ['1|0|0', '1|0|1', '1|1|1'])
  const attached = `SELECT target, filename, coalesce(src, '') <> ''
    FROM attachment WHERE isLatest ORDER BY 3, 1`
  assert.deepEqual(project.rows(attached), [
    'A page|f.txt|0',
    ...[begun.technoteId, begun.ticketId].sort().map((target) => `${target}|f.txt|1`),
  ])
  const notes = `SELECT bgcolor, comment FROM event WHERE type = 'e' AND tagid IS NOT NULL`
  assert.deepEqual(project.rows(notes), ['#abcdef|A note'])
})
