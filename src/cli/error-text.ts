/**
 * Errors in words for people: a code, and one sentence. The facts that the catalogue keeps for
 * programs are told where they help a reader.
 * @module
 */

import { FossilError } from '../index.ts'
import { visible } from './output.ts'

/** Candidates that are told of an ambiguous name. */
const maxCandidates = 5

/**
 * The code of an error and its sentence, safe to show on a terminal.
 *
 * @param repository the file that the command works on, for errors that do not name theirs
 */
export function errorText(error: FossilError, repository?: string): string {
  const wording = wordingOf(error)
  const text = wording === undefined ? error.message : `${error.code}: ${wording}`
  const isOfFile = FossilError.is(error, 'repo.io') || FossilError.is(error, 'repo.corrupt')
  return visible(isOfFile && repository !== undefined ? `${text} (file ${repository})` : text)
}

/**
 * The damage that an error of SQLite tells of: a table is gone that every repository has. Below the
 * command that counts as a bug, since no SQL of ours names a table that never was.
 */
export function asDamage(error: unknown, path: string | undefined): FossilError | undefined {
  if (path === undefined || !(error instanceof Error)) return undefined
  const [, table] = /^no such table: (?:main\.)?(\w+)$/.exec(error.message) ?? []
  if (table === undefined) return undefined
  const reason = `the table ${table} is missing; "trilobite rebuild" makes derived tables again`
  return new FossilError('repo.invalid', { path, reason }, { cause: error })
}

/** Undefined where the error's own message serves. */
function wordingOf(error: FossilError): string | undefined {
  if (FossilError.is(error, 'artifact.invalid')) {
    const { kind, reason } = error.detail
    // Of tags and purges the reasons speak for themselves.
    return kind === 'control' || kind === 'purge' ? reason : `${reason} (kind ${kind})`
  }
  if (FossilError.is(error, 'artifact.missing')) {
    return `${shown(error.detail.name)} is not here: it never came, or it was shunned or purged`
  }
  if (FossilError.is(error, 'checkin.invalid')) {
    const { reason, option = '' } = error.detail
    return `${reason}${checkinAdvice[option] ?? ''}`
  }
  if (FossilError.is(error, 'name.ambiguous')) {
    const { name, candidates } = error.detail
    const told = candidates.slice(0, maxCandidates).join(', ')
    const rest = candidates.length > maxCandidates ? ' and others' : ''
    return `type more of ${shown(name)}, so begin ${told}${rest}`
  }
  if (FossilError.is(error, 'name.unknown')) {
    return `${error.detail.reason} (name ${shown(error.detail.name)})`
  }
  if (FossilError.is(error, 'transport.status')) return error.detail.reason
  if (FossilError.is(error, 'repo.unreadable')) {
    return `${error.detail.reason} (path ${shown(error.detail.path)})`
  }
  return undefined
}

/** The command's names for the options of a check-in that would let it happen. */
const checkinAdvice: Readonly<Record<string, string>> = {
  allowEmpty: ': --allow-empty takes all files away',
  allowOlder: '; --allow-older writes it all the same',
  remove: ': --rm takes it away',
  repository: ': name it with -R',
}

/** A name, in quotes where it could not be seen. */
function shown(name: string): string {
  return name.trim() === '' ? JSON.stringify(name) : name
}
