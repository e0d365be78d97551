/**
 * Commands in Go around the Go library, for benches that run beside it where it can be had.
 * @module
 */

import { join } from 'node:path'

import { buildGoCommand, type GoCommand } from '../tools/go-command.ts'

/**
 * The command whose source is in the folder `name` beside this file, built in the scratch folder
 * `folder`; where Go or the library cannot be had, the reason.
 */
export async function findGo(
  name: string,
  folder: string,
): Promise<GoCommand | { readonly missing: string }> {
  try {
    return await buildGoCommand(join(import.meta.dirname, name), join(folder, name))
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    return { missing: said.trim().split('\n').at(-1)?.trim() ?? '' }
  }
}

/** Notes of a bench that ran without. */
export function withoutGo(missing: string): string[] {
  return [
    `not beside the Go library, which cannot be had here: ${missing}`,
    'TRILOBITE_LIBFOSSIL may name the folder of a checkout of it',
  ]
}
