/**
 * How a repository file is written: with a journal, or with a log beside it.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { dbOf, type Repo } from './repo.ts'

/**
 * Lets others read while a push is written, and the other way round: SQLite's write-ahead log. The
 * file remembers; stock reads and writes it just the same. Where it cannot be had (a read-only
 * folder, somebody else in the file right now) nothing is lost but speed.
 * https://www.sqlite.org/wal.html
 */
export function preferLog(repo: Repo): void {
  try {
    dbOf(repo).exec('PRAGMA journal_mode=WAL')
  } catch (error) {
    if (!FossilError.is(error)) throw error
  }
}
