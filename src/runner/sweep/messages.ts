/**
 * Messages between a process that hands out tasks and those that carry them out.
 * @module
 */

import { FossilError, type FossilErrorCode, type FossilErrors } from '../../base/error.ts'

/** An error as a message. */
export interface TellableError {
  readonly name: string
  readonly message: string
  readonly stack?: string
  /** Set where it is an operating error. */
  readonly code?: FossilErrorCode
  readonly detail?: FossilErrors[FossilErrorCode]
}

/** A message of a process that carries out tasks. */
export type WorkerMessage<Answer> =
  | { readonly type: 'ready' }
  /** It cannot begin, or a task cannot be carried out by anybody. */
  | { readonly type: 'refused'; readonly error: TellableError }
  /** The task under way goes on. */
  | { readonly type: 'alive' }
  /** `cpuMs`: CPU time of the process since its last answer; its start counts for the first. */
  | { readonly type: 'answer'; readonly answer: Answer; readonly cpuMs: number }

/** An error in a form that survives the way to another process. */
export function tellable(error: unknown): TellableError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message, stack } = error
  const told = { name, message, ...(stack === undefined ? {} : { stack }) }
  return FossilError.is(error) ? { ...told, code: error.code, detail: error.detail } : told
}

/** The error behind a message: an operating error is one again. */
export function errorOf({ name, message, stack, code, detail }: TellableError): Error {
  if (code !== undefined && detail !== undefined) return new FossilError(code, detail)
  const error = new Error(`${name}: ${message}`)
  if (stack !== undefined) error.stack = stack
  return error
}
