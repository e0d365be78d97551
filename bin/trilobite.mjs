#!/usr/bin/env node
/**
 * The `trilobite` command. In a checkout it runs the TypeScript sources, installed it runs `dist/`.
 * Plain JavaScript that old Node versions can parse: where Node is too old, a checkout goes on with
 * the Node that it installed for itself, and everybody else gets a sentence and not a stack.
 * @module
 */

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'

const oldestNode = 24
const ownNode = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))

if (Number(process.versions.node.split('.')[0]) >= oldestNode) await start()
else if (existsSync(ownNode)) startWith(ownNode)
else {
  console.error(
    `trilobite needs Node ${oldestNode} or later; this is Node ${process.versions.node}.`,
  )
  process.exitCode = 2
}

async function start() {
  // A start takes a quarter of the time where compiled code is kept (measured).
  module.enableCompileCache?.()
  const sources = new URL('../src/cli/main.ts', import.meta.url)
  const built = new URL('../dist/cli/main.js', import.meta.url)
  await import(existsSync(sources) ? sources.href : built.href)
}

/** Runs the command with another Node, which gets the signals and whose end is ours. */
function startWith(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
    for (const each of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(each)
  })
}
