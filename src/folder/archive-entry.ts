/**
 * Entries of archives: files, and the directories above them, each once and before what is in it.
 * @module
 */

import { noBytes } from '../base/bytes.ts'
import type { FilePermission } from '../deck/file-name.ts'
import { encodeText } from '../base/text.ts'
import type { TreeFile } from './checkin-tree.ts'

/** One entry of an archive. */
export interface ArchiveEntry {
  /** Its path, as bytes, without `/` at the end. */
  readonly path: Uint8Array
  readonly permission: FilePermission | 'directory'
  /** Empty for a directory; of a symlink its target. */
  readonly content: Uint8Array
}

/** The entries of an archive of files, in their order, each read when it is its turn. */
export function* archiveEntries(files: Iterable<TreeFile>, root: string): Generator<ArchiveEntry> {
  const seen = new Set<string>()
  for (const { name, permission, read } of files) {
    const path = root === '' ? name : `${root}/${name}`
    for (const { index } of path.matchAll(/\//g)) {
      const directory = path.slice(0, index)
      if (seen.has(directory)) continue
      seen.add(directory)
      yield { path: encodeText(directory), permission: 'directory', content: noBytes }
    }
    yield { path: encodeText(path), permission, content: read() }
  }
}
