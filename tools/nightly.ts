/**
 * `npm run nightly [-- NAME…] [--seed N] [--count N]`: checks that take too long for `npm test`,
 * one after another. Ends with 0 where all of them found nothing, else with 1; 2 where the
 * arguments are wrong. `--list` names them.
 *
 * The seed is the number of the day unless one is given, so that nights differ and each can be had
 * again.
 * @module
 */

import { parseArgs } from 'node:util'

import { annotations } from './nightly/annotations.ts'
import { bitFlips } from './nightly/bit-flips.ts'
import { canaries } from './nightly/canaries.ts'
import { coverage } from './nightly/coverage.ts'
import { cancelledFaults } from './nightly/cancelled-faults.ts'
import { docExamples } from './nightly/doc-examples.ts'
import { faults } from './nightly/faults.ts'
import { fullMix } from './nightly/full-mix.ts'
import { handlerMessages } from './nightly/handler-messages.ts'
import { killedSweep } from './nightly/killed-sweep.ts'
import { merges } from './nightly/merges.ts'
import { properties } from './nightly/properties.ts'
import { readme } from './nightly/readme.ts'
import { runtimes } from './nightly/runtimes.ts'
import { reference } from './nightly/reference.ts'
import { stories } from './nightly/stories.ts'
import { tableMessages } from './nightly/table-messages.ts'
import type { Check, CheckResult, Progress } from './nightly/check.ts'

/** Every check, in the order they run. */
export const checks: readonly Check[] = [
  docExamples,
  reference,
  bitFlips,
  annotations,
  merges,
  properties,
  cancelledFaults,
  handlerMessages,
  tableMessages,
  faults,
  fullMix,
  killedSweep,
  canaries,
  stories,
  coverage,
  runtimes,
  readme,
]

interface Ended extends CheckResult {
  readonly name: string
  readonly seconds: number
}

async function runOne(check: Check, seed: number, count: number | undefined): Promise<Ended> {
  const startMs = performance.now()
  const end = (result: CheckResult): Ended => {
    const seconds = Math.round((performance.now() - startMs) / 100) / 10
    if (process.stdout.isTTY) process.stdout.write('\r\x1b[K')
    return { ...result, name: check.name, seconds }
  }
  try {
    return end(await check.run({ seed, count, progress: printedProgress(check.name) }))
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return end({ summary: 'it did not come to an end', failures: [stack] })
  }
}

/** On a terminal a line that changes, elsewhere a line every half minute. */
function printedProgress(name: string): Progress {
  let lastMs = performance.now()
  return (line) => {
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${name}: ${line}`)
    else if (performance.now() - lastMs >= 30_000) {
      lastMs = performance.now()
      console.log(`${name}: ${line}`)
    }
  }
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} takes a whole number, not "${text}"`)
  return Number(text)
}

function chosen(names: readonly string[]): readonly Check[] {
  const unknown = names.filter((name) => !checks.some((check) => check.name === name))
  if (unknown.length > 0) {
    const known = checks.map(({ name }) => name).join(', ')
    throw new Error(`no check ${unknown.join(', ')}: ${known}`)
  }
  return names.length === 0 ? checks : checks.filter(({ name }) => names.includes(name))
}

/** Runs the checks that the arguments name. Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { seed: { type: 'string' }, count: { type: 'string' }, list: { type: 'boolean' } },
  })
  if (values.list === true) {
    for (const { name, about } of checks) console.log(`${name}: ${about}`)
    return 0
  }
  const seed = wholeNumber('seed', values.seed) ?? Math.floor(Date.now() / 86_400_000)
  const count = wholeNumber('count', values.count)
  const ended: Ended[] = []
  for (const check of chosen(positionals)) {
    const result = await runOne(check, seed, count)
    ended.push(result)
    const verdict = result.failures.length === 0 ? 'ok' : `${result.failures.length} FAILED`
    console.log(`${result.name}: ${verdict}, ${result.seconds} s, seed ${seed}: ${result.summary}`)
    for (const failure of result.failures.slice(0, 10)) console.log(failure)
  }
  const failed = ended.filter(({ failures }) => failures.length > 0)
  console.log(`${ended.length} checks, ${failed.length} failed`)
  return failed.length === 0 ? 0 : 1
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    return 2
  })
}
