/**
 * `npm run test:unit [-- PATTERN...]`: the tests, each file in a process of its own and as many at
 * a time as there are processors. Compiled sources are kept between the processes, and between
 * runs: without them a start takes three times as long (measured).
 * @module
 */

import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folders = ['src', 'web', 'tools', 'canaries', 'coverage', 'interop', 'examples']
const everything = folders.map((folder) => `${folder}/**/*.test.ts`)
const asked = process.argv.slice(2)

const { status, error } = spawnSync(
  process.execPath,
  [
    '--conditions=@trilobite/source',
    '--test',
    '--test-timeout=120000',
    `--test-concurrency=${availableParallelism()}`,
    '--test-reporter=./tools/summary-reporter.ts',
    ...(asked.length > 0 ? asked : everything),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'trilobite-tests'),
      ...process.env,
    },
  },
)
if (error !== undefined) throw error
process.exitCode = status ?? 1
