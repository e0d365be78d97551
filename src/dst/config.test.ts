/**
 * Simulation options: defaults, and a typed error for everything that makes no sense.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import { noBuggify, systemEnv } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import { openDatabase } from '../db/node.ts'
import { config as setting } from '../repo/config.ts'
import { storeLocal } from '../repo/store.ts'
import { createRepo, openRepo } from '../crosslink/open.ts'
import { faultLevels } from '../sim/levels.ts'
import { resolveConfig, type SimConfig } from './config.ts'
import { countBlobs, hasBlob } from './holdings.ts'
import { MockFossil } from './mock-fossil.ts'
import { simulate } from './simulate.ts'
import { Simulator } from './simulator.ts'
import { cacheOf, dbOf } from '../repo/repo.ts'

test('everything has a default but the seed', () => {
  assert.deepEqual(resolveConfig({ seed: 9 }), {
    seed: 9,
    numLeaves: 2,
    topology: 'star',
    node: 'poll',
    late: 0,
    pollIntervalMs: 5_000,
    level: 'normal',
    network: faultLevels.normal,
    buggify: false,
    private: false,
    thoroughCheckEvery: 4,
    uv: false,
    tables: false,
    settings: false,
    safetyCheckInterval: 0,
    safetyCheckFrom: 0,
    hashPolicy: 'sha1',
    maxSkewMs: 0,
    deflateOverBytes: 65_536,
  })
})

test('code takes unlucky turns unless the world is normal or it is told not to', () => {
  assert.equal(resolveConfig({ seed: 1, level: 'hostile' }).buggify, true)
  assert.equal(resolveConfig({ seed: 1, level: 'hostile', buggify: false }).buggify, false)
  using simulator = Simulator.create({ seed: 1, level: 'hostile', buggify: false })
  for (const { repo } of simulator.nodes()) assert.equal(repo.env.buggify, noBuggify)
})

suite('a typed error for', () => {
  // What a type checker would refuse comes from JavaScript and from files.
  const refused: [what: string, wrong: Record<string, unknown>, option?: string][] = [
    ['half a seed', { seed: 0.5 }],
    ['a seed beyond the safe integers', { seed: 2 ** 53 }],
    ['a seed in words', { seed: '1' }],
    ['no leaves', { numLeaves: 0 }],
    ['more leaves than fit', { numLeaves: 100_001 }],
    ['half a leaf', { numLeaves: 1.5 }],
    ['a poll at every moment', { pollIntervalMs: 0 }],
    ['a poll after the end of time', { pollIntervalMs: Number.MAX_SAFE_INTEGER }],
    ['a level that does not exist', { level: 'harsh' }],
    ['a check before the beginning', { safetyCheckInterval: -1 }],
    ['checks from no step', { safetyCheckFrom: Number.NaN }],
    ['a hash policy that does not exist', { hashPolicy: 'md5' }],
    ['a negative skew', { maxSkewMs: -1 }],
    ['a skew beyond the calendar', { maxSkewMs: 2 ** 50 }],
    ['a negative size', { deflateOverBytes: -1 }],
    ['a capability that is none', { login: { capabilities: () => 'i y' } }, 'capabilities'],
    ['an unknown word for the unlisted', { unlisted: 'random' }],
    ['overrides that are no list', { overrides: 'none' }, 'decisions'],
    [
      'an override without a site',
      { overrides: [{ site: '', use: 0, outcome: true }] },
      'decisions',
    ],
  ]
  for (const [what, wrong, option = Object.keys(wrong)[0]] of refused) {
    test(what, () => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what no type checker sees
      const config = { seed: 1, ...wrong } as unknown as SimConfig
      assert.throws(
        () => Simulator.create(config),
        (error) => FossilError.is(error, 'option.invalid') && error.detail.option === option,
      )
    })
  }

  test('two masters', () => {
    using repo = createRepo(openDatabase(), systemEnv)
    const config = { seed: 1, upstream: new MockFossil(repo), masterImage: dbOf(repo).serialize() }
    assert.throws(() => Simulator.create(config), /masterImage/)
  })

  const images: Record<string, Uint8Array> = {
    'an image without bytes': new Uint8Array(0),
    'an image that is no database': utf8('x'.repeat(4096)),
    'the image of a database that is no repository': openDatabase().serialize(),
  }
  for (const [what, masterImage] of Object.entries(images)) {
    test(what, () => {
      assert.throws(
        () => Simulator.create({ seed: 1, masterImage }),
        (error) => FossilError.is(error, 'repo.invalid'),
      )
    })
  }
})

suite('the image of a master', () => {
  const repo = createRepo(openDatabase(), systemEnv)
  dbOf(repo).exec("REPLACE INTO config(name, value) VALUES('project-name', 'ours')")
  const { hash } = storeLocal(repo, utf8('was there before'))
  const secret = storeLocal(repo, utf8('was private before'), { isPrivate: true })
  const code = repo.projectCode
  const masterImage = dbOf(repo).serialize()

  test('gives the simulation its project, and the leaves its artifacts', async () => {
    using simulator = Simulator.create({ seed: 1, masterImage })
    for (const node of simulator.nodes()) assert.equal(node.repo.projectCode, code)
    const codes = simulator.nodes().map((node) => node.repo.serverCode)
    assert.equal(new Set(codes).size, 3)
    const [master] = simulator.nodes()
    assert.equal(master && setting(master.repo, 'project-name'), 'ours')
    assert.ok(await simulator.settle(60_000))
    simulator.checkSettled()
    for (const node of simulator.nodes()) assert.ok(hasBlob(node.repo, hash))
  })

  test('is not changed', () => {
    const before = masterImage.slice()
    using simulator = Simulator.create({ seed: 1, masterImage })
    dbOf(simulator.masterRepo() ?? assert.fail()).exec('DELETE FROM unclustered')
    assert.deepEqual(masterImage, before)
  })

  test('may be in WAL mode, and stays so', () => {
    const wal = masterImage.slice().fill(2, 18, 20)
    using simulator = Simulator.create({ seed: 1, masterImage: wal })
    const master = simulator.masterRepo()
    assert.ok(master && hasBlob(master, hash))
    assert.equal(wal[18], 2)
  })

  test('counts as acknowledged: to lose or to leak any of it is noticed', async () => {
    const losing = Simulator.create({ seed: 1, masterImage })
    const master = losing.masterRepo() ?? assert.fail()
    dbOf(master).exec(`DELETE FROM blob WHERE uuid = '${hash}'`)
    cacheOf(master).clear()
    assert.throws(() => losing.checkSafety(), { invariant: 'nothing-lost', nodeId: 'master' })
    losing.close()
    using leaking = Simulator.create({ seed: 1, masterImage, hashPolicy: 'sha3' })
    storeLocal(leaking.leaf('leaf-1').repo, utf8('was private before'))
    assert.throws(() => leaking.checkSafety(), { invariant: 'nothing-leaks', nodeId: 'leaf-1' })
    assert.ok(secret.isNew)
  })
})

test('repositories that a simulation makes admit nobody by password', () => {
  using simulator = Simulator.create({ seed: 1 })
  for (const { repo } of simulator.nodes()) {
    const rows = dbOf(repo).prepare<[string]>('SELECT login FROM user WHERE length(pw) > 0').all()
    assert.deepEqual(rows, [])
  }
})

suite('databases of nodes', () => {
  test('are opened by the caller where it says so, and are the same run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trilobite-databases-'))
    try {
      const opened: string[] = []
      const plan = 'hostile,leaves=2,durationMs=20000,operations=20'
      const onDisk = await simulate({
        seed: 3,
        plan,
        config: {
          openDatabase: (id, image) => {
            const path = join(folder, `${id}.fossil`)
            writeFileSync(path, image)
            opened.push(id)
            return openDatabase(path)
          },
        },
      })
      // Those of nodes that crash are opened anew.
      assert.deepEqual([...new Set(opened)], ['master', 'leaf-0', 'leaf-1'])
      assert.equal(onDisk.traceHash, (await simulate({ seed: 3, plan })).traceHash)
      using kept = openRepo(openDatabase(join(folder, 'leaf-1.fossil')), systemEnv)
      assert.equal(countBlobs(kept), onDisk.nodes.at(-1)?.artifacts)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

test('a simulator hands out the repository of a node as it is now', () => {
  using simulator = Simulator.create({ seed: 1, numLeaves: 1 })
  const [master, leaf] = simulator.nodes()
  assert.equal(simulator.repo('master'), master?.repo)
  assert.equal(simulator.repo('leaf-0'), leaf?.repo)
  assert.throws(() => simulator.repo('leaf-7'), { code: 'option.invalid' })
})

/** Creates a simulator as a caller without types may. */
function createUntyped(config: Record<string, unknown>): void {
  const options: SimConfig = { seed: 1, ...config }
  Simulator.create(options).close()
}

test('a maker of nodes that returns none is an error, not a run without the agent', () => {
  assert.throws(() => createUntyped({ makeNode: () => {} }), { code: 'option.invalid' })
})

test('an invariant that would never be checked is an error', () => {
  for (const holds of [undefined, 'setled']) {
    const invariants = [{ name: 'mine', holds, check: assert.fail }]
    assert.throws(() => createUntyped({ invariants }), { code: 'option.invalid' })
  }
})
