/**
 * The branch of a check-in that says nothing.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { setConfig } from '../repo/config.ts'
import { storeLocal } from '../repo/store.ts'
import { branchOf, mainBranch } from './branch.ts'
import { checkin } from './checkins.suite.ts'
import { memoryRepo } from './fixture.suite.ts'

test('a check-in on no branch counts as one of the main branch, or of trunk', () => {
  using repo = memoryRepo()
  const { rid } = storeLocal(repo, checkin(1, {}).content)
  assert.equal(branchOf(repo, rid), 'trunk')
  setConfig(repo, 'main-branch', 'main')
  assert.deepEqual([mainBranch(repo), branchOf(repo, rid)], ['main', 'main'])
  setConfig(repo, 'main-branch', '')
  assert.deepEqual([mainBranch(repo), branchOf(repo, rid)], ['trunk', 'trunk'])
})
