/**
 * The computer that shrinks and replays: the time that it has spent, and the versions of its code.
 * Nothing here takes part in a run.
 * @module
 */

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { commitOf } from '../replay.ts'

/** CPU time of this process, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Versions of the code that runs here. */
export interface CodeVersions {
  readonly trilobite: string
  readonly node: string
  /** The Git commit of the working folder, where there is one. */
  readonly commit?: string
}

/** The versions of the code that runs here. */
export function codeVersions(): CodeVersions {
  const commit = commitOf(resolve('.'))
  return {
    trilobite: packageVersion(),
    node: process.versions.node,
    ...(commit === undefined ? {} : { commit }),
  }
}

/** The same from the source and from the package: both lie three folders below package.json. */
function packageVersion(): string {
  const text = readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')
  const { version }: { readonly version?: unknown } = JSON.parse(text)
  return String(version)
}
