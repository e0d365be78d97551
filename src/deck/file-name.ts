/**
 * File names on F and A cards: which ones an artifact may hold, and what permissions mean.
 * Depends on nothing else in this project. Reference: fossil src/file.c.
 * @module
 */

/** The permission of a file in a working directory. */
export type FilePermission = 'regular' | 'executable' | 'symlink'

const emptyOrDotComponent = /(?:^|\/)\.{0,2}(?:\/|$)/

// Stock compares without regard to case, and takes a suffix as proof enough even where the name
// goes on to the left (`my_FOSSIL_-wal`). Reference: file.c:3009-3057.
const reservedName =
  /(?:^|\/)(?:_FOSSIL_|\.fslckout)$|(?:_FOSSIL_|\.fslckout)-(?:wal|shm|journal)$/i

/**
 * Tells whether `name` is a relative path without empty, `.` and `..` components, the one rule
 * that a name must keep. Stock's own commands refuse more when a file is added; artifacts may
 * hold backslashes, control characters and bytes that are not UTF-8. file.c:1149-1165.
 */
export function isSimplePath(name: string): boolean {
  return !emptyOrDotComponent.test(name)
}

/** Tells whether Fossil keeps its own databases under `name`; no check-in tracks such a file. */
export function isReservedName(name: string): boolean {
  return reservedName.test(name)
}

/** The part of `path` after its last `/`. file.c:551-559. */
export function fileTail(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** The permission that the letters of an F card give; unknown ones say nothing. */
export function filePermission(letters: string | undefined): FilePermission {
  if (letters?.includes('x')) return 'executable'
  return letters?.includes('l') ? 'symlink' : 'regular'
}
