/**
 * The cost of the most that one message may hold of each card: processor time and memory, of the
 * handler and of a client that reads it as a reply. Each message goes to a process of its own.
 * @module
 */

import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { checkin, createRepo, storeLocal, systemEnv, writeUnversioned } from 'trilobite'
import { allBlobUuidsSorted } from 'trilobite/dst'
import { encodeMessage } from 'trilobite/xfer'

import { measureOurs } from './processes.ts'
import { type BenchOptions, type BenchResult, type BenchRow, benchRow } from './report.ts'
import { type Flood, floods, type Place, type Side } from './strangers-messages.ts'

/** Costs that no message may exceed. */
const goal = { cpuSec: 2, moreBytes: 256e6 }

interface Cost {
  readonly cpuMs: number
  readonly moreBytes: number
  readonly outcome: string
}

/** Sends every message to every side that it is for; `quick` sends each fourth. */
export async function run({ quick }: BenchOptions): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-bench-'))
  const rows: BenchRow[] = []
  const over: string[] = []
  try {
    const place = prepare(join(folder, 'original'))
    for (const flood of floods.filter((_, i) => !quick || i % 4 === 0)) {
      for (const [side, cost] of await costsOf(flood, place, folder)) {
        const name = `${flood.name}, to ${side === 'handler' ? 'the handler' : `a ${side}`}`
        rows.push(benchRow(name, cost.cpuMs / 1000, 'CPU s'))
        rows.push(benchRow(`  (${cost.outcome.slice(0, 60)})`, cost.moreBytes / 1e6, 'MB more'))
        if (cost.cpuMs / 1000 > goal.cpuSec || cost.moreBytes > goal.moreBytes) over.push(name)
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
  const notes = [
    `goal: at most ${goal.cpuSec} s of processor time and ${goal.moreBytes / 1e6} MB more, each.`,
    over.length === 0 ? 'held by every message.' : `missed: ${over.join('; ')}.`,
    'in the second line of each, what became of the message.',
  ]
  return { name: 'strangers', rows, notes }
}

/** A repository to ask things of: 5,000 short files, a long one, some unversioned ones. */
function prepare(path: string): Place {
  using repo = createRepo(path, systemEnv)
  const changes = Array.from({ length: 5000 }, (_, i) => ({
    name: `file${i}`,
    content: Buffer.from(`content ${i}`),
  }))
  checkin(repo, { comment: 'many files', user: 'amy', changes })
  const source = Buffer.alloc(1_000_000, 'what deltas are made of')
  const { hash } = storeLocal(repo, source)
  for (let i = 0; i < 100; i++)
    writeUnversioned(repo, { name: `uv${i}`, content: source.subarray(i) })
  const known = allBlobUuidsSorted(repo)
  return { projectCode: repo.projectCode, known, source, sourceHash: hash }
}

async function costsOf(flood: Flood, place: Place, folder: string): Promise<[Side, Cost][]> {
  const body = join(folder, 'body')
  const costs: [Side, Cost][] = []
  for (const side of flood.sides) {
    writeFileSync(body, encodeMessage(flood.make(side, place)))
    const path = join(folder, 'repository')
    copyFileSync(join(folder, 'original'), path)
    const { stdout } = await measureOurs(
      'strangers-process.ts',
      [side, path, body],
      join(folder, 'code'),
    )
    costs.push([side, costIn(stdout)])
    for (const file of [path, `${path}-clone`]) rmSync(file, { force: true })
  }
  return costs
}

function costIn(text: string): Cost {
  const { cpuMs, moreBytes, outcome }: Record<string, unknown> = { ...Object(JSON.parse(text)) }
  if (typeof cpuMs === 'number' && typeof moreBytes === 'number' && typeof outcome === 'string') {
    return { cpuMs, moreBytes, outcome }
  }
  throw new Error(`the process says ${text}`)
}
