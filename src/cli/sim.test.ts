/**
 * `trilobite sim run` as people and programs meet it: a process, its output, its exit code, its
 * files.
 * @module
 */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { hash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { run, type RunResult } from '../../tools/run.ts'
import { utf8 } from '../base/bytes.ts'
import { systemEnv } from '../base/env.ts'
import { openDatabase } from '../db/node.ts'
import { hasBlob, publicBlobUuidsSorted } from '../dst/holdings.ts'
import type { SimReport } from '../dst/sim-report.ts'
import { checkin } from '../write/checkin.ts'
import { config } from '../repo/config.ts'
import { createRepo, openRepo } from '../crosslink/open.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { findUser, type User } from '../admin/user.ts'
import { nemesisKinds } from '../sim/levels.ts'
import { faultKinds } from '../sim/link.ts'

const scratch = mkdtempSync(join(tmpdir(), 'trilobite-sim-'))
const cache = mkdtempSync(join(tmpdir(), 'trilobite-cache-'))
after(() => {
  for (const folder of [scratch, cache])
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
})

const main = join(import.meta.dirname, 'main.ts')

/** Runs `trilobite` in the scratch folder; what is said first loses to what is said later. */
function trilobite(...args: string[]): Promise<RunResult> {
  // The cache spares each process three quarters of its start (measured).
  const env = { ...process.env, NODE_COMPILE_CACHE: cache }
  return run(process.execPath, ['--no-warnings', main, ...args], { cwd: scratch, env })
}

/** Leaves that are there from the beginning, and what people do there. */
const plan = 'node=poll,late=0,mix=checkin+rename+amendment+wiki+forum+uvWrite+publish+shun'

function simRun(...args: string[]): Promise<RunResult> {
  const size = ['--leaves', '2', '--duration', '15s']
  return trilobite('sim', 'run', '--plan', plan, ...size, ...args)
}

type Json = Pick<
  SimReport,
  | 'verdict'
  | 'seed'
  | 'traceHash'
  | 'steps'
  | 'syncs'
  | 'errors'
  | 'faults'
  | 'nodes'
  | 'uv'
  | 'operations'
  | 'violation'
>

async function json(...args: string[]): Promise<Json> {
  const { code, stdout, stderr } = await simRun('--json', ...args)
  assert.deepEqual([code, stderr], [0, ''])
  assert.match(stdout, /^\{.*\}\n$/)
  return JSON.parse(stdout)
}

/** A repository file with one check-in, after `change` has been at it. */
function repoFile(name: string, change: (repo: Repo) => void = () => {}): string {
  using repo = createRepo(openDatabase(join(scratch, name), { create: true }), systemEnv)
  const changes = [{ name: 'a', content: utf8('from before\n') }]
  checkin(repo, { changes, comment: 'before', user: 'u' })
  change(repo)
  return name
}

/** Everything in the scratch folder, so that a test can say that nothing was written. */
function files(): string[] {
  return readdirSync(scratch, { recursive: true, encoding: 'utf8' }).sort()
}

suite('by default', () => {
  test('people get verdict, nodes, faults, checks, times and trace hash', async () => {
    const { code, stdout, stderr } = await simRun()
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^converged: every repository holds all that it should, /)
    assert.match(stdout, /\(seed 1: 3 repositories, \d+ check-ins, \d+ syncs\)\n/)
    assert.match(
      stdout,
      /\nnodes\n {2}node +artifacts +private +phantoms(?: +files)? +syncs +errors\n/,
    )
    for (const id of ['master', 'leaf-0', 'leaf-1']) {
      assert.match(stdout, new RegExp(`\\n  ${id} +\\d+ +\\d+ +0 `))
    }
    assert.match(stdout, /\nfaults injected\n {2}[a-z]+/i)
    assert.match(stdout, /\nplan\n {2}topology=star,leaves=2,durationMs=15000,/)
    assert.match(stdout, /\n\d+ checks made over \d+ events\n/)
    assert.match(stdout, /\n\d+\.\d s simulated in \d+\.\d s \(\d+x\)\n/)
    assert.match(stdout, /\ntrace hash [0-9a-f]{64}\n$/)
  })

  test('the seed is 1 and draws the rest, and the line that it says makes it again', async () => {
    const command = ['sim', 'run', '--json']
    const said = await trilobite(...command)
    const report: Json & { readonly plan: string } = JSON.parse(said.stdout)
    assert.deepEqual([report.seed, report.verdict], [1, 'converged'])
    const spelt = await trilobite(...command, '--seed', '1', '--plan', report.plan)
    assert.equal(spelt.stdout, said.stdout)
  })
})

