/**
 * Lists of patterns, as the settings `ignore-glob` and its like hold them: separated by commas or
 * space, in quotes where they hold such themselves. A pattern is matched against a whole name, and
 * `*` goes across directories.
 * Source: fossil src/glob.c glob_create, glob_match.
 * @module
 */

import { textParameter } from './db-text.ts'
import { dbOf, type Repo } from './repo.ts'

/** Tells whether a name matches one of the patterns. */
export function globMatcher(repo: Repo, list: string): (name: string) => boolean {
  const patterns = JSON.stringify(globsOf(list))
  if (patterns === '[]') return () => false
  const select = dbOf(repo).prepare(
    'SELECT 1 FROM json_each(?1) AS pattern WHERE CAST(?2 AS TEXT) GLOB pattern.value LIMIT 1',
  )
  return (name) => select.get(patterns, textParameter(name)) !== undefined
}

/** The patterns of a list. */
export function globsOf(list: string): string[] {
  const pattern = /[\s,]*(?:'([^']*)'?|"([^"]*)"?|([^\s,'"][^\s,]*))/gy
  return [...list.matchAll(pattern)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  )
}
