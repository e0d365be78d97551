/**
 * Files of the disk as the changes of a check-in.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

import { FossilError } from '../base/error.ts'
import { utf8 } from '../base/bytes.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { setConfig } from '../repo/config.ts'
import type { Repo } from '../repo/repo.ts'
import { checkin } from '../write/checkin.ts'
import type { FileChange } from '../write/file-changes.ts'
import { type FolderOptions, folderChanges } from './changes.ts'

/** A folder with these files, each with its own name in it. */
function folderWith(t: TestContext, ...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-folder-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const name of names) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), name)
  }
  return folder
}

/** A check-in with these files. */
function parentWith(repo: Repo, ...names: string[]): ArtifactHash {
  const changes = names.map((name): FileChange => ({ name, content: utf8(name) }))
  return checkin(repo, { changes, comment: 'c', user: 'u' }).hash
}

/** Names of the changes; those that take a file away with a minus. */
async function told(repo: Repo, options: FolderOptions): Promise<string[]> {
  const { changes } = await folderChanges(repo, options)
  return changes.map(({ name, content, renamedFrom }) => {
    if (renamedFrom !== undefined) return `${renamedFrom} > ${name}`
    return content === undefined ? `-${name}` : name
  })
}

test('a folder that is the project is compared with the parent', async (t) => {
  using repo = memoryRepo()
  const tree = folderWith(t, 'same', 'new', 'd/e', '.dot', 'x.o')
  const parent = parentWith(repo, 'same', 'gone')
  setConfig(repo, 'ignore-glob', '*.o')
  const { changes, leftOut } = await folderChanges(repo, { parent, tree })
  assert.deepEqual(
    changes.map(({ name }) => name),
    ['new', 'd/e', 'gone'],
  )
  assert.deepEqual(leftOut, ['.dot', 'x.o'])
  assert.deepEqual(await told(repo, { tree, withDotfiles: true, ignore: '' }), [
    '.dot',
    'new',
    'same',
    'x.o',
    'd/e',
  ])
  const child = checkin(repo, { parent, changes, comment: 'c', user: 'u' }).hash
  assert.deepEqual(await told(repo, { parent: child, tree }), [])
})

test('single files are added under other names, renamed and taken away', async (t) => {
  using repo = memoryRepo()
  const folder = folderWith(t, 'a')
  const parent = parentWith(repo, 'b', 'd/c')
  const progress: number[][] = []
  const options: FolderOptions = {
    parent,
    add: [
      { name: 'from-disk', from: join(folder, 'a') },
      { name: 'from-memory', from: async () => Promise.resolve(utf8('m')) },
    ],
    rename: [{ from: 'b', to: 'z' }],
    remove: ['d'],
    onProgress: (...at) => progress.push(at),
  }
  assert.deepEqual(await told(repo, options), ['from-disk', 'from-memory', 'b > z', '-d/c'])
  assert.deepEqual(progress, [
    [0, 2, 0],
    [1, 2, 1],
  ])
})

test('a refusal names the option that asks for it in another way', async (t) => {
  using repo = memoryRepo()
  const parent = parentWith(repo, 'gone')
  const optionOf = async (options: FolderOptions): Promise<string | undefined> => {
    try {
      await folderChanges(repo, { parent, ...options })
    } catch (error) {
      if (FossilError.is(error, 'checkin.invalid')) return error.detail.option
      throw error
    }
    return assert.fail('nothing was refused')
  }
  assert.equal(await optionOf({ tree: folderWith(t) }), 'allowEmpty')
  assert.equal(await optionOf({ paths: ['gone'] }), 'remove')
  assert.equal(await optionOf({ paths: ['never-there'] }), undefined)
  assert.deepEqual(await told(repo, { parent, tree: folderWith(t), allowEmpty: true }), ['-gone'])
})
