#!/usr/bin/env node
/**
 * The `trilobite` command. In a checkout it runs the TypeScript sources, installed it runs `dist/`.
 * Plain JavaScript that old Node versions can parse, so that they get a sentence and not a stack.
 * @module
 */

import { existsSync } from 'node:fs'
import * as module from 'node:module'

const oldestNode = 24
const major = Number(process.versions.node.split('.')[0])

if (major < oldestNode) {
  console.error(
    `trilobite needs Node ${oldestNode} or later; this is Node ${process.versions.node}.`,
  )
  process.exit(2)
}

// A start takes a quarter of the time where compiled code is kept (measured).
module.enableCompileCache?.()
const sources = new URL('../src/cli/main.ts', import.meta.url)
const built = new URL('../dist/cli/main.js', import.meta.url)
await import(existsSync(sources) ? sources.href : built.href)
