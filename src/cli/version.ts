/**
 * `trilobite version` and `trilobite --version`: what this is.
 * @module
 */

import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { jsonOption } from './look-back-options.ts'
import { print } from './output.ts'

/** The version of the package that this is a part of: of the checkout, or as installed. */
export function ownVersion(): string {
  const path = new URL('../../package.json', import.meta.url)
  const { version }: { version: string } = JSON.parse(readFileSync(path, 'utf8'))
  return version
}

/** Adds `version` and the option `--version` to the program. */
export function addVersionCommand(program: Command): void {
  const version = ownVersion()
  program
    .version(`trilobite ${version}`, '-V, --version', 'print the version')
    .command('version')
    .description('print the version of trilobite, and of the Node that runs it')
    .option(...jsonOption)
    .action((options: { json?: boolean }) => {
      const node = process.versions.node
      print(options, { version, node }, `trilobite ${version} on Node ${node}\n`)
    })
}
