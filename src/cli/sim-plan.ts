/**
 * The plan of a simulation on the command line: `--plan` and the options that are short for a part
 * of it, the command that makes a run again, and `trilobite sim plan`.
 * @module
 */

import { type Command, Option } from 'commander'
import { drawPlan, type SimulateOptions } from '../dst/index.ts'
import { duration, integer } from './option-values.ts'
import { print } from './output.ts'

type Level = NonNullable<SimulateOptions['level']>

/** Levels of faults, from mild to harsh. */
const levels: Readonly<Record<Level, true>> = { normal: true, adversarial: true, hostile: true }

/** The options that say what is fixed of a plan. */
export interface PlanOptions {
  readonly plan?: string
  readonly leaves?: number
  readonly level?: Level
  readonly duration?: number
  readonly private?: boolean
  readonly uv?: boolean
  readonly allKinds?: boolean
  readonly upkeep?: boolean
  readonly login?: boolean
}

/** Seeds are whole numbers, negative ones included. */
export const seedRange = { min: Number.MIN_SAFE_INTEGER }

const leafRange = { min: 1, max: 10_000 }

/** Adds the options that fix a part of a plan. */
export function addPlanOptions(command: Command): Command {
  return command
    .option('--plan <line>', 'fix some of it, such as hostile,leaves=3; the seed draws the rest')
    .option('--leaves <n>', 'short for leaves=<n>', integer('--leaves', leafRange))
    .addOption(new Option('--level <level>', 'short for that preset').choices(Object.keys(levels)))
    .addOption(
      new Option('--duration <time>', 'short for durationMs=<ms>').argParser(
        duration('--duration'),
      ),
    )
    .option('--private', 'short for private=yes: private check-ins must stay where they were made')
    .option('--uv', 'short for uv in mix: unversioned files')
    .option(
      '--all-kinds',
      'short for kinds in mix: branches, tags, pages, tickets, posts and so on',
    )
    .option('--upkeep', 'short for upkeep in mix: shun, purge, publish, settings, rebuild')
    .option('--login', 'short for login=yes: nobody else may do anything at the master')
}

/** The fixed part of a plan, as one line; of two values of an option the later counts. */
export function planLine(options: PlanOptions): string {
  const groups = [
    options.allKinds === true ? 'kinds' : '',
    options.uv === true ? 'uv' : '',
    options.upkeep === true ? 'upkeep' : '',
  ].filter((group) => group !== '')
  const parts = [
    options.level ?? '',
    options.leaves === undefined ? '' : `leaves=${options.leaves}`,
    options.duration === undefined ? '' : `durationMs=${options.duration}`,
    options.private === true ? 'private=yes' : '',
    options.login === true ? 'login=yes' : '',
    groups.length === 0 ? '' : `mix=${['checkin', ...groups].join('+')}`,
    options.plan ?? '',
  ]
  return parts.filter((part) => part !== '').join(',')
}

/** A run on the command line. */
export interface RunOptions extends PlanOptions {
  readonly seed: number
  readonly upstream?: 'trilobite' | 'stock'
  readonly from?: string
  readonly model?: string
}

/** The command that makes a run again. */
export function replayCommand(options: RunOptions): string {
  const { seed, from, upstream, model } = options
  const line = planLine(options)
  const flags = [
    line === '' ? '' : ` --plan ${quoted(line)}`,
    upstream === 'stock' ? ' --upstream stock' : '',
    from === undefined ? '' : ` --from ${quoted(from)}`,
    model === undefined ? '' : ` --model ${quoted(model)}`,
  ]
  return `npx trilobite sim run --seed ${seed}${flags.join('')}`
}

/** The command that makes the run of a capsule again. A model is not in it, but in its own file. */
export function replayFileCommand(capsule: string, model: string | undefined): string {
  const flag = model === undefined ? '' : ` --model ${quoted(model)}`
  return `npx trilobite sim replay ${quoted(capsule)}${flag}`
}

function quoted(text: string): string {
  return /^[\w./@+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** Adds `sim plan`. */
export function addPlanCommand(sim: Command): void {
  const command = sim
    .command('plan')
    .description('show the options that a seed draws, and the meaning of each')
    .option(
      '--seed <n>',
      'the seed from which the whole run follows',
      integer('--seed', seedRange),
      1,
    )
  addPlanOptions(command)
    .option('--json', 'print one JSON object and nothing else')
    .action(showPlan)
}

function showPlan(options: PlanOptions & { readonly seed: number; readonly json?: boolean }): void {
  const { seed, json } = options
  const { line, presets, values } = drawPlan(seed, planLine(options))
  const fields = Object.fromEntries(values.map(({ name, value }) => [name, value]))
  const rows = values.map(({ name, value, about }) => `  ${name.padEnd(18)}${about}: ${value}\n`)
  const text =
    `${rows.join('')}\npresets: ${presets.join(', ')}\n` +
    `the same again: --seed ${seed} --plan '${line}'\n`
  print({ json: json === true }, { seed, plan: line, ...fields }, text)
}
