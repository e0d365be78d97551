/**
 * The commit of a folder, as Git's own files tell it.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

import { TestFolder } from '../runner/sweep/ends.suite.ts'
import { commitOf } from './replay.ts'

const [first, second] = ['a'.repeat(40), 'b'.repeat(40)]

/** Writes files of a repository, by their paths in it. */
function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), `${text}\n`)
  }
}

test('a commit is found from HEAD, in any folder of a repository and of its worktrees', () => {
  using folder = new TestFolder()
  const root = folder.path
  assert.equal(commitOf(root), undefined)
  write(root, { '.git/HEAD': second, 'src/deep/a.ts': '' })
  assert.equal(commitOf(join(root, 'src/deep')), second)
  write(root, { '.git/HEAD': 'ref: refs/heads/main', '.git/refs/heads/main': first })
  assert.equal(commitOf(root), first)
  write(root, {
    '.git/packed-refs': `${second} refs/heads/side`,
    '.git/worktrees/side/HEAD': 'ref: refs/heads/side',
    '.git/worktrees/side/commondir': '../..',
    'side/.git': `gitdir: ${join(root, '.git/worktrees/side')}`,
  })
  assert.equal(commitOf(join(root, 'side')), second)
})
