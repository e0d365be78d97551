/**
 * The progress of an unfinished clone, in the `config` row `trilobite-clone` of the new repository.
 * The row is there from the first moment to the last, so that a clone that was interrupted anywhere
 * is known as one and goes on.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { config, setConfig, unsetConfig } from './config.ts'
import { cloneRow } from './identity.ts'
import type { Repo } from './repo.ts'

/** An unfinished clone. */
export interface CloneState {
  /**
   * The sequence number from which the server goes on: 1 at first, 0 once it has sent everything.
   */
  readonly sequence: number
  /** The server that the sequence belongs to; undefined before its first reply. */
  readonly serverCode?: string
}

/** Makes a fresh repository into an unfinished clone: its project is not known yet. */
export function beginClone(repo: Repo): void {
  repo.transaction(() => {
    unsetConfig(repo, 'project-code')
    unsetConfig(repo, 'hash-policy')
    saveCloneState(repo, { sequence: 1 })
  })
}

/**
 * The progress of an unfinished clone; undefined for a repository that is whole.
 *
 * @throws {FossilError} `repo.invalid` when the row cannot be read
 */
export function cloneState(repo: Repo): CloneState | undefined {
  const text = config(repo, cloneRow)
  if (text === undefined) return undefined
  const state = readState(text)
  if (state !== undefined) return state
  throw new FossilError('repo.invalid', {
    path: repo.path,
    reason: `its ${cloneRow} row is damaged`,
  })
}

/** Remembers how far the clone has come, in the transaction that brought it there. */
export function saveCloneState(repo: Repo, state: CloneState): void {
  setConfig(repo, cloneRow, JSON.stringify(state))
}

/** The clone is whole. */
export function endClone(repo: Repo): void {
  unsetConfig(repo, cloneRow)
}

function readState(text: string): CloneState | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return undefined
  }
  const fields: Record<string, unknown> = { ...Object(json) }
  const { sequence, serverCode } = fields
  if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 0) {
    return undefined
  }
  return typeof serverCode === 'string' ? { sequence, serverCode } : { sequence }
}
