/**
 * The examples in doc comments of public functions and classes, through the compiler.
 * @module
 */

import { join } from 'node:path'

import { declarationsOf } from '../declarations.ts'
import { documentedOf, exampleErrors } from '../doc-examples.ts'
import type { Check } from './check.ts'

const root = join(import.meta.dirname, '..', '..')

export const docExamples: Check = {
  name: 'doc-examples',
  about: 'the examples in doc comments are what the compiler takes',
  run: async () => {
    const documented = await documentedOf(declarationsOf(root))
    const examples = documented.reduce((sum, each) => sum + each.examples.length, 0)
    return { summary: `${examples} examples`, failures: exampleErrors(root, documented) }
  },
}
