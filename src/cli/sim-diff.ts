/**
 * `trilobite sim diff`: the first divergence of two traces. Exits 0 where they are equal, 1 where
 * they differ, 2 on an error.
 * @module
 */

import type { Command } from 'commander'
import { compareTraces } from '../dst/index.ts'
import { FossilError } from '../index.ts'
import { integer } from './option-values.ts'
import { print } from './output.ts'
import { traceSource } from './trace-file.ts'

interface DiffOptions {
  readonly context: number
  readonly json?: boolean
}

/** Adds `sim diff`. */
export function addDiffCommand(sim: Command): void {
  sim
    .command('diff')
    .description('show the first divergence of two traces, and the causes that led to it in each')
    .argument('<a>', 'trace, as sim run --trace writes it; - is standard input')
    .argument('<b>', 'trace of another run, commit or version of Node')
    .option('--context <n>', 'last lines that both have', integer('--context', { min: 0 }), 5)
    .option('--json', 'print one JSON object and nothing else')
    .action(compare)
}

function compare(a: string, b: string, { context, json = false }: DiffOptions): void {
  if (a === '-' && b === '-') {
    const reason = 'only one trace can be standard input'
    throw new FossilError('option.invalid', { option: 'b', reason })
  }
  const compared = compareTraces(traceSource(a), traceSource(b), { context })
  const { text, ...comparison } = compared
  print({ json }, { a, b, ...comparison }, text)
  const { verdict } = comparison
  process.exitCode = verdict === 'equal' || verdict === 'renumbered' ? 0 : 1
}
