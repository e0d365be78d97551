/**
 * The work of the commands, as stock sees it: its timeline, tags, pages, tickets, artifacts, files.
 * @module
 */

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { fossilUser, requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { Scratch } from './command.suite.ts'

const scratch = new Scratch()

async function stock(...args: string[]): Promise<string> {
  const { stdout, stderr } = await runFossil([...args, '-R', 'p.fossil'], { cwd: scratch.folder })
  assert.equal(stderr, '', args.join(' '))
  return stdout.replaceAll('\r', '\n')
}

async function ours(args: readonly string[], input = ''): Promise<Record<string, unknown>> {
  return scratch.json(args, { input })
}

test('stock sees what the commands wrote', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const path = (name: string): string => join(scratch.folder, name)
  await ours(['new', 'p.fossil', '--admin-user', fossilUser])
  mkdirSync(path('t/d'), { recursive: true })
  writeFileSync(path('t/a'), 'one\n')
  writeFileSync(path('t/d/two\nlines'), 'two\n')
  writeFileSync(path('t/tool'), '#!/bin/sh\n')
  chmodSync(path('t/tool'), 0o755)
  symlinkSync('a', path('t/link'))
  const { checkin } = await ours(['ci', '--from', 't', '-m', 'all [of] it', '--tag', 'v1'])
  await ours(['ci', '--parent', 'v1', '--branch', 'side', '--mv', 'a=z', '-m', 'renamed'])
  await ours(['amend', 'side', '-m', 'better said', '--author', 'cy'])
  await ours(['tag', 'add', 'release', 'side'])
  await ours(['branch', 'new', 'done', 'trunk'])
  await ours(['branch', 'close', 'done'])
  await ours(['wiki', 'write', 'A Page', '-M', 'markdown'], '# Text ü\n')
  await ours(['attach', 'add', 'A Page', 't/a'])
  const note = ['technote', 'add', 'A note', '-t', '2024-01-02 03:04:05']
  await ours(note, 'noted\n')
  const { ticketId } = await ours(['ticket', 'new', 'title', 'It fails', 'status', 'Open'])
  await ours(['ticket', 'change', String(ticketId), 'status', 'Closed'])

  const timeline = await stock('timeline', '-n', '0', '-t', 'ci', '-F', '%a: %c (%b; %t)')
  assert.equal(
    timeline.replace(/\+\+\+.*\n/, ''),
    'tester: Create new branch named "done" (done; done)\n' +
      'cy: better said (side; side, release)\n' +
      'tester: all [of] it (trunk; trunk, v1)\n' +
      'tester: initial empty check-in (trunk; trunk)\n',
  )
  assert.equal(await stock('tag', 'ls'), 'done\nrelease\nside\ntrunk\nv1\n')
  assert.match(await stock('branch', 'ls', '-c'), /^ \* ?done|^ {3}done/)
  assert.equal(await stock('wiki', 'export', 'A Page'), '# Text ü\n')
  assert.match(await stock('wiki', 'ls', '--technote'), /^2024-01-02 03:04:05\n/)
  assert.match(await stock('ticket', 'show', '0'), /\tClosed\t.*\tIt fails\t/)
  assert.match(
    await stock('artifact', String(checkin)),
    /^C all\\s\[of\]\\sit\nD .*\nF a [0-9a-f]+\n/,
  )
  const listed = await stock('ls', '-r', 'v1')
  assert.equal(listed, 'a\nd/two\nlines\nlink\ntool\n')
  assert.equal(await stock('cat', 'z', '-r', 'side'), 'one\n')
  assert.match(await stock('test-integrity'), /: {2}0 errors\n/)
  const before = await scratch.json(['verify', '-R', 'p.fossil'])
  await runFossil(['rebuild', 'p.fossil'], { cwd: scratch.folder })
  assert.deepEqual(await scratch.json(['verify', '-R', 'p.fossil']), before)
  assert.equal(before['total'], 0)
})
