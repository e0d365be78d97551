/**
 * Database files that nobody can change: how SQLite has to be told to read them.
 * @module
 */

import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Tells whether a file is in WAL mode, has no log beside it, and lies where nobody like us can make
 * one, such as on read-only media. SQLite reads it only when it is told that nothing will change;
 * should the file's owner change it after all, it has to be opened again.
 * https://www.sqlite.org/wal.html#read_only_databases
 */
export function isFrozen(path: string): boolean {
  try {
    accessSync(dirname(path), constants.W_OK)
    return false
  } catch {
    return isInWalMode(path) && (statSync(`${path}-wal`, quietly)?.size ?? 0) === 0
  }
}

const quietly = { throwIfNoEntry: false } as const
/** The place in the header of a file that says how it is read: 2 is WAL. */
const readVersionAt = 19

function isInWalMode(path: string): boolean {
  try {
    const file = openSync(path, 'r')
    try {
      const header = new Uint8Array(readVersionAt + 1)
      return readSync(file, header) === header.length && header[readVersionAt] === 2
    } finally {
      closeSync(file)
    }
  } catch {
    // It cannot be read, as opening it will say.
    return false
  }
}
