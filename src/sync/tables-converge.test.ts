/**
 * Synced tables among several repositories that write the same few rows in the same few seconds,
 * and lose requests and replies: in the end all hold the same, and of each row the version that
 * the order of versions picks.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Repo } from '../repo/repo.ts'
import { compareVersions, type Version } from '../tables/resolve.ts'
import { findRow } from '../tables/rows.ts'
import { requireTable } from '../tables/schema.ts'
import { stateDigest } from '../tables/state.ts'
import { addColumn, deleteRow, getRow, listRows, pkHash, putRow, tables } from '../tables/tables.ts'
import { wrongRanges } from '../tables/tables.suite.ts'
import { fullAccess } from './access.ts'
import { handleXfer } from './handler.ts'
import { SyncSession } from './session.ts'
import { goSync, GoTable } from './tables-go.suite.ts'
import { noted, repoWith, syncTables, writer } from './tables-pair.suite.ts'
import { makeRepo } from './pair.suite.ts'

const seed = Number(process.env['TRILOBITE_FUZZ_SEED'] ?? 20261129)
const runs = Number(process.env['TRILOBITE_FUZZ_RUNS'] ?? 25)
const who = fc.nat(2)
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      who,
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      v: fc.constantFrom('1', '2', '3'),
      mtimeSec: fc.integer({ min: 500, max: 503 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('delete' as const),
      who,
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      mtimeSec: fc.integer({ min: 500, max: 503 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('column' as const),
      who,
      name: fc.constantFrom('x', 'y', 'z'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('sync' as const),
      who: fc.integer({ min: 1, max: 2 }),
      /** The exchange that is lost, and which half of it. */
      lost: fc.option(fc.record({ round: fc.integer({ min: 1, max: 3 }), reply: fc.boolean() })),
    }),
  },
)

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** Every version of a row that somebody wrote, by id. */
type Written = Map<string, Version[]>

function note(written: Written, repo: Repo, id: string): void {
  const table = requireTable(repo, 'notes')
  const row = findRow(repo, table, pkHash(repo, 'notes', { id })) ?? assert.fail(id)
  const { mtimeSec, isDeleted, data, owner } = row
  written.set(id, [...(written.get(id) ?? []), { mtimeSec, isDeleted, data, owner }])
}

/** Syncs, until the exchange that is lost. */
function syncLossily(client: Repo, server: Repo, lost: (Step & { do: 'sync' })['lost']): void {
  const session = new SyncSession(client, { tables: true })
  for (let round = 1; session.result === undefined; round++) {
    const request = session.request()
    if (lost?.round === round && !lost.reply) return
    const reply = handleXfer(server, request, { access: fullAccess })
    if (lost?.round === round) return
    session.receive(reply)
  }
}

function run(steps: readonly Step[], repos: readonly Repo[]): Written {
  const written: Written = new Map()
  const [server = assert.fail('no server')] = repos
  for (const each of steps) {
    const repo = repos[each.who] ?? assert.fail('nobody')
    if (each.do === 'sync') syncLossily(repo, server, each.lost)
    else if (each.do === 'column') {
      const known = tables(repo)[0]?.columns.some(({ name }) => name === each.name)
      if (known !== true) addColumn(repo, 'notes', { name: each.name, type: 'text' })
    } else if (each.do === 'put') {
      putRow(repo, 'notes', { id: each.id, v: each.v }, { mtimeSec: each.mtimeSec })
      note(written, repo, each.id)
    } else if (deleteRow(repo, 'notes', { id: each.id }, { mtimeSec: each.mtimeSec })) {
      note(written, repo, each.id)
    }
  }
  return written
}

test('all come to the same rows, whatever is lost and whoever meets first', () => {
  const property = fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
    using server = repoWith('server')
    using one = makeRepo('one')
    using two = makeRepo('two')
    for (const client of [one, two]) syncTables(client, server)
    run(steps, [server, one, two])
    for (const client of [one, two, one]) syncTables(client, server)
    assert.equal(stateDigest(two), stateDigest(server))
    for (const repo of [server, one, two]) assert.deepEqual(wrongRanges(repo, 'notes'), [])
  })
  fc.assert(property, { seed, numRuns: runs })
})

test('of versions that are written once each, the one that the order picks stands', () => {
  const puts = step.filter((each) => each.do === 'put' || each.do === 'sync')
  const property = fc.property(fc.array(puts, { minLength: 5, maxLength: 30 }), (steps) => {
    using server = repoWith('server')
    using one = makeRepo('one')
    using two = makeRepo('two')
    for (const client of [one, two]) syncTables(client, server)
    // A row is written at most once in each repository: who writes again replaces their own.
    const seen = new Set<string>()
    const once = steps.filter((each) => {
      if (each.do !== 'put') return each.do === 'sync' && each.lost !== null
      const name = `${each.who} ${each.id}`
      return seen.has(name) ? false : (seen.add(name), true)
    })
    const local = once.filter((each) => each.do === 'put')
    const written = run(local, [server, one, two])
    run(
      once.filter((each) => each.do === 'sync'),
      [server, one, two],
    )
    for (const client of [one, two, one]) syncTables(client, server)
    for (const [id, versions] of written) {
      const [best] = [...versions].sort((a, b) => compareVersions(b, a))
      const table = requireTable(server, 'notes')
      const { mtimeSec, data } = findRow(server, table, pkHash(server, 'notes', { id })) ?? {}
      assert.deepEqual([mtimeSec, data], [best?.mtimeSec, best?.data])
    }
  })
  fc.assert(property, { seed, numRuns: runs })
})

test('with clients of Go among them all come to the same values, too', () => {
  const goPut = fc.record({
    go: fc.constant(true as const),
    id: fc.constantFrom('a', 'b', 'c'),
    v: fc.option(fc.constantFrom('1', '2', '9')),
    isLate: fc.boolean(),
  })
  const goSyncs = fc.constant({ syncs: true as const })
  const any = fc.array(
    fc.oneof(
      step.filter((each) => each.do !== 'column'),
      goPut,
      goSyncs,
    ),
    {
      minLength: 5,
      maxLength: 40,
    },
  )
  const property = fc.property(any, (steps) => {
    using server = repoWith('server')
    using one = makeRepo('one')
    using two = makeRepo('two')
    const go = new GoTable()
    const answer = (request: Uint8Array): Uint8Array =>
      handleXfer(server, request, { access: writer })
    const sync = (): void => {
      const { rounds } = goSync(go, answer)
      assert.ok(rounds < 8, `${rounds} rounds`)
    }
    for (const client of [one, two]) syncTables(client, server)
    sync()
    for (const [at, each] of steps.entries()) {
      // Times of its own: nobody sees that its value of some time is another one than ours.
      if ('go' in each) go.put(each.id, (each.isLate ? 1000 : 100) + at, { v: each.v })
      else if ('syncs' in each) sync()
      else run([each], [server, one, two])
    }
    for (let turn = 0; turn < 3; turn++) {
      sync()
      for (const client of [one, two]) syncTables(client, server)
    }
    sync()
    assert.deepEqual(noted(one), noted(server))
    const nullRows = listRows(server, 'notes').filter(({ values }) => values['v'] === null)
    assert.deepEqual(nullRows, [], 'nobody writes them here')
    const differing = Object.keys({ ...go.values, ...noted(server) }).filter((id) => {
      return go.values[id] !== getRow(server, 'notes', { id })?.values['v']
    })
    assert.deepEqual(differing, [])
  })
  fc.assert(property, { seed, numRuns: runs })
})
