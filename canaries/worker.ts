/**
 * The process that runs over one planted bug, started by sweep.ts from the sources. It plants the
 * bug first and imports the simulator then, so that nothing here may name the simulator in an
 * import of its own but for types.
 * @module
 */

import type { SimReport } from 'trilobite/dst'

import { plant } from './loader.ts'
import type { Finding, Message, Seeds, Task } from './messages.ts'
import { type Mutation, type Need, PlantingError } from './mutation.ts'

type Dst = typeof import('trilobite/dst')

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sweep.ts wrote it
const task = JSON.parse(process.argv[2] ?? '') as Task

function say(message: Message): void {
  process.send?.(message)
}

async function work({ mutation, without, goesOn, ...seeds }: Task): Promise<void> {
  const isPlanted = plant(mutation)
  const dst = await import('trilobite/dst')
  if (!isPlanted()) {
    say({ type: 'unplanted', reason: `the simulator does not load ${mutation.file}` })
    return
  }
  const finding = await seek(dst, mutation, { ...seeds, without, isSecond: false })
  const { invariant, seed: first } = finding ?? {}
  if (!goesOn || invariant === undefined || first === undefined) return
  // Earlier seeds converged with every invariant, so they do without one.
  const rest = { first, last: seeds.last, without: [...without, invariant] }
  await seek(dst, mutation, { ...rest, isSecond: true })
}

interface Look extends Seeds, Pick<Task, 'without'> {
  readonly isSecond: boolean
}

/** Runs seed after seed until one does not converge, and tells of each. */
async function seek(
  { drawPlan, invariants, simulate }: Dst,
  { plan = '', needs }: Mutation,
  { first, last, without, isSecond }: Look,
): Promise<Finding | undefined> {
  const looking = invariants.filter(({ name }) => !without.includes(name))
  for (let seed = first; seed <= last; seed++) {
    const report = await simulate({ seed, plan, config: { invariants: looking } })
    const drawn = new Map(drawPlan(seed, plan).values.map(({ name, value }) => [name, value]))
    const hadNeeds = needs.every((need) => isMet(need, report, drawn))
    if (report.verdict === 'converged') {
      say({ type: 'seed', seed, hadNeeds, isSecond })
      continue
    }
    const finding = findingOf(report, hadNeeds)
    say({ type: 'seed', seed, hadNeeds, isSecond, finding })
    return finding
  }
  return undefined
}

function isMet(need: Need, report: SimReport, plan: ReadonlyMap<string, string>): boolean {
  const [kind = '', rest = ''] = need.split(/:(.*)/s)
  return rest.split('|').some((each) => hasHappened(kind, each, report, plan))
}

function hasHappened(
  kind: string,
  what: string,
  { operations, faults, sites }: SimReport,
  plan: ReadonlyMap<string, string>,
): boolean {
  if (kind === 'op') return (operations[what]?.acknowledged ?? 0) > 0
  if (kind === 'fault') {
    return Object.entries(faults).some(([name, count]) => name === what && count > 0)
  }
  if (kind === 'site') return sites.some(({ site, fired }) => site === what && fired > 0)
  const [name = '', value] = what.split('=')
  return plan.get(name) === value
}

function findingOf(report: SimReport, hadNeeds: boolean): Finding {
  const { seed, verdict, violation, failure, restless = [] } = report
  if (violation !== undefined) {
    const { invariant, node, detail } = violation
    return { seed, verdict: 'violated', invariant, detail: `${node}: ${detail}`, hadNeeds }
  }
  const detail = failure?.error.message ?? restless.map(({ node }) => node).join(', ')
  return { seed, verdict: verdict === 'failed' ? 'failed' : 'stalled', detail, hadNeeds }
}

// Whoever started this wants no more of it.
process.once('disconnect', () => process.exit())

try {
  await work(task)
} catch (error) {
  if (error instanceof PlantingError) say({ type: 'unplanted', reason: error.message })
  else {
    console.error(error)
    process.exitCode = 1
  }
} finally {
  process.disconnect?.()
}
