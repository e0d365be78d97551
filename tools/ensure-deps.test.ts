/**
 * `npm start` installs exactly when the installed dependencies are not the locked ones.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'

type EnsureDeps = { staleReason: (root: string) => string | undefined }
const file = new URL('ensure-deps.mjs', import.meta.url)
const { staleReason }: EnsureDeps = await import(file.href)

type Packages = Record<string, { version?: string; optional?: boolean; link?: boolean }>

/** Asks about a project with these packages locked and installed; `node` runs as `nodeVersion`. */
function reasonFor(
  locked: Packages,
  installed?: Packages,
  nodeVersion?: string,
): string | undefined {
  const root = mkdtempSync(join(tmpdir(), 'trilobite-deps-'))
  try {
    const write = (path: string, packages: Packages): void =>
      writeFileSync(join(root, path), JSON.stringify({ packages }))
    write('package-lock.json', { '': { version: '0.1.0' }, ...locked })
    mkdirSync(join(root, 'node_modules', '.bin'), { recursive: true })
    if (installed !== undefined) write('node_modules/.package-lock.json', installed)
    if (nodeVersion !== undefined) {
      const script = `#!/bin/sh\necho v${nodeVersion}\n`
      writeFileSync(join(root, 'node_modules/.bin/node'), script, { mode: 0o755 })
    }
    return staleReason(root)
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 10 })
  }
}

suite('staleReason', () => {
  const a1 = { 'node_modules/a': { version: '1.0.0' } }
  const a2 = { 'node_modules/a': { version: '2.0.0' } }
  const optional = { 'node_modules/@os/b': { version: '1.0.0', optional: true } }
  const node = { 'node_modules/node': { version: '26.0.0' } }

  test('nothing is stale where all that is locked is installed', () => {
    assert.equal(reasonFor(a1, a1), undefined)
    assert.equal(reasonFor({ ...a1, ...node }, { ...a1, ...node }, '26.0.0'), undefined)
  })
  test('a fresh clone has nothing installed', () => {
    assert.equal(reasonFor(a1), 'the dependencies are not installed')
  })
  test('a package that was added or upgraded since is named', () => {
    assert.equal(reasonFor(a1, {}), 'a 1.0.0 is not installed')
    assert.equal(reasonFor(a2, a1), 'a is 1.0.0, not the locked 2.0.0')
  })
  test('an optional package may be absent but not of another version', () => {
    assert.equal(reasonFor(optional, {}), undefined)
    const other = { 'node_modules/@os/b': { version: '0.9.0', optional: true } }
    assert.equal(reasonFor(optional, other), '@os/b is 0.9.0, not the locked 1.0.0')
  })
  test('Node itself runs, in the locked version', () => {
    assert.equal(reasonFor(node, node), 'Node 26.0.0 is not installed')
    assert.equal(reasonFor(node, node, '20.1.0'), 'Node is v20.1.0, not the locked v26.0.0')
  })
  test('a missing lock file is an error, not a reason to install', () => {
    assert.throws(() => staleReason(join(tmpdir(), 'no-such-project')), /package-lock\.json/)
  })
})
