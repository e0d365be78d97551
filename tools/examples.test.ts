/**
 * Every example runs and prints what it promises.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'

import { run } from './run.ts'

const output = (example: string, ...args: string[]): Promise<string> =>
  outputWith([], example, args)

async function outputWith(
  options: readonly string[],
  example: string,
  args: readonly string[] = [],
): Promise<string> {
  const path = join(import.meta.dirname, '..', 'examples', example)
  const { code, stdout, stderr } = await run(process.execPath, [
    '--conditions=@trilobite/source',
    ...options,
    path,
    ...args,
  ])
  assert.equal(stderr, '')
  assert.equal(code, 0)
  return stdout
}

test('01-embed keeps files in a repository', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-example-'))
  try {
    assert.equal(
      await output('01-embed.ts', join(folder, 'project.fossil')),
      'notes/everyone.txt 16 bytes\nnotes/hello.txt 6 bytes\n',
    )
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
})

test('02-simulate comes to rest, the same way each time', async () => {
  const first = await output('02-simulate.ts')
  assert.match(first, /^settled \d+ syncs [0-9a-f]{16}\n$/)
  assert.equal(await output('02-simulate.ts'), first)
})

test('03-look-back shows what it wrote', async () => {
  assert.equal(
    await output('03-look-back.ts'),
    [
      'wiki: +Home',
      'checkin: be exact (trunk, v1)',
      'checkin: begin (trunk)',
      'Index: notes.txt',
      '='.repeat(66),
      '--- notes.txt',
      '+++ notes.txt',
      '@@ -1,2 +1,2 @@',
      ' trilobites',
      '-are extinct',
      '+were arthropods',
      '',
      '0 differences between the tables and the artifacts',
      '',
    ].join('\n'),
  )
})

test('04-keep-in-sync waits until the server has what was made', async () => {
  assert.equal(
    await output('04-keep-in-sync.ts'),
    [
      'sync.begun',
      'sync.failed: transport.unreachable',
      'sync.begun',
      'sync.failed: transport.unreachable',
      'sync.begun',
      'origin has it: true',
      'sync.ended',
      'stopped',
      '',
    ].join('\n'),
  )
})

test('05-peers ends with three peers that hold the same, the same way each time', async () => {
  const first = await output('05-peers.ts')
  assert.match(
    first,
    /^ada, ben and cyd hold \d+ artifacts each after \d+ syncs, \d+ of them lost, in \d+ s\n$/,
  )
  assert.equal(await output('05-peers.ts'), first)
})

test('06-own-agent is found out where it is hasty', async () => {
  const lines = (await output('06-own-agent.ts')).split('\n')
  assert.equal(lines[0], 'careful: 20 seeds converge')
  assert.match(lines[1] ?? '', /^hasty: seed \d+ violated$/)
  assert.match(lines.join('\n'), /are here and not on the master/)
})

test('07-own-rules counts and checks beside all that is there', async () => {
  const lines = (await output('07-own-rules.ts')).trim().split('\n')
  assert.equal(lines.length, 5)
  for (const line of lines) assert.match(line, /^seed \d: converged, [1-9]\d* times counted on$/)
})

test('08-offline-tasks ends with one list, in which the later change counts', async () => {
  assert.equal(
    await output('08-offline-tasks.ts'),
    [
      'laptop: 0 rows in, 3 out, complete',
      'phone: 3 rows in, 0 out, complete',
      'laptop: 0 rows in, 2 out, complete',
      'phone: 2 rows in, 1 out, complete',
      'laptop: 1 rows in, 0 out, complete',
      '[ ] Buy bread',
      '[ ] Clean the trilobites',
      '[ ] Water the plants and the cactus',
      'all three agree: true',
      '',
    ].join('\n'),
  )
})

test('09-unpatched-agent converges, the same way each time', async () => {
  const options = ['--import', 'trilobite/sim/world']
  const lines = (await outputWith(options, '09-unpatched-agent.ts')).trim().split('\n')
  assert.match(
    lines[0] ?? '',
    /^seed 1: converged, with [1-9]\d* messages lost, trace [0-9a-f]{8}$/,
  )
  assert.match(lines[1] ?? '', /^seed 2: converged/)
  assert.deepEqual(lines.slice(2), [lines[0]])
})

test('10-sweep-model is found out by a sweep, which says how the failures are alike', async () => {
  const root = join(import.meta.dirname, '..')
  const model = ['--model', join(root, 'examples/10-sweep-model.ts')]
  const args = ['sweep', ...model, '--seeds', '4..5', '--plan', 'hostile', '--json']
  const { code, stdout } = await run(process.execPath, [
    join(root, 'src/cli/main.ts'),
    'sim',
    ...args,
  ])
  assert.equal(code, 1)
  const { failures }: { failures: { text: string; count: number }[] } = JSON.parse(stdout)
  assert.equal(failures.length, 1)
  assert.match(
    failures[0]?.text ?? '',
    /^violated convergence on a client: <n> are here and not on/,
  )
})

test('11-merge joins two lines, with the conflict that somebody settles', async () => {
  assert.equal(
    await output('11-merge.ts'),
    [
      'ben: 2 open leaves',
      'merged: notes.txt',
      'conflict of content in todo.txt, line 1',
      'ada: 1 open leaf',
      'notes.txt: "monday:\\nmuch rain\\n\\ntuesday:\\nsun\\n\\n"',
      'todo.txt: "buy coffee and cake\\n"',
      '',
    ].join('\n'),
  )
})

/** A folder for the files of an example, gone after the test. */
function scratchFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-example-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}

test('12-clone makes a clone and shows how far it is', async (t) => {
  const lines = (await output('12-clone.ts', scratchFolder(t))).trim().split('\n')
  assert.deepEqual(lines.splice(-2), ['2 artifacts, complete: true', 'trilobites'])
  assert.ok(lines.length > 1)
  for (const line of lines) assert.match(line, /^\d artifacts in \d+ bytes so far$/)
})

test('13-sync-and-log-in sends what only a login may', async () => {
  assert.equal(
    await output('13-sync-and-log-in.ts'),
    [
      'nobody: 1 in, the server does not accept a push from us',
      'ada: 1 out, complete: true',
      'the server has Eyes, Home',
      '',
    ].join('\n'),
  )
})

test('14-serve serves a folder', async (t) => {
  const lines = (await output('14-serve.ts', scratchFolder(t))).trim().split('\n')
  assert.ok(lines.length > 1)
  for (const line of lines) assert.equal(line, 'POST /notes: 200')
})

for (const example of ['15-serve-in-node-http.ts', '16-serve-in-hono.ts']) {
  test(`${example} serves a repository beside a page`, async () => {
    assert.equal(await output(example), 'Welcome.\nsynced, complete: true\n')
  })
}

test('17-abort goes on where it was given up', async (t) => {
  assert.equal(
    await output('17-abort.ts', scratchFolder(t)),
    'given up; what has come stays\nresumed: true, whole: true, the rest came\n',
  )
})

test('18-errors does what each code calls for', async () => {
  assert.equal(
    await output('18-errors.ts'),
    [
      'it went well',
      'ask for the password again',
      'try again later (transport.unreachable)',
      'the server says: wrong project',
      '',
    ].join('\n'),
  )
})

test('19-unversioned-files ends with the latest version everywhere', async () => {
  assert.equal(
    await output('19-unversioned-files.ts'),
    [
      '2 sent: download/latest.txt, logo.png',
      '1 received: version 2',
      'the server has download/latest.txt',
      '',
    ].join('\n'),
  )
})
