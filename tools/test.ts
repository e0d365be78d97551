/**
 * `npm run test:unit [-- PATTERN...]`: the tests, each file in a process of its own and as many at
 * a time as there are processors. Compiled sources are kept between the processes, and between
 * runs: without them a start takes three times as long (measured).
 * @module
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folders = ['src', 'web', 'tools', 'canaries', 'coverage', 'interop', 'examples']
const everything = folders.map((folder) => `${folder}/**/*.test.ts`)
const asked = process.argv.slice(2)

const child = spawn(
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
// The reporter has its word when we are interrupted. A terminal signals the tests by itself.
process.on('SIGINT', () => {
  if (!process.stdin.isTTY) child.kill('SIGINT')
})
process.on('SIGTERM', () => child.kill('SIGTERM'))
const [status] = await once(child, 'close')
process.exitCode = typeof status === 'number' ? status : 1
