/**
 * The package as a user gets it: packed, installed outside the checkout, and used.
 * @module
 */

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, suite, test } from 'node:test'

import { build } from 'esbuild'

import { simulate } from 'trilobite/dst'

import { copyCheckout, installInto, packInto, setUpCopy, userProgram } from './installed.ts'
import {
  type PackageManifest,
  placePublishedManifest,
  restoreManifest,
  sourceCondition,
} from './pack.ts'
import { run } from './run.ts'

const root = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'trilobite-installed-'))
const checkout = join(scratch, 'checkout')
const user = join(scratch, 'user')
const installed = join(user, 'node_modules', 'trilobite')

function manifestIn(folder: string): PackageManifest {
  const manifest: PackageManifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return manifest
}

/** Every public name, as in `trilobite/sim`. */
const publicNames = Object.keys(manifestIn(root).exports).map((path) => `trilobite${path.slice(1)}`)
const importAll = publicNames.map((name) => `import '${name}'\n`).join('')

function runNode(...args: string[]): ReturnType<typeof run> {
  return run(process.execPath, args, { cwd: user })
}

/** A line of the program's, from the sources. */
async function expectedRun(): Promise<string> {
  const seed = 7
  const { verdict, traceHash } = await simulate({ seed, plan: 'hostile', durationMs: 20_000 })
  return `${seed} ${verdict} ${traceHash}`
}

suite('the package, packed and installed', () => {
  let installation = ''
  before(async () => {
    copyCheckout(checkout)
    setUpCopy(checkout)
    installation = await installInto(user, await packInto(scratch, checkout))
    writeFileSync(join(user, 'program.ts'), userProgram)
  })
  after(() => rmSync(scratch, { recursive: true, force: true, maxRetries: 10 }))

  test('it installs without a warning, and leaves the checkout as it was', () => {
    assert.doesNotMatch(installation, /warn|error/i)
    const [ours, theirs] = [root, checkout].map((folder) =>
      readFileSync(join(folder, 'package.json'), 'utf8'),
    )
    assert.equal(theirs, ours)
  })

  test('every relative link of its documents leads to a file in it', () => {
    const documents = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((path) =>
      /^(?!node_modules).*\.md$/.test(path),
    )
    assert.ok(documents.includes('README.md') && documents.includes(join('docs', 'simulation.md')))
    const broken = documents.flatMap((path) => {
      const text = readFileSync(join(installed, path), 'utf8')
      return [...text.matchAll(/\]\((?![a-z]+:|#)([^)#\s]+)/g)]
        .filter(([, target = '']) => !existsSync(join(installed, dirname(path), target)))
        .map(([, target]) => `${path}: ${target}`)
    })
    assert.deepEqual(broken, [])
  })

  test('it has no planted bug, no test, and no source', () => {
    const paths = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    const strange =
      /canary$|canaries|planted|\.test\.|\.suite\.|built-from|^src|^tools|(?<!\.d)\.ts$/
    const shown = paths.filter((path) => strange.test(path) && !path.startsWith('examples'))
    assert.deepEqual(shown, [])
  })

  test('its exports name files that are in it, whatever the conditions', async () => {
    const { exports, ...manifest } = manifestIn(installed)
    for (const target of Object.values(exports).flatMap((targets) => Object.values(targets))) {
      assert.ok(existsSync(join(installed, target)), target)
    }
    for (const field of ['scripts', 'devDependencies']) assert.ok(!(field in manifest), field)

    const conditions = [sourceCondition, 'source', 'development', 'browser']
    const flags = conditions.map((name) => `--conditions=${name}`)
    const { code, stderr } = await runNode(...flags, '--input-type=module', '-e', importAll)
    assert.deepEqual([stderr, code], ['', 0])
  })

  // No library and no types are named: the declarations themselves say what they need.
  test('its types pass a check of libraries under NodeNext', async () => {
    writeFileSync(join(user, 'names.ts'), importAll)
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const flags = [
      '--module',
      'nodenext',
      '--strict',
      '--skipLibCheck',
      'false',
      '--noEmit',
      '--target',
      'es2022',
    ]
    const { code, stdout } = await runNode(compiler, ...flags, 'names.ts', 'program.ts')
    assert.deepEqual([stdout, code], ['', 0])
  })

  test('a program that imports it makes the same run, bundled or not', async () => {
    const expected = await expectedRun()
    assert.match(expected, /^7 converged [0-9a-f]{64}$/)
    await build({
      absWorkingDir: user,
      entryPoints: ['program.ts'],
      outfile: 'bundle.mjs',
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    })
    for (const program of ['program.ts', 'bundle.mjs']) {
      const { code, stdout, stderr } = await runNode(program)
      const [made, simulated] = stdout.split('\n')
      assert.match(made ?? '', /^[0-9a-f]{64} 0$/)
      assert.deepEqual([simulated, stderr, code], [expected, '', 0], program)
    }
  })

  test('its command runs, and says where a checkout is needed', async () => {
    const command = join(installed, 'bin', 'trilobite.mjs')
    const made = await runNode(command, 'new', 'a.fossil')
    assert.match(made.stdout, /^made a\.fossil/)
    assert.deepEqual([made.stderr, made.code], ['', 0])
    const canary = await runNode(command, 'sim', 'canary')
    assert.match(canary.stderr, /checkout/)
    assert.equal(canary.code, 2)
  })
})

suite('the manifest of a checkout', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-manifest-'))
  const path = join(folder, 'package.json')
  const ours = readFileSync(join(root, 'package.json'), 'utf8')
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))

  test('it comes back after packing, also where packing was interrupted', () => {
    writeFileSync(path, ours)
    placePublishedManifest(folder)
    const published = readFileSync(path, 'utf8')
    assert.notEqual(published, ours)
    placePublishedManifest(folder)
    assert.equal(readFileSync(path, 'utf8'), published)
    restoreManifest(folder)
    assert.equal(readFileSync(path, 'utf8'), ours)
  })

  test('one that was written meanwhile stays', () => {
    writeFileSync(path, ours)
    placePublishedManifest(folder)
    const newer = ours.replace('"version": "', '"version": "9')
    writeFileSync(path, newer)
    restoreManifest(folder)
    restoreManifest(folder)
    assert.equal(readFileSync(path, 'utf8'), newer)
  })
})
