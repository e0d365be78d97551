/**
 * Faults of links are named by the poll that began their sync and by its round: one that is
 * cancelled moves no fault of another sync.
 * @module
 */

import { type SimReport, simulate } from 'trilobite/dst'

import type { Check } from './check.ts'

type Decision = SimReport['decisions'][number]

interface Fault extends Decision {
  readonly atMs: number
}

interface Run {
  /** By site and use. */
  readonly faults: ReadonlyMap<string, Fault>
  /** Ticks that took place: which node, when. */
  readonly ticks: ReadonlySet<string>
}

/** The faults of a run after some were cancelled, one at a time. */
export interface Cancelled {
  /** Faults that were cancelled. */
  readonly cancelled: number
  /** Faults of other syncs that had to be where they were, and were. */
  readonly kept: number
  /** Those that were not. */
  readonly moved: readonly string[]
}

/** Cancels faults of the links of a run, `most` at most, spread over it. */
export async function cancelFaults(seed: number, most = Infinity): Promise<Cancelled> {
  const first = await runWith(seed)
  const ofLinks = [...first.faults.values()].filter(({ site }) => site.startsWith('net/'))
  const count = Math.min(most, ofLinks.length)
  const moved: string[] = []
  let kept = 0
  for (let sample = 0; sample < count; sample++) {
    const fault = ofLinks[Math.floor((sample * ofLinks.length) / count)]
    if (fault === undefined) continue
    const again = await runWith(seed, fault)
    for (const other of first.faults.values()) {
      const fate = syncOf(other) === syncOf(fault) ? 'free' : fateOf(other, again)
      if (fate === 'kept') kept++
      if (fate === 'moved') moved.push(`seed ${seed}: without ${keyOf(fault)}, ${keyOf(other)}`)
    }
  }
  return { cancelled: count, kept, moved }
}

async function runWith(seed: number, cancelled?: Fault): Promise<Run> {
  const faults = new Map<string, Fault>()
  const ticks = new Set<string>()
  const onTraceLine = (line: string): void => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- lines of the trace format
    const event = JSON.parse(line) as Fault & { readonly type: string; readonly node: string }
    if (event.type === 'tick') ticks.add(`${event.node} ${event.atMs}`)
    if (event.type === 'fault') faults.set(keyOf(event), event)
  }
  const overrides = cancelled === undefined ? [] : [{ ...cancelled, outcome: null }]
  const config = { overrides, onTraceLine, safetyCheckInterval: 0 }
  await simulate({ seed, leaves: 3, durationMs: 180_000, operationCount: 36, config })
  return { faults, ticks }
}

/**
 * A use that comes up has the outcome that it had. A fault of the first request of a sync is
 * decided as that leaves, and so comes up wherever the tick takes place.
 */
function fateOf(fault: Fault, { faults, ticks }: Run): 'kept' | 'moved' | 'free' {
  const found = faults.get(keyOf(fault))
  if (found !== undefined && found.outcome !== fault.outcome) return 'moved'
  const from = /^net\/(.*)→/.exec(fault.site)?.[1] ?? ''
  if (!isOfFirstRequest(fault) || !ticks.has(`${from} ${fault.atMs}`)) return 'free'
  return found?.atMs === fault.atMs ? 'kept' : 'moved'
}

const requestKinds: ReadonlySet<string> = new Set(
  'refused requestLost requestCut requestCorrupted delayed duplicated stale'.split(' '),
)

function isOfFirstRequest({ site, use }: Fault): boolean {
  const kind = site.slice(site.lastIndexOf('/') + 1)
  return String(use).endsWith('.round#1') && requestKinds.has(kind)
}

function keyOf({ site, use }: Pick<Decision, 'site' | 'use'>): string {
  return `${site} ${use}`
}

function syncOf({ site, use }: Fault): string {
  return `${site.slice(0, site.lastIndexOf('/'))} ${String(use).split('.')[0]}`
}

export const cancelledFaults: Check = {
  name: 'cancelled-faults',
  about: 'every fault of 20 runs is cancelled, and moves no fault of another sync',
  run: async ({ seed, count = 20, progress }) => {
    const failures: string[] = []
    let [cancelled, kept] = [0, 0]
    for (let run = 0; run < count; run++) {
      const result = await cancelFaults(seed + run)
      cancelled += result.cancelled
      kept += result.kept
      failures.push(...result.moved)
      progress(`${run + 1} of ${count} runs`)
    }
    if (kept === 0) failures.push('no fault could have moved')
    return { summary: `${cancelled} faults of ${count} runs; ${kept} others kept`, failures }
  },
}
