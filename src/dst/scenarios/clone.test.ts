/**
 * Clones over a bad network, from a server that takes unlucky turns: a clone ends whole, or says
 * that it is unfinished and goes on from there; and it is as good as the original.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { putUser } from '../../admin/user.ts'
import { utf8 } from '../../base/bytes.ts'
import { systemEnv } from '../../base/env.ts'
import { FossilError } from '../../base/error.ts'
import { createRepo } from '../../crosslink/open.ts'
import { openDatabase } from '../../db/node.ts'
import { beginClone } from '../../repo/clone-state.ts'
import { setConfig } from '../../repo/config.ts'
import type { Repo } from '../../repo/repo.ts'
import { storeLocal } from '../../repo/store.ts'
import { faultLevels, levelNames, type LevelName } from '../../sim/levels.ts'
import { clone, sync } from '../../sync/sync.ts'
import { checkin } from '../../write/checkin.ts'
import { SeededBuggify } from '../buggify.ts'
import { countBlobs } from '../holdings.ts'
import { checkBlobIntegrity, checkDeltaChains } from '../invariants/content.ts'
import { checkConvergence } from '../invariants/convergence.ts'
import { checkNoOrphanPhantoms } from '../invariants/phantoms.ts'
import { checkTagxrefIntegrity } from '../invariants/tagxref.ts'
import { PeerNetwork } from '../peer-network.ts'

/** A server with check-ins, of which each changes a file, and artifacts of no kind. */
function makeServer(): Repo {
  const repo = createRepo(openDatabase(), systemEnv, { hashPolicy: 'sha1' })
  putUser(repo, { login: 'nobody', capabilities: 'gio' })
  const common = 'a line of every version\n'.repeat(20)
  for (let version = 0; version < 20; version++) {
    const changes = [{ name: 'notes.txt', content: utf8(`version ${version}\n${common}`) }]
    checkin(repo, { comment: `version ${version}`, user: 'ada', changes })
    storeLocal(repo, utf8(`of no kind ${version}\n`))
  }
  setConfig(repo, 'max-download', '2000')
  return repo
}

/** The network between the two, and the server's luck. */
function makeNetwork(seed: number, level: LevelName, server: Repo, copy: Repo): PeerNetwork {
  const network = new PeerNetwork({ seed })
  network.addPeer('server', server)
  network.addPeer('copy', copy)
  network.setRates(faultLevels[level].link.rates)
  network.setBuggify(new SeededBuggify(seed, { activeProbability: level === 'normal' ? 0 : 1 }))
  return network
}

/** Clones until the copy is whole; after each failure it must say that it is not. */
async function insist(copy: Repo, network: PeerNetwork): Promise<number> {
  let held = 0
  for (let attempts = 1; attempts <= 100; attempts++) {
    try {
      await clone(copy, network.transport('copy', 'server'))
    } catch (error) {
      if (!FossilError.is(error)) throw error
    }
    checkBlobIntegrity('copy', copy)
    checkDeltaChains('copy', copy)
    const before = held
    held = countBlobs(copy)
    assert.ok(held >= before, `${before} artifacts were here, and ${held} are`)
    if (!copy.isUnfinishedClone) return attempts
  }
  return assert.fail('100 attempts do not suffice')
}

async function cloneAndCompare(seed: number, level: LevelName): Promise<number> {
  using server = makeServer()
  using copy = createRepo(openDatabase(), systemEnv)
  beginClone(copy)
  const network = makeNetwork(seed, level, server, copy)
  const attempts = await insist(copy, network)
  checkNoOrphanPhantoms('copy', copy)
  checkTagxrefIntegrity('copy', copy)
  checkConvergence(server, new Map([['copy', copy]]))
  network.setRates(faultLevels.normal.link.rates)
  network.setBuggify({ check: () => false })
  const changes = [{ name: 'notes.txt', content: utf8('from the copy\n') }]
  const { hash } = checkin(copy, { comment: 'from the copy', user: 'ben', changes })
  const { complete } = await sync(copy, network.transport('copy', 'server'))
  assert.ok(complete, `seed ${seed}: ${hash} did not arrive`)
  checkConvergence(server, new Map([['copy', copy]]))
  return attempts
}

suite('a clone ends whole, and goes on where it was interrupted', () => {
  for (const level of levelNames) {
    const seeds = level === 'normal' ? 4 : 20
    test(`on a ${level} network, ${seeds} seeds`, async () => {
      let attempts = 0
      for (let seed = 0; seed < seeds; seed++) attempts += await cloneAndCompare(seed, level)
      assert.equal(attempts > seeds, level !== 'normal', `${attempts} attempts`)
    })
  }
})
