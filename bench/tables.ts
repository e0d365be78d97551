/**
 * Synced tables between two of ours, in memory: rows that are written, the first sync of a table,
 * one of nothing new, and one of ten changed rows. Processor time of both sides together.
 * @module
 */

import {
  createMemoryRepo,
  fullAccess,
  handleXfer,
  projectCode,
  type Repo,
  sync,
  systemEnv,
  type Transport,
} from 'trilobite'
import { defineTable, putRow } from 'trilobite/tables'
import { type BenchOptions, type BenchResult, type BenchRow, benchRow, median } from './report.ts'

const notes = [
  'lower is better; processor time of both sides together, in memory, compression included.',
  'a row is 100 bytes: a text key, a text, an integer and a real.',
]

/** Measures tables of three sizes. */
export async function run({ quick }: BenchOptions): Promise<BenchResult> {
  await ofSize(200, 1) // Warms the code up.
  const rows: BenchRow[] = []
  for (const size of quick ? [1000] : [1000, 10_000, 100_000]) {
    rows.push(...(await ofSize(size, quick ? 1 : 9)))
  }
  return { name: 'tables', rows, notes }
}

async function ofSize(size: number, runs: number): Promise<BenchRow[]> {
  using client = createMemoryRepo(systemEnv)
  using server = createMemoryRepo(systemEnv, { projectCode: projectCode(client) })
  const transport: Transport = {
    exchange: async (request) => handleXfer(server, request, { access: fullAccess }),
  }
  defineTable(client, {
    name: 'things',
    columns: [
      { name: 'id', type: 'text', key: true },
      { name: 'title', type: 'text' },
      { name: 'count', type: 'integer' },
      { name: 'weight', type: 'real' },
    ],
    conflict: 'mtime-wins',
  })
  const filledMs = await cpuMs(() => {
    client.transaction(() => {
      for (let n = 0; n < size; n++) put(client, n, 0)
    })
  })
  const exchange = async (): Promise<void> => {
    const { complete, shortfall } = await sync(client, transport, { tables: true })
    if (!complete) throw new Error(shortfall)
  }
  const firstMs = await cpuMs(exchange)
  const idle: number[] = []
  const changed: number[] = []
  for (let version = 1; version <= runs; version++) {
    for (let n = 0; n < 10; n++) put(client, Math.floor((n * size) / 10), version)
    changed.push(await cpuMs(exchange))
    idle.push(await cpuMs(exchange))
  }
  const of = `${size.toLocaleString('en')} rows`
  return [
    benchRow(`${of}: written`, filledMs, 'ms'),
    benchRow(`${of}: first sync`, firstMs, 'ms'),
    benchRow(`${of}: nothing new`, median(idle), 'ms'),
    benchRow(`${of}: 10 changed`, median(changed), 'ms'),
  ]
}

function put(repo: Repo, n: number, version: number): void {
  const title = `thing ${n} of version ${version}, and a few words about it`
  putRow(repo, 'things', { id: `thing-${n}`, title, count: BigInt(n), weight: n / 7 })
}

async function cpuMs(action: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage()
  await action()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
