/**
 * The main job on real input: the published history of an npm package, committed by stock Fossil,
 * goes through a hostile simulation, and stock Fossil finds nothing wrong with what comes out.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { openRepo, systemEnv } from 'trilobite'
import { allBlobUuidsSorted } from 'trilobite/dst'

import { corpus } from '../tools/corpus.ts'
import { requireFossilOrSkip, runFossil } from '../tools/ensure-fossil.ts'
import { run } from '../tools/run.ts'

const leaves = 3
const launcher = join(import.meta.dirname, '..', 'bin', 'trilobite.mjs')

test('a real history survives a hostile network, and stock finds every copy sound', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const source = await corpus('npm-history')
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-real-'))
  try {
    const report = await simulate(source, folder)
    assert.equal(report.verdict, 'converged')
    const kept = readdirSync(folder).sort()
    assert.deepEqual(kept, ['leaf-0.fossil', 'leaf-1.fossil', 'leaf-2.fossil', 'master.fossil'])

    const before = names(source)
    const after = kept.map((file) => names(join(folder, file)))
    for (const copy of after) assert.deepEqual(copy, after[0])
    const afterSet = new Set(after[0])
    assert.deepEqual(
      before.filter((name) => !afterSet.has(name)),
      [],
    )
    assert.ok(afterSet.size > before.length, 'the simulation added check-ins of its own')

    for (const file of kept) await checkWithStock(folder, file)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
})

async function simulate(source: string, folder: string): Promise<{ verdict: string }> {
  const options = ['--from', source, '--keep', folder, '--leaves', String(leaves)]
  const flags = ['--level', 'hostile', '--seed', '11', '--json']
  const { code, stdout, stderr } = await run(process.execPath, [
    launcher,
    'sim',
    'run',
    ...options,
    ...flags,
  ])
  assert.equal(stderr, '')
  assert.equal(code, 0)
  return JSON.parse(stdout)
}

function names(path: string): readonly string[] {
  using repo = openRepo(path, systemEnv, { readOnly: true })
  return allBlobUuidsSorted(repo)
}

/** Stock's exit codes lie, so its words are read. */
async function checkWithStock(folder: string, file: string): Promise<void> {
  const rebuild = await stock(folder, ['rebuild', file])
  // Where it deltifies on the way it may count an artifact twice, and go beyond the whole.
  assert.match(rebuild, /100\.\d% complete/)
  assert.doesNotMatch(rebuild, /error|corrupt|wrong|missing/i)
  const integrity = await stock(folder, ['test-integrity', '-R', file])
  assert.match(integrity, /checked: {2}0 errors/)
  assert.match(integrity, /integrity-check: ok/)
  assert.doesNotMatch(integrity, /skip phantom/)
  assert.equal((await stock(folder, ['test-phantoms', '-R', file])).trim(), '')
}

async function stock(cwd: string, args: string[]): Promise<string> {
  const { stdout, stderr } = await runFossil(args, { cwd })
  return `${stdout}${stderr}`.replaceAll('\r', '\n')
}
