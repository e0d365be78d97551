/**
 * Runtimes: the package, packed and installed, makes the same runs on each of them, and the same
 * repository.
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { copyCheckout, installInto, packInto, setUpCopy, userProgram } from '../installed.ts'
import { runOrThrow } from '../run.ts'
import { ensureRuntime, otherRuntimes, type Runtime } from '../runtimes.ts'
import { firstDifference, type Output } from '../test-runtimes.ts'
import type { Check, CheckOptions, CheckResult } from './check.ts'

const ownNode: Runtime = {
  label: `Node ${process.versions.node}`,
  command: process.execPath,
  args: [],
}

/** The other runtimes that npm can install here, and why it cannot install the rest. */
async function installedRuntimes(): Promise<{ runtimes: Runtime[]; missing: string[] }> {
  const runtimes: Runtime[] = []
  const missing: string[] = []
  for (const release of otherRuntimes) {
    try {
      runtimes.push(await ensureRuntime(release))
    } catch (error) {
      missing.push(error instanceof Error ? error.message : String(error))
    }
  }
  return { runtimes, missing }
}

/** @throws {Error} where the program fails */
async function outputIn(
  folder: string,
  { label, command, args }: Runtime,
  { seed, count = 20 }: CheckOptions,
): Promise<Output> {
  const all = [...args, 'program.ts', String(seed), String(count)]
  const text = await runOrThrow(command, all, { cwd: folder })
  // One line says what was written, and one what came of each seed.
  if (text.trimEnd().split('\n').length !== count + 1) throw new Error(`${label} printed ${text}`)
  return { label, text }
}

async function check(options: CheckOptions): Promise<CheckResult> {
  const scratch = mkdtempSync(join(tmpdir(), 'trilobite-runtimes-'))
  const [checkout, user] = [join(scratch, 'checkout'), join(scratch, 'user')]
  try {
    const { runtimes, missing } = await installedRuntimes()
    copyCheckout(checkout)
    setUpCopy(checkout)
    await installInto(user, await packInto(scratch, checkout))
    writeFileSync(join(user, 'program.ts'), userProgram)
    const all = [ownNode, ...runtimes]
    const outputs: Output[] = []
    for (const runtime of all) {
      options.progress(runtime.label)
      outputs.push(await outputIn(user, runtime, options))
    }
    const difference = firstDifference(outputs)
    const labels = all.map(({ label }) => label).join(', ')
    const summary = [`the same runs and check-in on ${labels}`, ...missing].join('; ')
    return { summary, failures: difference === undefined ? [] : [difference] }
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 10 })
  }
}

export const runtimes: Check = {
  name: 'runtimes',
  about: 'the installed package makes the same 20 runs on Node 24 and 26, Bun and Deno',
  run: check,
}
