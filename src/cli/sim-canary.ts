/**
 * `trilobite sim canary`: plants known bugs in the source as it is loaded, one after another, and
 * shows that the simulator finds each. Exits 1 where it does not, or finds another thing.
 * @module
 */

import type { Command } from 'commander'
import { FossilError } from '../index.ts'
import { checkoutRoot, loadFromCheckout } from './checkout.ts'
import { integer } from './option-values.ts'
import { print, printText } from './output.ts'
import { type SeedRange, seedsFrom } from './sim-sweep.ts'
import { counted, ProgressLine, table } from './terminal.ts'

/** A planted bug, as far as the command shows it: canaries/mutation.ts has it whole. */
interface Canary {
  readonly name: string
  readonly bug: string
  readonly file: string
  readonly needs: readonly string[]
  readonly caughtBy: readonly string[]
  readonly plan?: string
}

/** Its end: canaries/sweep.ts. */
export interface CanaryResult {
  readonly mutation: Canary
  readonly status: 'caught' | 'other' | 'missed' | 'unplanted'
  readonly runs: number
  readonly led: number
  readonly finding?: {
    readonly seed: number
    readonly verdict: string
    readonly invariant?: string
    readonly detail: string
    readonly hadNeeds: boolean
  }
  readonly reason?: string
}

/** Exports of canaries/all.ts. */
interface Canaries {
  readonly mutations: readonly Canary[]
  readonly sweepCanaries: (
    mutations: readonly Canary[],
    options: {
      readonly seeds: SeedRange
      readonly jobs?: number
      readonly onRun: (mutation: Canary, seed: number) => void
      readonly onEnd: () => void
    },
  ) => Promise<CanaryResult[]>
}

interface CanaryOptions {
  readonly seeds: SeedRange
  readonly jobs?: number
  readonly list?: boolean
  readonly json?: boolean
}

/** Adds `sim canary`. */
export function addCanaryCommand(sim: Command): void {
  sim
    .command('canary')
    .description('plant known bugs in the source, and show that simulations find them')
    .argument('[names...]', 'the canaries to run; by default all of them')
    .option('--seeds <range>', 'the seeds that each is looked for with', seedsFrom, {
      first: 1,
      last: 20,
    })
    .option('--jobs <n>', 'so many at a time', integer('--jobs', { min: 1 }))
    .option('--list', 'tell what there is, and run nothing')
    .option('--json', 'print one JSON object and nothing else')
    .action(runCanaries)
}

async function runCanaries(names: readonly string[], options: CanaryOptions): Promise<void> {
  const canaries = await loadCanaries(checkoutRoot)
  const chosen = chosenOf(canaries.mutations, names)
  const json = options.json === true
  if (options.list === true) {
    print({ json }, { canaries: chosen.map(described) }, chosen.map(listed).join(''))
    return
  }
  const results = await sweepVisibly(canaries, chosen, options)
  const { first, last } = options.seeds
  const strays = results.filter(({ status }) => status !== 'caught')
  if (!json) printText(canaryReport(results))
  else {
    const told = results.map(fieldsOf)
    print({ json }, { first, last, caught: told.length - strays.length, canaries: told }, '')
  }
  process.exitCode = strays.length === 0 ? 0 : 1
}

/** Loads the canaries of a checkout. @throws {FossilError} `option.invalid` where this is none */
export async function loadCanaries(root: string): Promise<Canaries> {
  const why = 'whose source it changes as it is loaded'
  const loaded = await loadFromCheckout(root, { folder: 'canaries', command: 'sim canary', why })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types above are its own
  return loaded as Canaries
}

/** @throws {FossilError} `option.invalid` for a name that there is not */
function chosenOf(canaries: readonly Canary[], names: readonly string[]): readonly Canary[] {
  for (const asked of names) {
    if (canaries.some(({ name }) => name === asked)) continue
    const reason = `there is no canary "${asked}": --list names them`
    throw new FossilError('option.invalid', { option: 'NAME', reason })
  }
  return names.length === 0 ? canaries : canaries.filter(({ name }) => names.includes(name))
}

async function sweepVisibly(
  { sweepCanaries }: Canaries,
  chosen: readonly Canary[],
  { seeds, jobs, json }: CanaryOptions,
): Promise<CanaryResult[]> {
  const progress = new ProgressLine({ isQuiet: json === true })
  let done = 0
  try {
    return await sweepCanaries(chosen, {
      seeds,
      ...(jobs === undefined ? {} : { jobs }),
      onRun: ({ name }, seed) => {
        const text = `${done} of ${chosen.length} canaries, now ${name} at seed ${seed}`
        progress.show(done / chosen.length, text)
      },
      onEnd: () => done++,
    })
  } finally {
    progress.end()
  }
}

function described({ name, bug, file, needs, caughtBy, plan = '' }: Canary): object {
  return { name, bug, file, needs, caughtBy, plan }
}

function listed({ name, bug, file, needs, caughtBy, plan }: Canary): string {
  const facts = [
    `in ${file}`,
    ...(needs.length === 0 ? [] : [`needs ${needs.join(', ')}`]),
    `caught by ${caughtBy.join(', ')}`,
    ...(plan === undefined ? [] : [`plan ${plan}`]),
  ]
  return `${name}: ${bug}\n${facts.map((fact) => `    ${fact}\n`).join('')}`
}

function fieldsOf(result: CanaryResult): object {
  const { mutation, ...rest } = result
  return { ...described(mutation), ...rest }
}

/** The table of all of them, then a line for each that went otherwise than it has to. */
export function canaryReport(results: readonly CanaryResult[]): string {
  const rows = results.map(({ mutation: { name }, finding, runs, status }) => {
    if (status === 'unplanted') return [name, 'not planted', '']
    if (finding === undefined) return [name, 'not found', counted(runs, 'seed')]
    return [name, finding.invariant ?? finding.verdict, `seed ${finding.seed}`]
  })
  const strays = results.filter(({ status }) => status !== 'caught')
  const total = counted(results.length, 'canary', 'canaries')
  const summary =
    strays.length === 0
      ? `${total}: each was found`
      : `${total}: ${results.length - strays.length} found as they have to be, ${strays.length} not`
  return `${table(rows)}${strays.map((result) => `${strayText(result)}\n`).join('')}${summary}\n`
}

function strayText({ mutation, status, finding, runs, led, reason = '' }: CanaryResult): string {
  const { name, bug, needs, caughtBy } = mutation
  if (status === 'unplanted') return reason
  if (finding === undefined) {
    const missing = `${counted(runs, 'seed')} did not find it`
    return `${name} (${bug}): ${missing}; ${led} had all that it needs: ${needs.join(', ')}`
  }
  const { invariant, verdict, seed, detail } = finding
  const found = `found by ${invariant ?? verdict}, not by ${caughtBy.join(', ')}`
  return `${name} (${bug}): ${found}, at seed ${seed}: ${detail}`
}