suite('--json', () => {
  test('prints one object with the documented fields', async () => {
    const report = await json()
    const { verdict, seed, traceHash, steps, syncs, errors, faults, nodes } = report
    assert.deepEqual([verdict, seed], ['converged', 1])
    assert.match(traceHash, /^[0-9a-f]{64}$/)
    for (const count of [steps, syncs, errors]) assert.ok(Number.isSafeInteger(count))
    assert.ok(syncs >= errors && steps > syncs)
    const others = ['lies', 'crash', ...nemesisKinds, 'broken', 'buggify']
    assert.deepEqual(Object.keys(faults), [...faultKinds, ...others])
    assert.deepEqual(
      nodes.map(({ id }) => id),
      ['master', 'leaf-0', 'leaf-1'],
    )
    for (const { artifacts, phantoms } of nodes) {
      assert.deepEqual([artifacts, phantoms], [nodes[0]?.artifacts, 0])
    }
    assert.equal('violation' in report, false)
  })

  test('prints the same bytes each time, and tells of the run that the text tells of', async () => {
    const [first, second, text] = [await simRun('--json'), await simRun('--json'), await simRun()]
    assert.equal(first.stdout, second.stdout)
    const report: Json = JSON.parse(first.stdout)
    assert.ok(text.stdout.endsWith(`trace hash ${report.traceHash}\n`))
  })

  test('goes before --quiet', async () => {
    const { stdout } = await simRun('--quiet', '--json')
    assert.equal(stdout, (await simRun('--json')).stdout)
  })
})

suite('options', () => {
  test('--quiet prints the verdict alone', async () => {
    const { code, stdout, stderr } = await simRun('--quiet')
    assert.deepEqual([code, stdout, stderr], [0, 'converged\n', ''])
  })

  test('--seed makes another run, also where it is negative', async () => {
    const hashes = [await json(), await json('--seed', '2'), await json('--seed', '-2')]
    assert.equal(new Set(hashes.map(({ traceHash }) => traceHash)).size, 3)
    assert.deepEqual(
      hashes.map(({ seed }) => seed),
      [1, 2, -2],
    )
  })

  test('--leaves makes that many', async () => {
    assert.equal((await json('--leaves', '7')).nodes.length, 8)
  })

  test('--level normal is a world without faults', async () => {
    const { faults, errors } = await json('--level', 'normal')
    assert.deepEqual([...new Set(Object.values(faults)), errors], [0, 0])
    assert.ok(Object.values((await json('--level', 'adversarial')).faults).some((n) => n > 0))
  })

  test('--duration reads the same time in any unit', async () => {
    const hashes = new Set<string>()
    for (const time of ['15', '15s', '0.25m', '15000ms']) {
      hashes.add((await json('--duration', time)).traceHash)
    }
    assert.equal(hashes.size, 1)
  })

  test('--help names every option and its default', async () => {
    const { code, stdout } = await trilobite('sim', 'run', '--help')
    assert.equal(code, 0)
    const options =
      'seed seeds plan leaves level duration private uv all-kinds upkeep login from keep trace json'
    for (const option of options.split(' ')) {
      assert.match(stdout, new RegExp(`\\n  --${option}\\b`))
    }
    assert.match(stdout, /\n {2}--quiet/)
  })
})

suite('--uv', () => {
  test('tells of unversioned files, and of none without it', async () => {
    const { uv, nodes } = await json('--uv', '--duration', '1m')
    assert.ok(uv !== undefined && uv.writes > 0)
    for (const { uvFiles } of nodes) assert.equal(uvFiles, nodes[0]?.uvFiles)
    assert.ok(!('uv' in (await json('--plan', 'mix=checkin'))))
    const { stdout } = await simRun('--uv', '--duration', '1m')
    assert.match(stdout, /\n {2}node +artifacts +private +phantoms +files +syncs +errors\n/)
    assert.match(stdout, new RegExp(`\\nunversioned files\\n {2}writes +${uv.writes}\\n`))
  })
})

suite('--all-kinds', () => {
  test('tells what was written by kind, and of nothing without it', async () => {
    const { verdict, operations } = await json('--all-kinds', '--plan', 'operations=99')
    assert.equal(verdict, 'converged')
    const { forum } = operations
    assert.ok(forum && forum.acknowledged > 0)
    assert.ok(!('forum' in (await json('--plan', 'mix=checkin')).operations))
    const { stdout } = await simRun('--all-kinds', '--plan', 'operations=99')
    assert.match(stdout, new RegExp(`\\n {2}forum +${forum.acknowledged} `))
  })
})

