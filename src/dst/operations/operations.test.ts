/**
 * Operations of people and programs: all of it happens everywhere, meets what others did, is owed
 * from then on, and happens again from the list.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../../base/bytes.ts'
import { systemEnv } from '../../base/env.ts'
import { createRepo } from '../../crosslink/open.ts'
import { openDatabase } from '../../db/node.ts'
import { parseDeck } from '../../deck/parse.ts'
import { readArtifact } from '../../repo/content.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import type { Intention } from '../../runner/operations.ts'
import { checkin } from '../../write/checkin.ts'
import { allBlobUuidsSorted, publicBlobUuidsSorted } from '../holdings.ts'
import type { SimReport } from '../sim-report.ts'
import { simulate } from '../simulate.ts'
import type { SimulateOptions } from '../simulate-options.ts'
import type { Simulator } from '../simulator.ts'
import { operationGroups } from './all.ts'

/** Those of further.test.ts are not among them. */
const names = (['checkins', 'kinds', 'uv', 'tables', 'upkeep'] as const).flatMap((group) =>
  operationGroups[group].map(({ name }) => name),
)

const busy: SimulateOptions = {
  seed: 3,
  leaves: 2,
  level: 'normal',
  durationMs: 120_000,
  operationCount: 650,
  allKinds: true,
  uv: true,
  upkeep: true,
  privateCheckins: true,
  config: { safetyCheckInterval: 0, maxSkewMs: 60_000, tables: true },
}

/** Runs a simulation, and looks at its end. */
async function work(
  options: Partial<SimulateOptions>,
  look: (simulator: Simulator) => void = () => {},
): Promise<SimReport> {
  const report = await simulate({ ...busy, ...options, onEnd: look })
  assert.deepEqual([report.verdict, report.violation], ['converged', undefined])
  return report
}

function of(report: SimReport, node: string): readonly Intention[] {
  return report.intentions.filter((intention) => intention.node === node)
}

