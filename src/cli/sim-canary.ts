/**
 * `trilobite sim canary`: plants known bugs in the source as it is loaded, one after another, and
 * shows that the simulator finds each. Exits 1 where it does not, or finds another thing; with an
 * invariant switched off, where every bug is found all the same.
 * @module
 */

import { type Command, Option } from 'commander'
import { invariants } from '../dst/index.ts'
import { FossilError } from '../index.ts'
import { checkoutRoot, loadFromCheckout } from './checkout.ts'
import { integer } from './option-values.ts'
import { print, printText } from './output.ts'
import {
  aloneReport,
  type Canary,
  canaryReport,
  type CanaryResult,
  isStray,
  isSurvivor,
  withoutReport,
} from './sim-canary-report.ts'
import { type SeedRange, seedsFrom } from './sim-sweep.ts'
import { ProgressLine } from './terminal.ts'

/** Exports of canaries/all.ts. */
interface Canaries {
  readonly mutations: readonly Canary[]
  readonly sweepCanaries: (
    mutations: readonly Canary[],
    options: {
      readonly seeds: SeedRange
      readonly without: readonly string[]
      readonly goesOn: boolean
      readonly jobs?: number
      readonly onRun: (mutation: Canary, seed: number) => void
      readonly onEnd: () => void
    },
  ) => Promise<CanaryResult[]>
}

interface CanaryOptions {
  readonly seeds: SeedRange
  readonly jobs?: number
  readonly without?: string
  readonly alone?: boolean
  readonly list?: boolean
  readonly json?: boolean
}

/** Adds `sim canary`. */
export function addCanaryCommand(sim: Command): void {
  sim
    .command('canary')
    .description('plant known bugs in the source, and show that simulations find them')
    .argument('[names...]', 'the canaries to run; by default all of them')
    .addOption(
      new Option('--seeds <range>', 'the seeds with which each is looked for')
        .argParser(seedsFrom)
        .default({ first: 1, last: 20 }, '1..20'),
    )
    .option('--jobs <n>', 'the number of processes at a time', integer('--jobs', { min: 1 }))
    .option('--without <invariant>', 'switch an invariant off, and tell which bugs survive that')
    .option('--alone', 'list the bugs that each invariant alone sees')
    .option('--list', 'list the canaries, and run nothing')
    .option('--json', 'print one JSON object and nothing else')
    .action(runCanaries)
}

async function runCanaries(names: readonly string[], options: CanaryOptions): Promise<void> {
  checkChoice(options)
  const canaries = await loadCanaries(checkoutRoot)
  const chosen = chosenOf(canaries.mutations, names)
  const json = options.json === true
  if (options.list === true) {
    print({ json }, { canaries: chosen.map(described) }, chosen.map(listed).join(''))
    return
  }
  const results = await sweepVisibly(canaries, chosen, options)
  const { seeds, without } = options
  const strays = results.filter(isStray)
  const survivors = results.filter(isSurvivor)
  if (!json) printText(reportOf(results, options))
  else {
    const told = results.map(fieldsOf)
    const caught = results.filter(({ status }) => status === 'caught').length
    const choice = without === undefined ? {} : { without, survived: survivors.length }
    print({ json }, { ...seeds, ...choice, caught, canaries: told }, '')
  }
  const isAsItHasToBe = without === undefined ? strays.length === 0 : survivors.length > 0
  process.exitCode = isAsItHasToBe ? 0 : 1
}

/** @throws {FossilError} `option.invalid` */
function checkChoice({ without, alone = false }: CanaryOptions): void {
  if (without === undefined) return
  const option = '--without'
  if (alone) throw new FossilError('option.invalid', { option, reason: 'does not go with --alone' })
  if (invariants.some(({ name }) => name === without)) return
  const names = invariants.map(({ name }) => name).join(', ')
  const reason = `there is no invariant "${without}"; there are ${names}`
  throw new FossilError('option.invalid', { option, reason })
}

function reportOf(
  results: readonly CanaryResult[],
  { without, alone = false }: CanaryOptions,
): string {
  if (without !== undefined) return withoutReport(results, without)
  const names = invariants.map(({ name }) => name)
  return alone ? `${aloneReport(results, names)}${canaryReport(results)}` : canaryReport(results)
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
  { seeds, without, alone = false, jobs, json }: CanaryOptions,
): Promise<CanaryResult[]> {
  const progress = new ProgressLine({ isQuiet: json === true })
  let done = 0
  try {
    return await sweepCanaries(chosen, {
      seeds,
      without: without === undefined ? [] : [without],
      goesOn: alone,
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

function described({ name, bug, file, needs, caughtBy, onlyBy, plan = '' }: Canary): object {
  return { name, bug, file, needs, caughtBy, plan, ...(onlyBy === undefined ? {} : { onlyBy }) }
}

function listed({ name, bug, file, needs, caughtBy, onlyBy, plan }: Canary): string {
  const facts = [
    `in ${file}`,
    ...(needs.length === 0 ? [] : [`needs ${needs.join(', ')}`]),
    `caught by ${caughtBy.join(', ')}`,
    ...(onlyBy === undefined ? [] : [`seen by ${onlyBy} alone`]),
    ...(plan === undefined ? [] : [`plan ${plan}`]),
  ]
  return `${name}: ${bug}\n${facts.map((fact) => `    ${fact}\n`).join('')}`
}

function fieldsOf(result: CanaryResult): object {
  const { mutation, ...rest } = result
  return { ...described(mutation), ...rest }
}