suite('--login', () => {
  test('makes another run, and repositories in which those who logged in cannot', async () => {
    const { verdict, traceHash } = await json('--login', '--keep', 'logins')
    assert.equal(verdict, 'converged')
    assert.notEqual(traceHash, (await json()).traceHash)
    const path = join(scratch, 'logins', 'master.fossil')
    using master = openRepo(openDatabase(path, { readOnly: true }), systemEnv)
    assert.deepEqual(
      ['leaf-0', 'leaf-1', 'nobody'].map((login) => findUser(master, login)).map(rights),
      [
        ['iy', ''],
        ['iy', ''],
        ['', ''],
      ],
    )
  })
})

function rights(user: User | undefined): unknown[] {
  return [user?.capabilities, user?.password]
}

suite('--from', () => {
  test('fills the master with a repository, which stays as it is', async () => {
    const path = repoFile('from.fossil')
    const bytes = readFileSync(join(scratch, path))
    const calm = ['--plan', 'mix=checkin+uvWrite']
    const from = ['--from', path, '--keep', 'from-kept']
    const [without, with_] = [await json(...calm), await json(...calm, ...from)]
    assert.notEqual(without.traceHash, with_.traceHash)
    assert.deepEqual(readFileSync(join(scratch, path)), bytes)
    using before = openRepo(openDatabase(join(scratch, path), { readOnly: true }), systemEnv)
    for (const { id } of with_.nodes) {
      using kept = openRepo(
        openDatabase(join(scratch, 'from-kept', `${id}.fossil`), { create: true }),
        systemEnv,
      )
      assert.ok(publicBlobUuidsSorted(before).every((held) => hasBlob(kept, held)))
      assert.equal(config(kept, 'project-code'), config(before, 'project-code'))
    }
  })
})

suite('--keep', () => {
  test('leaves every repository, each with the same public artifacts', async () => {
    const { nodes } = await json('--keep', 'kept/deep')
    const folder = join(scratch, 'kept', 'deep')
    assert.deepEqual(readdirSync(folder).sort(), [
      'leaf-0.fossil',
      'leaf-1.fossil',
      'master.fossil',
    ])
    const held = nodes.map(({ id }) => {
      using repo = openRepo(
        openDatabase(join(folder, `${id}.fossil`), { readOnly: true }),
        systemEnv,
      )
      return publicBlobUuidsSorted(repo)
    })
    assert.equal(held[0]?.length, nodes[0]?.artifacts)
    for (const names of held) assert.deepEqual(names, held[0])
  })

  test('overwrites nothing, and says so before it simulates', async () => {
    mkdirSync(join(scratch, 'taken'))
    writeFileSync(join(scratch, 'taken', 'leaf-1.fossil'), 'precious')
    const before = files()
    const { code, stdout, stderr } = await simRun('--keep', 'taken')
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, /^trilobite: .*exists already.*leaf-1\.fossil\)\n$/)
    assert.deepEqual(files(), before)
    assert.equal(readFileSync(join(scratch, 'taken', 'leaf-1.fossil'), 'utf8'), 'precious')
  })
})

