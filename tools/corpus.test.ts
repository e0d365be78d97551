/**
 * Corpora are made of pinned releases, in an order and with content that never change.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { commitReleases, finishRepository, inspectRepository } from './corpus-history.ts'
import { recipes, releasesOf } from './corpus.ts'
import { requireFossilOrSkip, runFossil } from './ensure-fossil.ts'
import { runOrThrow } from './run.ts'
import { tarballOf, type Release } from './tarballs.ts'

test('npm-history is the 40 pinned versions of one package, oldest first', () => {
  const releases = releasesOf(recipes['npm-history'])
  assert.equal(releases.length, 40)
  assert.deepEqual(releases.at(0), { name: 'mkdirp', version: '0.0.1' })
  assert.deepEqual(releases.at(-1), { name: 'mkdirp', version: '3.0.1' })
})

test('npm-history-large spreads its packages evenly and keeps the order of each', () => {
  const recipe = recipes['npm-history-large']
  const releases = releasesOf(recipe)
  assert.equal(releases.length, 836)
  const early = new Set(releases.slice(0, 30).map(({ name }) => name))
  assert.deepEqual([...early].sort(), [...recipe.packages].sort())
  for (const name of recipe.packages) {
    const alone = releasesOf({ packages: [name], digest: '' })
    const together = releases.filter((release) => release.name === name)
    assert.deepEqual(together, alone)
  }
})

test('releases become check-ins, the same each time, also after an interruption', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const root = mkdtempSync(join(tmpdir(), 'trilobite-corpus-'))
  try {
    // The same length and, as npm packs it, the same time: only the content tells 1.0.1 from 1.0.0.
    const releases = ['1.0.0', '1.0.1', '1.1.0'].map((version) => ({ name: 'pkg', version }))
    for (const release of releases) await pack(root, release)

    const whole = await build(join(root, 'whole'), root, [releases])
    assert.equal(whole.checkins, 4)
    assert.equal(whole.artifacts, 7)
    const resumed = await build(join(root, 'resumed'), root, [releases.slice(0, 1), releases])
    assert.equal(resumed.digest, whole.digest)

    const repository = join(root, 'whole', 'repository.fossil')
    const { stdout } = await runFossil(['cat', 'pkg/index.js', '-r', 'pkg-1.0.1', '-R', repository])
    assert.equal(stdout, 'exports.version = "1.0.1"\n')
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 10 })
  }
})

/** Writes a tarball of one file, with the time that npm gives every file. */
async function pack(tarballs: string, release: Release): Promise<void> {
  mkdirSync(join(tarballs, 'package'), { recursive: true })
  const text = `exports.version = "${release.version}"\n`
  writeFileSync(join(tarballs, 'package', 'index.js'), text)
  const time = '--mtime=1985-10-26 08:15:00Z'
  const target = tarballOf(tarballs, release)
  await runOrThrow('tar', ['-czf', target, time, '-C', tarballs, 'package'])
}

/** Builds a repository in several goes; each goes on where the last one stopped. */
async function build(
  folder: string,
  tarballs: string,
  goes: readonly (readonly Release[])[],
): Promise<ReturnType<typeof inspectRepository>> {
  mkdirSync(folder)
  const repository = join(folder, 'repository.fossil')
  const workplace = { repository, checkout: join(folder, 'checkout'), tarballs }
  for (const releases of goes) await commitReleases(workplace, releases, () => {})
  await finishRepository(repository)
  return inspectRepository(repository)
}
