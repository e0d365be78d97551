/**
 * `trilobite sim run --seeds`: a run for each seed of a range, one line for each that does not
 * converge, and the first of them told whole.
 * @module
 */

import { failureText, type SimReport } from '../dst/index.ts'
import { FossilError } from '../index.ts'
import { print, printText } from './output.ts'
import { MarkTally } from './sim-marks.ts'
import { jsonReport } from './sim-report.ts'
import { counted } from '../base/counted.ts'
import { ProgressLine } from './terminal.ts'

/** Seeds from `first` to `last`, both included. */
export interface SeedRange {
  readonly first: number
  readonly last: number
}

/** Reads `1..100`, or one seed. @throws {FossilError} `option.invalid` */
export function seedsFrom(text: string): SeedRange {
  const [, from = '', to = from] = /^(-?\d+)(?:\.\.(-?\d+))?$/.exec(text) ?? []
  const [first, last] = [Number(from), Number(to)]
  const isRange = from !== '' && Number.isSafeInteger(first) && Number.isSafeInteger(last)
  if (isRange && first <= last) return { first, last }
  const reason = `"${text}" is no range of seeds, such as 1..100`
  throw new FossilError('option.invalid', { option: '--seeds', reason })
}

/** The run of one seed, and the command that makes it again. */
export interface SweptRun {
  readonly simulate: (seed: number) => Promise<SimReport>
  readonly replay: (seed: number) => string
}

/** Runs every seed; exits 1 where one did not converge. */
export async function sweep(
  { first, last }: SeedRange,
  options: { readonly json?: boolean; readonly quiet?: boolean; readonly marks?: boolean },
  { simulate, replay }: SweptRun,
): Promise<void> {
  const isJson = options.json === true
  const progress = new ProgressLine({ isQuiet: options.quiet === true || isJson })
  const total = last - first + 1
  const failures: SimReport[] = []
  const tally = new MarkTally()
  for (let seed = first; seed <= last; seed++) {
    progress.show((seed - first) / total, `seed ${seed}: ${failures.length} did not converge`)
    const report = await simulate(seed)
    tally.add(report)
    if (report.verdict === 'converged') continue
    failures.push(report)
    progress.end()
    if (!isJson) printText(failureLines(report, replay(seed), failures.length === 1))
  }
  progress.end()
  const fields = {
    first,
    last,
    converged: total - failures.length,
    failures: failures.map((report) => jsonReport(report, replay(report.seed))),
    marks: tally.rows(),
  }
  const text = options.marks === true ? tally.text() : ''
  print({ json: isJson }, fields, summary(total, failures.length) + text)
  process.exitCode = failures.length === 0 ? 0 : 1
}

function failureLines(report: SimReport, replay: string, isWhole: boolean): string {
  const { seed, verdict, violation, failure } = report
  const what = violation
    ? `: ${violation.invariant} on ${violation.node}, at event ${violation.step}`
    : failure
      ? `: ${failure.error.message}`
      : ''
  const line = `seed ${seed} ${verdict}${what}\n`
  return isWhole ? `${line}${failureText(report, replay)}` : line
}

function summary(total: number, failures: number): string {
  const seeds = counted(total, 'seed')
  return failures === 0
    ? `converged: ${seeds}\n`
    : `${seeds}: ${total - failures} converged, ${failures} did not\n`
}
