/**
 * Proves that a run does not depend on the JavaScript engine: runs one script twice on each of two
 * Node versions, the one of the lock file and the oldest supported, and compares what they print.
 *
 * `node tools/test-runtimes.ts [--allow-missing] [SCRIPT]`; the script is by default
 * `tools/print-trace-hash.ts`, which prints a hash a line. Exits with 1 where outputs differ, or
 * where the other Node cannot be installed and `--allow-missing` is not given.
 * @module
 */

import { hash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { run } from './run.ts'
import { ensureRuntime, oldestNode } from './runtimes.ts'

/** The output of one run of the script. */
export interface Output {
  /** As in `Node 24.21.0, run 1`. */
  readonly label: string
  readonly text: string
}

const root = join(import.meta.dirname, '..')
const runsPerNode = 2

/**
 * The first difference between outputs, in words, or undefined where all are the same.
 *
 * @param outputs the first is what the others are compared with
 */
export function firstDifference(outputs: readonly Output[]): string | undefined {
  const [expected, ...others] = outputs
  const expectedLines = expected?.text.split('\n') ?? []
  for (const { label, text } of others) {
    const lines = text.split('\n')
    for (let i = 0; i < Math.max(lines.length, expectedLines.length); i++) {
      if (lines[i] === expectedLines[i]) continue
      return [
        `Line ${i + 1} differs:`,
        `  ${expected?.label}: ${expectedLines[i] ?? '(ended)'}`,
        `  ${label}: ${lines[i] ?? '(ended)'}`,
      ].join('\n')
    }
  }
  return undefined
}

/** Runs the script on every Node, prints a row for each run, and returns what they printed. */
async function runEverywhere(bins: readonly string[], script: string): Promise<Output[]> {
  const outputs: Output[] = []
  console.log('node      run  lines  seconds  sha256 of the output')
  for (const bin of bins) {
    const version = (await run(bin, ['--version'])).stdout.trim().slice(1)
    for (let i = 1; i <= runsPerNode; i++) {
      const startMs = performance.now()
      const { code, stdout, stderr } = await run(bin, ['--conditions=@trilobite/source', script])
      const seconds = ((performance.now() - startMs) / 1000).toFixed(1)
      if (code !== 0) throw new Error(`${script} ended with ${code} on Node ${version}:\n${stderr}`)
      if (stdout === '') throw new Error(`${script} printed nothing on Node ${version}`)
      const lines = stdout.trimEnd().split('\n').length
      const cells = [version.padEnd(9), String(i).padStart(3), String(lines).padStart(6)]
      console.log([...cells, seconds.padStart(8), ` ${hash('sha256', stdout)}`].join(' '))
      outputs.push({ label: `Node ${version}, run ${i}`, text: stdout })
    }
  }
  return outputs
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { 'allow-missing': { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const script = resolve(positionals[0] ?? join(root, 'tools', 'print-trace-hash.ts'))
  const bins = [process.execPath]
  try {
    bins.push((await ensureRuntime(oldestNode)).command)
  } catch (error) {
    console.log(error instanceof Error ? error.message : error)
    if (!values['allow-missing']) return 1
  }
  const difference = firstDifference(await runEverywhere(bins, script))
  console.log(difference ?? 'Every run printed the same.')
  return difference === undefined ? 0 : 1
}

if (import.meta.main) {
  process.exitCode = await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    return 1
  })
}
