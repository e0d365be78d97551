/**
 * Checks of the names for looking into repositories: holdings, invariants, and their error.
 * @module
 */

import assert from 'node:assert/strict'
import { ensureKnown } from '../repo/blob.ts'
import { putRow } from '../tables/tables.ts'
import { type ApiChecks, emptyRepo, store, violation } from './api-fixtures.suite.ts'
import {
  allBlobUuidsSorted,
  checkBlobIntegrity,
  checkConvergence,
  checkDeltaChains,
  checkNoOrphanPhantoms,
  checkSubsetOf,
  checkTableSyncConvergence,
  checkTableSyncIntegrity,
  checkTagxrefIntegrity,
  checkUvConvergence,
  checkUvIntegrity,
  countBlobs,
  hasBlob,
  InvariantError,
} from './index.ts'
import { nobodys, Pair } from './invariants/pair.suite.ts'

/** The words of the error for a phantom of no artifact. */
function orphanError(): InvariantError {
  using pair = new Pair()
  pair.damage('leaf', 'INSERT INTO phantom VALUES(4000)')
  return violation(() => checkNoOrphanPhantoms('leaf-0', pair.leaf), 'phantoms', 'leaf-0')
}

/** A check holds on both nodes of a healthy pair, and not on the leaf once that is damaged. */
function noticesOnLeaf(
  check: (nodeId: string, repo: Pair['leaf']) => void,
  invariant: string,
  sql: string,
): void {
  using pair = new Pair()
  for (const { id, repo } of pair.nodes()) check(id, repo)
  pair.damage('leaf', sql)
  check('master', pair.master)
  violation(() => check('leaf-0', pair.leaf), invariant, 'leaf-0')
}

const holdings: ApiChecks = {
  AllBlobUUIDsSorted: () => {
    using repo = emptyRepo()
    const stored = ['a', 'b', 'c', 'd'].map((text) => store(repo, text))
    ensureKnown(repo, nobodys, { isPrivate: false })
    assert.deepEqual(allBlobUuidsSorted(repo), stored.toSorted())
    assert.notDeepEqual(stored, stored.toSorted(), 'they were not stored in that order')
  },

  CountBlobs: () => {
    using repo = emptyRepo()
    assert.equal(countBlobs(repo), 0)
    for (const text of ['a', 'b', 'a']) store(repo, text)
    ensureKnown(repo, nobodys, { isPrivate: false })
    assert.equal(countBlobs(repo), 2)
  },

  HasBlob: () => {
    using repo = emptyRepo()
    const hash = store(repo, 'a')
    ensureKnown(repo, nobodys, { isPrivate: false })
    assert.deepEqual([hasBlob(repo, hash), hasBlob(repo, nobodys)], [true, false])
  },
}

const invariants: ApiChecks = {
  CheckBlobIntegrity: () => {
    noticesOnLeaf(checkBlobIntegrity, 'blob-integrity', 'UPDATE blob SET size = size + 1')
  },

  CheckConvergence: () => {
    using pair = new Pair()
    const leaves = new Map([['leaf-0', pair.leaf]])
    checkConvergence(pair.master, leaves)
    store(pair.leaf, 'of the leaf alone')
    violation(() => checkConvergence(pair.master, leaves), 'convergence', 'leaf-0')
  },

  CheckDeltaChains: () => {
    const dangling = 'INSERT INTO delta(rid, srcid) VALUES(1, 4000)'
    noticesOnLeaf(checkDeltaChains, 'delta-chains', dangling)
  },

  CheckNoOrphanPhantoms: () => {
    noticesOnLeaf(checkNoOrphanPhantoms, 'phantoms', 'INSERT INTO phantom VALUES(4000)')
  },

  CheckSubsetOf: () => {
    using pair = new Pair()
    const leaves = new Map([['leaf-0', pair.leaf]])
    store(pair.leaf, 'of the leaf alone')
    checkSubsetOf(pair.master, leaves)
    store(pair.master, 'of the master alone')
    violation(() => checkSubsetOf(pair.master, leaves), 'subset', 'leaf-0')
  },

  CheckTagxrefIntegrity: () => {
    const ofNothing = 'REPLACE INTO tagxref VALUES(8, 1, 1, 4000, NULL, 1, 4000)'
    noticesOnLeaf(checkTagxrefIntegrity, 'tagxref', ofNothing)
  },

  CheckTableSyncConvergence: () => {
    using pair = new Pair()
    const repos = new Map([
      ['master', pair.master],
      ['leaf-0', pair.leaf],
    ])
    checkTableSyncConvergence(repos)
    putRow(pair.leaf, 'notes', { id: 'kept', body: 'other' }, { mtimeSec: 900 })
    violation(() => checkTableSyncConvergence(repos), 'table-convergence', 'leaf-0')
  },

  CheckTableSyncIntegrity: () => {
    const later = 'UPDATE fx_trilobite_row SET mtime = mtime + 1'
    noticesOnLeaf(checkTableSyncIntegrity, 'table-integrity', later)
  },

  CheckUVConvergence: () => {
    using pair = new Pair()
    const leaves = new Map([['leaf-0', pair.leaf]])
    checkUvConvergence(pair.master, leaves)
    pair.write('leaf-0', { name: 'short', text: 'other', mtimeSec: 900 })
    violation(() => checkUvConvergence(pair.master, leaves), 'uv-convergence', 'leaf-0')
  },

  CheckUVIntegrity: () => {
    const wrongSize = "UPDATE unversioned SET sz = sz + 1 WHERE name = 'long'"
    noticesOnLeaf(checkUvIntegrity, 'uv-integrity', wrongSize)
  },
}

const errors: ApiChecks = {
  InvariantError: () => {
    const error = orphanError()
    assert.ok(error instanceof Error)
    assert.equal(error.name, 'InvariantError')
  },

  'InvariantError.Invariant': () => assert.equal(orphanError().invariant, 'phantoms'),

  'InvariantError.NodeID': () => assert.equal(orphanError().nodeId, 'leaf-0'),

  'InvariantError.Detail': () => {
    assert.equal(orphanError().detail, 'phantom 4000 names no artifact')
  },

  'InvariantError.Error': () => {
    const text = 'phantoms does not hold on leaf-0: phantom 4000 names no artifact'
    assert.equal(orphanError().message, text)
  },
}

export const invariantChecks: ApiChecks = { ...holdings, ...invariants, ...errors }
