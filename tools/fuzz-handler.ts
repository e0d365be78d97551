/**
 * `node tools/fuzz-handler.ts [N] [SEED]`: sends N structured messages, a million unless said
 * otherwise, to the handler: src/sync/fuzz-handler.test.ts with more patience. A failure prints the
 * smallest messages that still fail.
 * @module
 */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const [messages = '1000000', seed = '20261129'] = process.argv.slice(2)
const root = join(import.meta.dirname, '..')
const { status, error } = spawnSync(
  process.execPath,
  ['--conditions=source', '--test', 'src/sync/fuzz-handler.test.ts'],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TRILOBITE_FUZZ_MESSAGES: messages, TRILOBITE_FUZZ_SEED: seed },
  },
)
if (error !== undefined) throw error
process.exitCode = status ?? 1
