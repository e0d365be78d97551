/**
 * The launcher: installed from a checkout, it is a command in any folder, also where Node is old.
 * @module
 */

import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import { run } from './run.ts'

const root = join(import.meta.dirname, '..')
const launcher = join(root, 'bin', 'trilobite.mjs')
const pretend = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })`
/** Makes a process believe that it is an old Node. */
const asOldNode = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`]

function scratchFolder(t: { after(action: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-launcher-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  return folder
}

test('a Node before 24 gets one sentence and exit code 2', async (t) => {
  const copy = join(scratchFolder(t), 'trilobite.mjs')
  copyFileSync(launcher, copy)
  const { code, stdout, stderr } = await run(process.execPath, [...asOldNode, copy])
  assert.equal(stderr, 'trilobite needs Node 24 or later; this is Node 20.20.2.\n')
  assert.equal(stdout, '')
  assert.equal(code, 2)
})

test('an old Node hands over to that of the checkout, exit code and all', async (t) => {
  const cwd = scratchFolder(t)
  const old = (...args: string[]) =>
    run(process.execPath, [...asOldNode, launcher, ...args], { cwd })
  const made = await old('new', 'a.fossil')
  assert.match(made.stdout, /^made a\.fossil/)
  assert.deepEqual([made.code, made.stderr], [0, ''])
  assert.equal((await old('info', '-R', 'a.fossil', 'nothing')).code, 2)
})

test('the line of the README installs the command for every folder', async (t) => {
  const cwd = scratchFolder(t)
  const line = ['install', '--global', '--ignore-scripts', '--offline', '--prefix', cwd, root]
  const installed = await run('npm', line, { cwd })
  assert.equal(installed.code, 0, installed.stderr)
  const command =
    process.platform === 'win32' ? join(cwd, 'trilobite.cmd') : join(cwd, 'bin/trilobite')
  const { code, stdout } = await run(command, ['new', 'b.fossil'], { cwd })
  assert.match(stdout, /^made b\.fossil/)
  assert.equal(code, 0)
})
