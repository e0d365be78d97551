/**
 * The pages for newcomers: every command and every program of theirs is run as it stands there, by
 * a reader with the Node of the system and a fresh copy of the checkout.
 * @module
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Reader } from '../reader.ts'
import { stepsOf } from '../walkthrough.ts'
import type { Check } from './check.ts'

const root = join(import.meta.dirname, '..', '..')

/** Pages in the order of reading; of the last the part before a heading. */
const pages: readonly (readonly [path: string, end?: string])[] = [
  ['README.md'],
  ['docs/first-steps.md'],
  ['docs/simulation.md', '\n## Concepts\n'],
]

export const readme: Check = {
  name: 'readme',
  about: 'every line of README, first steps and the tutorial, typed by a newcomer',
  run: async ({ progress }) => {
    const home = mkdtempSync(join(tmpdir(), 'trilobite-reader-'))
    const reader = await Reader.in(home)
    let count = 0
    try {
      for (const [path, end] of pages) {
        const text = readFileSync(join(root, path), 'utf8')
        const steps = stepsOf(end === undefined ? text : text.slice(0, text.indexOf(end)))
        count += steps.length
        await reader.follow(path, steps, progress)
      }
      const summary = `${count} steps of ${pages.length} pages, with ${await reader.versions()}`
      return { summary, failures: reader.problems }
    } finally {
      reader.end()
      rmSync(home, { recursive: true, force: true, maxRetries: 10 })
    }
  },
}
