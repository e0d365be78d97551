/**
 * On a terminal no command obeys control characters that somebody else wrote: into names of files,
 * users, tags, pages, settings and servers, into comments and contents. Every command that reads is
 * run over a repository full of them.
 * @module
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

import { run } from '../../tools/run.ts'
import { utf8 } from '../base/bytes.ts'
import { encodeText } from '../base/text.ts'
import {
  addTag,
  attachFile,
  checkin,
  newTechnote,
  newTicket,
  putUser,
  purge,
  type Repo,
  setConfig,
  shun,
  storeLocal,
  writeUnversioned,
  writeWiki,
} from '../index.ts'
import { dbOf } from '../repo/repo.ts'
import { defineTable, putRow } from '../tables/index.ts'
import { Scratch } from './command.suite.ts'
import type { CommandInfo } from './help.ts'

const scratch = new Scratch()
const esc = String.fromCharCode(27)
/** Sets the title of the window, clears it, rings, turns the order of characters round. */
const evil = `x${esc}]0;owned${String.fromCharCode(7)}${esc}[2J\u009b31m\u202ey`
/** Commands that write, or that speak to a server: what they print of names goes the same way. */
const notWalked = new RegExp(
  `^(?:${[
    'new|clone|sync|pull|push|serve|ci|amend|sim .*|rebuild|unset|version|help',
    '.* (?:new|add|rm|off|close|reopen|hide|unhide|cancel|write|change|edit|sync|undo|obliterate)',
    'table (?:define|put)',
    'purge (?:checkins|artifacts|files)|user (?:capabilities|password)',
  ].join('|')})$`,
)

/** Newlines, tabs, and the two sequences of our own progress line. */
const ownControls = new RegExp(`\\r?\\n|\\t|${esc}\\[(?:1G|0K|2K)`, 'g')

/**
 * Runs commands one after another in one process, which believes that it writes to a terminal, and
 * prints a list of what each wrote. A process for each would take half a minute.
 */
const runner = `
  const { main, commands } = JSON.parse(await new Response(process.stdin).text())
  const write = process.stdout.write.bind(process.stdout)
  let written = ''
  for (const stream of [process.stdout, process.stderr]) {
    stream.setMaxListeners(0)
    Object.defineProperty(stream, 'isTTY', { value: true })
    stream.write = (chunk, ...rest) => {
      written += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
      rest.at(-1)?.()
      return true
    }
  }
  const outputs = []
  for (const [index, args] of commands.entries()) {
    process.argv = [process.argv[0], main, ...args]
    written = ''
    await import(main + '?' + index)
    outputs.push(written)
  }
  write(JSON.stringify(outputs))
  process.exitCode = 0`

interface Planted {
  readonly checkin: string
  readonly purged: string
  readonly ticket: string
  readonly note: string
}

/** Fills a repository with {@link evil} wherever a stranger may put it. */
function fill(repo: Repo): Planted {
  const author = { user: evil }
  const content = utf8(`a line\n${evil}\n`)
  const made = checkin(repo, {
    changes: [{ name: `${evil}.txt`, content }],
    comment: evil,
    user: evil,
    branch: evil,
  })
  addTag(repo, { target: made.hash, name: evil, value: evil }, author)
  writeWiki(repo, { title: 'Plain', content: evil }, author)
  const ticket = newTicket(repo, { title: evil, status: evil }, author)
  const note = newTechnote(repo, { comment: evil, content: evil }, author)
  attachFile(repo, { page: 'Plain' }, { fileName: evil, content }, author)
  writeUnversioned(repo, { name: 'plain', content })
  putUser(repo, { login: 'plain', info: evil })
  setConfig(repo, 'project-name', evil)
  const banned = storeLocal(repo, utf8('banned'))
  shun(repo, [banned.hash], { comment: evil })
  const purged = storeLocal(repo, utf8(evil))
  purge(repo, [purged.hash], { notes: evil })
  const columns = ['id', 'v'].map((name) => ({ name, type: 'text', key: name === 'id' }) as const)
  defineTable(repo, { name: 'notes', columns, conflict: 'owner-write' })
  putRow(repo, 'notes', { id: evil, v: evil }, { user: evil })
  // What our own code refuses, a peer's need not.
  const db = dbOf(repo)
  db.prepare('UPDATE unversioned SET name = CAST(? AS TEXT)').run(encodeText(evil))
  db.prepare('UPDATE user SET login = CAST(? AS TEXT) WHERE login = ?').run(utf8(evil), 'plain')
  setConfig(repo, 'editor', evil)
  setConfig(repo, 'last-sync-url', `http://${evil}@host/`)
  setConfig(repo, `sync-url:${evil}`, `http://${evil}@host/`)
  return { checkin: made.hash, purged: purged.hash, ticket: ticket.ticketId, note: note.technoteId }
}