suite('--trace', () => {
  test('writes the lines that the trace hash is of', async () => {
    const { traceHash, syncs } = await json('--trace', 'trace.jsonl')
    const text = readFileSync(join(scratch, 'trace.jsonl'), 'utf8')
    assert.equal(hash('sha256', text), traceHash)
    const events = text
      .trimEnd()
      .split('\n')
      .map((line): { atMs: number; type: string } => JSON.parse(line))
    assert.ok(events.every(({ atMs, type }) => Number.isSafeInteger(atMs) && type !== ''))
    assert.equal(events.filter(({ type }) => /^sync(\.failed)?$/.test(type)).length, syncs)
  })

  test('does not replace a repository, least of all the one it begins with', async () => {
    const path = repoFile('victim.fossil')
    const bytes = readFileSync(join(scratch, path))
    const { code, stderr } = await simRun('--from', path, '--trace', path)
    assert.equal(code, 2)
    assert.match(stderr, /^trilobite: .*a trace does not replace a repository.*\n$/)
    assert.deepEqual(readFileSync(join(scratch, path)), bytes)
  })

  test('keeps the trace of a run that a bug ended, and the command is told', async () => {
    const path = repoFile('trap.fossil', (repo) =>
      dbOf(repo).exec(`CREATE TRIGGER trap BEFORE INSERT ON unsent
               BEGIN INSERT INTO sprung VALUES(1); END`),
    )
    const { code, stdout, stderr } = await simRun('--from', path, '--trace', 'trapped.jsonl')
    assert.deepEqual([code, stderr], [1, ''])
    assert.match(stdout, /^failed: the code of a node threw an error \(seed 1: /)
    assert.match(stdout, /\n {2}error +Error: no such table: main\.sprung\n/)
    assert.match(stdout, /\n {2}replay +npx trilobite sim run --seed 1 .*--from trap\.fossil\n/)
    const lines = readFileSync(join(scratch, 'trapped.jsonl'), 'utf8').trimEnd().split('\n')
    assert.ok(lines.length > 0)
    assert.equal(typeof JSON.parse(lines.at(-1) ?? ''), 'object')
  })
})

suite('exit codes', () => {
  const broken = repoFile('broken.fossil', (repo) =>
    dbOf(repo).exec(`CREATE TRIGGER forget AFTER INSERT ON unclustered
             BEGIN DELETE FROM unclustered WHERE rid = new.rid; END`),
  )

  test('1: an invariant did not hold; the text says which, where and how to see it', async () => {
    const { code, stdout, stderr } = await simRun('--from', broken, '--plan', 'mix=checkin')
    assert.deepEqual([code, stderr], [1, ''])
    assert.match(stdout, /^violated: an invariant did not hold \(seed 1: /)
    assert.match(
      stdout,
      /\n {2}invariant +announced\n {2}node +master\n {2}detail +[0-9a-f]{40,64} /,
    )
    assert.match(stdout, /\n {2}first bad event +\d+, at \d+\.\d+ s simulated\n/)
    const [, replay = ''] = /\n {2}replay +npx trilobite (.*)\n/.exec(stdout) ?? []
    const again = await trilobite(...replay.split(' '))
    assert.equal(again.code, 1)
    const facts = /invariant[^]*first bad event.*/
    assert.equal(facts.exec(again.stdout)?.[0], facts.exec(stdout)?.[0])
  })

  test('1: the object says so, too', async () => {
    const { code, stdout } = await simRun('--from', broken, '--plan', 'mix=checkin', '--json')
    assert.equal(code, 1)
    const { verdict, violation }: Json = JSON.parse(stdout)
    assert.equal(verdict, 'violated')
    const fields = 'invariant node detail step simulatedMs'.split(' ')
    assert.deepEqual(Object.keys(violation ?? {}), fields)
  })

  test('2: nothing was asked for, and the help says what could be', async () => {
    for (const args of [[], ['sim']]) {
      const { code, stdout, stderr } = await trilobite(...args)
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, /^Usage: trilobite/)
    }
  })

  test('a reader that stops reading is no error', async () => {
    const args = ['--no-warnings', main, 'sim', 'run', '--leaves', '1', '--duration', '1s']
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const [code] = await once(child, 'close')
    assert.deepEqual([code, said], [0, ''])
  })
})

suite('a mistake is one sentence, exit code 2, and nothing written:', () => {
  writeFileSync(join(scratch, 'text.txt'), 'this is a text\n'.repeat(50))
  const mistakes: [args: string, sentence: RegExp][] = [
    ['--seed one', /"one" is not a whole number \(option --seed\)/],
    ['--seed', /'--seed <n>' argument missing/],
    ['--leaves 0', /"0" is not a whole number from 1 to 10000 \(option --leaves\)/],
    ['--level calm', /Allowed choices are normal, adversarial, hostile/],
    ['--duration 1y', /"1y" is not a length of time such as 90s, 10m or 1h \(option --duration\)/],
    ['--duration 900000h --trace new', /"900000h" is too long/],
    ['--from nowhere --trace new --keep new', /there is no such file \(path nowhere\)/],
    ['--from . --trace new', /it is not a file/],
    ['--from text.txt --trace new', /not a database/],
    ['--keep text.txt --trace new', /not a folder/],
    ['--trace no/such/folder --keep new', /no such file or directory/],
    ['--keep new --trace new/master.fossil', /a trace does not replace a repository/],
    ['--loud', /unknown option '--loud'/],
    ['more', /too many arguments/],
  ]
  for (const [args, sentence] of mistakes) {
    test(args, async () => {
      const before = files()
      const { code, stdout, stderr } = await simRun(...args.split(' '))
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, /^trilobite: [^\n]+\n$/)
      assert.match(stderr, sentence)
      assert.deepEqual(files(), before)
    })
  }
})
