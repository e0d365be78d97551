/**
 * Property tests with seeds of this night: in `npm test` each has its own, so that every run is the
 * same, and draws the same few hundred cases for ever.
 * @module
 */

import { join } from 'node:path'

import { run } from '../run.ts'
import { readSources } from '../source.ts'
import type { Check, CheckOptions, CheckResult } from './check.ts'

const root = join(import.meta.dirname, '../..')
const folders = ['src', 'interop', 'tools']

/** The tests with properties, by their paths from the root of the project. */
export function propertyTests(): string[] {
  return readSources(root, folders)
    .filter(({ path, text }) => path.endsWith('.test.ts') && /\bfc\.(?:assert|sample)\(/.test(text))
    .map(({ path }) => path)
}

/** The result of some tests under one seed. */
export interface SeededRun {
  readonly tests: number
  readonly failures: readonly string[]
}

/**
 * Runs tests with a number mixed into the seed of each property.
 *
 * @param paths from the root of the project
 */
export async function runWithSeed(paths: readonly string[], seed: number): Promise<SeededRun> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = [
    '--conditions=@trilobite/source',
    `--import=${new URL('fresh-seeds.ts', import.meta.url).href}`,
    '--test',
    '--test-reporter=./tools/summary-reporter.ts',
    ...paths,
  ]
  const { code, stdout, stderr } = await run(process.execPath, args, {
    cwd: root,
    env: { ...env, TRILOBITE_PROPERTY_SEED: String(seed) },
  })
  const tests = Number(/^ℹ tests (\d+)$/m.exec(stdout)?.[1] ?? 0)
  if (code === 0 && tests > 0) return { tests, failures: [] }
  const [, told = ''] = /^Failed:\n([^]*?)\n\nℹ tests /m.exec(stdout) ?? []
  const failures = told.split(/\n(?= {2}\S)/).filter((each) => each.trim() !== '')
  return { tests, failures: failures.length > 0 ? failures : [`${stdout}\n${stderr}`] }
}

async function runProperties({ seed, count = 1, progress }: CheckOptions): Promise<CheckResult> {
  const paths = propertyTests()
  const failures: string[] = []
  let tests = 0
  for (let number = seed; number < seed + count; number++) {
    progress(`seed ${number}`)
    const found = await runWithSeed(paths, number)
    tests += found.tests
    const again = `npm run nightly -- properties --seed ${number}`
    failures.push(...found.failures.map((failure) => `${failure}\n  again: ${again}`))
  }
  return { summary: `${tests} tests in ${paths.length} files`, failures }
}

/** Property tests under other seeds. */
export const properties: Check = {
  name: 'properties',
  about: 'property tests with other seeds than in npm test; --count: how many',
  run: runProperties,
}
