/**
 * Fuzz tests of messages, run with more patience than in every build.
 * @module
 */

import { join } from 'node:path'

import { run } from '../run.ts'
import type { Check } from './check.ts'

const root = join(import.meta.dirname, '../..')

/** Test files that send so many messages, and the words for it. */
export interface MessageFuzz extends Pick<Check, 'name' | 'about'> {
  readonly usualCount: number
  /** From the root of the project. */
  readonly files: readonly string[]
}

/** The check, in a process of its own: its memory is a part of what is checked. */
export function messageFuzz({ name, about, usualCount, files }: MessageFuzz): Check {
  return {
    name,
    about,
    run: async ({ seed, count = usualCount, progress }) => {
      progress(`${count} messages`)
      const args = ['--conditions=@trilobite/source', '--test', ...files]
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
}