/** Counts of the artifacts of each kind of deck a repository holds. */
function deckKinds(repo: Repo): Map<string, number> {
  const counts = new Map<string, number>()
  for (const hash of allBlobUuidsSorted(repo)) {
    const kind = parseDeck(readArtifact(repo, hash))?.kind
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return counts
}

function count(repo: Repo, sql: string): number {
  return dbOf(repo).prepare<[number]>(`SELECT count(*) FROM ${sql}`).get()?.[0] ?? 0
}

function masterOf(simulator: Simulator): Repo {
  return simulator.masterRepo() ?? assert.fail()
}

suite('a busy network', () => {
  test('does everything everywhere, and most of it can be done', async () => {
    const { operations, intentions } = await work({})
    for (const name of names) {
      const { acknowledged = 0, impossible = 0 } = operations[name] ?? {}
      assert.ok(acknowledged > 1, `${name}: ${acknowledged}`)
      assert.ok(name === 'mark' || impossible <= acknowledged * 2, `${name}: ${impossible}`)
    }
    for (const node of ['master', 'leaf-0', 'leaf-1']) {
      const done = new Set(intentions.filter((each) => each.node === node).map(({ op }) => op))
      assert.ok(names.filter((name) => !done.has(name)).length < 3, node)
    }
    assert.ok(intentions.every(({ atMs }) => atMs < 120_000))
  })

  test('writes every kind of deck, and fills every derived table', async () => {
    await work(
      { seed: 1, upkeep: false, weights: { wiki: 4, cherrypick: 4, rename: 4, forum: 4 } },
      (simulator) => {
        const repo = masterOf(simulator)
        const held = deckKinds(repo)
        for (const kind of 'checkin cluster control wiki ticket attachment technote forum'.split(
          ' ',
        )) {
          assert.ok((held.get(kind) ?? 0) > 1, kind)
        }
        for (const table of 'plink leaf event tagxref mlink cherrypick attachment backlink'.split(
          ' ',
        )) {
          assert.ok(count(repo, table) > 0, table)
        }
        assert.ok(count(repo, 'plink WHERE NOT isprim') > 5)
        assert.ok(count(repo, 'plink WHERE baseid IS NOT NULL') > 0)
        assert.ok(count(repo, 'mlink WHERE pfnid > 0') > 0)
        assert.ok(count(repo, 'mlink WHERE pfnid > 0 AND fid <> pid') > 0)
        assert.ok(count(repo, 'mlink WHERE fid = 0') > 0)
        assert.ok(count(repo, 'mlink WHERE pid = -1') > 0)
        assert.ok(count(repo, 'mlink WHERE isaux') > 0)
        assert.ok(count(repo, 'mlink WHERE mperm = 1') > 0)
        assert.ok(count(repo, 'mlink WHERE mperm = 2') > 0)
        assert.ok(count(repo, 'mlink WHERE fid = pid') > 0)
        assert.ok(count(repo, 'cherrypick WHERE isExclude') > 0)
        assert.ok(count(repo, 'cherrypick WHERE NOT isExclude') > 0)
        for (const type of [0, 1, 2, 4]) {
          assert.ok(count(repo, `backlink WHERE srctype = ${type}`) > 0, `links of type ${type}`)
        }
        assert.ok(count(repo, 'forumpost WHERE firt IS NOT NULL') > 0)
        assert.ok(count(repo, "tagxref JOIN tag USING(tagid) WHERE tagname = 'parent'") > 0)
        assert.ok(count(repo, 'event WHERE ecomment IS NOT NULL') > 0)
      },
    )
  })

  test('says things of what others made, at the very same moments', async () => {
    const config = { ...busy.config, tables: false }
    const weights = { tag: 32, amendment: 16 }
    const fewer = { upkeep: false, operationCount: 500, weights, config }
    await work(fewer, (simulator) => {
      const repo = masterOf(simulator)
      const moments = new Map<string, number>()
      for (const hash of allBlobUuidsSorted(repo)) {
        const deck = parseDeck(readArtifact(repo, hash))
        if (deck?.kind !== 'control') continue
        for (const { target, name } of deck.tags) {
          const key = `${target} ${name} ${deck.dateMs}`
          moments.set(key, (moments.get(key) ?? 0) + 1)
        }
      }
      assert.ok([...moments.values()].some((said) => said > 1))
    })
  })

  test('keeps secret what is said of a secret, and publishes some of it', async () => {
    const secrets = new Map<string, number>()
    const report = await work({ weights: { publish: 2 } }, (simulator) => {
      for (const { id, repo } of simulator.nodes()) {
        const open = new Set<string>(publicBlobUuidsSorted(repo))
        secrets.set(id, allBlobUuidsSorted(repo).filter((hash) => !open.has(hash)).length)
      }
    })
    assert.ok([...secrets.values()].some((held) => held > 0))
    assert.ok((report.operations['publish']?.acknowledged ?? 0) > 1)
  })

  test('writes unversioned files of few names, whose times collide and run backwards', async () => {
    const report = await work({ weights: { uvWrite: 60, uvDelete: 20 } })
    const files = report.intentions.filter(({ op }) => op.startsWith('uv'))
    assert.ok(new Set(files.map(({ args }) => args['name'])).size <= 5)
    const timesOf = (node: string): unknown[] =>
      files.filter((each) => each.node === node).flatMap(({ args }) => args['mtimeSec'] ?? [])
    const [ours, theirs] = [timesOf('leaf-0').map(Number), new Set(timesOf('leaf-1'))]
    assert.ok(ours.some((sec) => theirs.has(sec)))
    assert.ok(ours.some((sec, index) => sec < (ours[index - 1] ?? 0)))
  })
})

suite('an operation that a fault refuses', () => {
  test('is counted, and nothing of it is owed', async () => {
    const overrides = Array.from({ length: 400 }, (_, use) => ({
      site: 'buggify/leaf-0/repo.commit.fail',
      use,
      outcome: use % 3 === 0,
    }))
    const { operations } = await work({
      config: { ...busy.config, buggify: true, unlisted: 'benign', overrides },
    })
    const refused = Object.values(operations).reduce((sum, counts) => sum + counts.refused, 0)
    assert.ok(refused > 5, String(refused))
  })
})

/** The operation itself, however it ended. */
function withoutOutcome({ atMs, node, id, op, args }: Intention): Intention {
  return { atMs, node, id, op, args }
}

suite('the list of a run', () => {
  const short: Partial<SimulateOptions> = { level: 'hostile', operationCount: 80 }

  test('makes the run again', async () => {
    const first = await work(short)
    const intentions: Intention[] = JSON.parse(JSON.stringify(first.intentions))
    const again = await work({ ...short, intentions })
    assert.equal(again.traceHash, first.traceHash)
  })

  test('names what operations made by their ids, so that others may be left out', async () => {
    const { intentions } = await work(short)
    const lines = JSON.stringify(intentions.map(({ args }) => args))
    assert.match(lines, /"(?:leaf-\d|master)#\d+(?:\.\d+)?"/)
    assert.doesNotMatch(lines, /"[0-9a-f]{40}"/)
    for (const left of [0, 1, 2]) {
      const kept = intentions.filter((_, index) => index % 3 !== left)
      const { intentions: carriedOut, operations } = await work({ ...short, intentions: kept })
      assert.deepEqual(carriedOut.map(withoutOutcome), kept.map(withoutOutcome))
      const impossible = Object.values(operations).reduce((n, counts) => n + counts.impossible, 0)
      assert.ok(impossible < kept.length)
    }
  })

  test('may be empty: then nobody does anything', async () => {
    const { intentions, checkins } = await work({ ...short, intentions: [] })
    assert.deepEqual([intentions, checkins], [[], 0])
  })
})

test('when a node works does not depend on who else is there', async () => {
  const options = { operationCount: 60 }
  const [few, many] = [
    await work({ ...options, leaves: 1 }),
    await work({ leaves: 3, operationCount: 120 }),
  ]
  assert.deepEqual(
    of(few, 'leaf-0').map(({ id, atMs }) => [id, atMs]),
    of(many, 'leaf-0').map(({ id, atMs }) => [id, atMs]),
  )
})

test('work on a project that exists follows its newest check-in', async () => {
  using repo = createRepo(openDatabase(), systemEnv)
  const changes = [{ name: 'old', content: utf8('old\n') }]
  const { hash } = checkin(repo, { changes, comment: 'old', user: 'u' })
  const config = { ...busy.config, masterImage: dbOf(repo).serialize() }
  const { intentions } = await work({ operationCount: 30, config })
  assert.deepEqual(intentions[0]?.args, {
    user: 'admin',
    comment: 'begin',
    changes: [],
    parent: hash,
  })
})

test('a newest check-in that cannot be read is no obstacle', async () => {
  using repo = createRepo(openDatabase(), systemEnv)
  dbOf(repo).exec(`INSERT INTO blob(rcvid, size, uuid) VALUES(0, -1, '${'e'.repeat(40)}')`)
  dbOf(repo).exec("INSERT INTO phantom VALUES(1); INSERT INTO event(type, objid) VALUES('ci', 1)")
  const config = { ...busy.config, masterImage: dbOf(repo).serialize() }
  const mostly = { operationCount: 60, upkeep: false, weights: { checkin: 60 } }
  const { checkins } = await simulate({ ...busy, ...mostly, config })
  assert.ok(checkins > 10, String(checkins))
})

test("a caller's own operations are drawn beside the others, or alone", async () => {
  const told: string[] = []
  const config: SimulateOptions['config'] = {
    operations: [
      {
        name: 'greet',
        weight: 5,
        plan: ({ draw }) => ({ word: draw.pick(['hello', 'hi']) }),
        apply: ({ id, args }) => {
          told.push(`${id} says ${args.text('word')}`)
          return {}
        },
      },
    ],
  }
  const options = { seed: 1, leaves: 1, durationMs: 20_000, operationCount: 20, config }
  const { operations } = await simulate(options)
  assert.equal(operations['greet']?.acknowledged, told.length)
  assert.ok(told.length > 2 && (operations['checkin']?.acknowledged ?? 0) > 0)
  assert.match(told[0] ?? '', /^(?:master|leaf-0) says (?:hello|hi)$/)
  const alone = await simulate({ ...options, weights: { checkin: 0 } })
  assert.equal(alone.operations['greet']?.acknowledged, 20)
})