test('no command that reads obeys control characters of a repository', async () => {
  const path = scratch.repo('hostile.fossil', { artifacts: 0 })
  let planted: Planted
  {
    using repo = scratch.open(path)
    planted = fill(repo)
  }
  const { checkin: hash, purged, ticket, note } = planted
  const file = `${evil}.txt`
  const walked: readonly (readonly string[])[] = [
    ['info'],
    ['info', hash],
    ['info', evil],
    ['remote', 'ls'],
    ['user', 'ls'],
    ['uv', 'ls'],
    ['uv', 'cat', evil],
    ['timeline', '-v'],
    ['ls', '-r', hash],
    ['cat', '-r', hash, file],
    ['diff', '--checkin', hash],
    ['finfo', file],
    ['annotate', '-r', hash, file],
    ['blame', '-r', hash, file],
    ['artifact', hash],
    ['whatis', hash, evil],
    ['leaves'],
    ['descendants', hash],
    ['branch', 'ls'],
    ['tag', 'ls'],
    ['tag', 'ls', hash],
    ['tag', 'find', evil],
    ['wiki', 'ls'],
    ['wiki', 'cat', 'Plain'],
    ['ticket', 'ls'],
    ['ticket', 'show', ticket],
    ['technote', 'ls'],
    ['technote', 'cat', note],
    ['attach', 'ls'],
    ['table', 'ls'],
    ['table', 'ls', 'notes'],
    ['table', 'get', 'notes', `id=${evil}`],
    ['verify'],
    ['export', 'tip', evil, '-n'],
    ['zip', 'tip', '-l'],
    ['tarball', 'tip', '-l', '--name', evil],
    ['merge', hash, '-n'],
    ['settings'],
    ['shun', 'ls'],
    ['purge', 'ls'],
    ['purge', 'cat', purged],
    [evil],
  ]
  const outputs = await outputsOf(walked.map((args) => ['-R', path, ...args]))
  const failures = walked.flatMap((args, index) => {
    const text = (outputs[index] ?? '').replaceAll(ownControls, '')
    const driving = /[\p{Cc}\u202e]/u.exec(text)
    return driving === null ? [] : [`${args.join(' ')}: ${JSON.stringify(driving[0])}`]
  })
  assert.deepEqual(failures, [])
  const known = new Set(walked.map((args) => args.slice(0, 2).join(' ')))
  const isWalked = (name: string): boolean => known.has(name) || walked.some(([a]) => a === name)
  const missing = (await commandNames()).filter((name) => !isWalked(name) && !notWalked.test(name))
  assert.deepEqual(missing, [], 'every command is walked or named as one that writes')
})

async function outputsOf(commands: readonly (readonly string[])[]): Promise<string[]> {
  const main = pathToFileURL(join(import.meta.dirname, 'main.ts')).href
  const args = [
    '--no-warnings',
    '--conditions=@trilobite/source',
    '--input-type=module',
    '-e',
    runner,
  ]
  const input = JSON.stringify({ main, commands })
  const options = { cwd: scratch.folder, env: scratch.env, input }
  const { stdout, stderr } = await run(process.execPath, args, options)
  assert.ok(stdout.startsWith('['), stderr)
  return JSON.parse(stdout)
}

/** Every command by its words, from the help. */
async function commandNames(): Promise<string[]> {
  const [help = ''] = await outputsOf([['help', '--json']])
  const { commands }: CommandInfo = JSON.parse(help)
  return commands.flatMap(({ name, commands: inner }) => {
    const names = inner.length === 0 ? [name] : inner.map((each) => each.name)
    return names.map((each) => each.replace('trilobite ', ''))
  })
}
