/**
 * A hundred thousand messages about synced tables, to both sides, and ten runs of several
 * repositories for each thousand: src/sync/fuzz-tables.test.ts and tables-converge.test.ts, with
 * more patience.
 * @module
 */

import { join } from 'node:path'

import { run } from '../run.ts'
import type { Check } from './check.ts'

const root = join(import.meta.dirname, '../..')
const usualCount = 100_000

/** The check, in a process of its own: its memory is a part of what is checked. */
export const tableMessages: Check = {
  name: 'table-messages',
  about: 'a hundred thousand messages about synced tables: each is answered, other rows are kept',
  run: async ({ seed, count = usualCount, progress }) => {
    progress(`${count} messages`)
    const files = ['fuzz-tables', 'tables-converge'].map((name) => `src/sync/${name}.test.ts`)
    const args = ['--conditions=source', '--test', ...files]
    const env = {
      ...process.env,
      TRILOBITE_FUZZ_MESSAGES: String(count),
      TRILOBITE_FUZZ_RUNS: String(Math.ceil(count / 100)),
      TRILOBITE_FUZZ_SEED: String(seed),
    }
    const { code, stdout, stderr } = await run(process.execPath, args, { cwd: root, env })
    if (code === 0) return { summary: `${count} messages were answered`, failures: [] }
    const failures = [`seed ${seed}:\n${stdout}${stderr}`]
    return { summary: `not all of ${count} messages were answered well`, failures }
  },
}
