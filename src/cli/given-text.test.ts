/**
 * Text and files that are read, and those that are refused before they hang.
 * @module
 */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { fromUtf8 } from '../base/bytes.ts'
import { readWholeFile } from '../base/whole-file.ts'
import { failsWith } from '../repo/fixture.suite.ts'
import { commentFrom, readInput, readText } from './given-text.ts'
import { openAny } from './repository.ts'

const folder = mkdtempSync(join(tmpdir(), 'trilobite-input-'))
after(() => rmSync(folder, { recursive: true }))

function at(name: string): string {
  return join(folder, name)
}

function refused(reason: RegExp): (error: unknown) => boolean {
  return failsWith('repo.unreadable', reason)
}

test('a file is read, through a symlink, too', async () => {
  writeFileSync(at('file'), 'text\n')
  symlinkSync('file', at('link'))
  assert.equal(await readText(at('file')), 'text\n')
  assert.equal(fromUtf8(await readInput(at('link'))), 'text\n')
  assert.equal(await commentFrom({ messageFile: at('link') }), 'text')
})

test('what is no file is refused with what it is', async () => {
  mkdirSync(at('folder'))
  await assert.rejects(readInput(at('folder')), refused(/it is a folder, not a file/))
  await assert.rejects(readInput(at('none')), refused(/^\S+ there is no such file or folder/))
  assert.throws(() => readWholeFile(at('file/x')), refused(/a part of this path is a file/))
})

test('a pipe or a device is refused, not waited for', async (t) => {
  if (process.platform === 'win32') return t.skip('no named pipes among files')
  assert.equal(spawnSync('mkfifo', [at('fifo')]).status, 0)
  await assert.rejects(readText(at('fifo')), refused(/it is a named pipe, not a file/))
  await assert.rejects(commentFrom({ messageFile: at('fifo') }), refused(/a named pipe/))
  assert.throws(() => openAny(at('fifo')), refused(/a named pipe/))
  assert.throws(() => readWholeFile('/dev/zero'), refused(/it is a device, not a file/))
})

test('what the shell has opened for us is read', async (t) => {
  if (process.platform !== 'linux') return t.skip('no /dev/fd that reads so')
  writeFileSync(at('opened'), 'from a command')
  const descriptor = openSync(at('opened'), 'r')
  assert.equal(await readText(`/dev/fd/${descriptor}`), 'from a command')
  closeSync(descriptor)
  await assert.rejects(readText(`/dev/fd/${descriptor}`), refused(/there is no such file/))
})
