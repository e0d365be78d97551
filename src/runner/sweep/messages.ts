/**
 * Messages between a process that hands out tasks and its workers.
 * @module
 */

import { FossilError, type FossilErrorCode, type FossilErrors } from '../../base/error.ts'

/** An error as a message. */
export interface TellableError {
  readonly name: string
  readonly message: string
  readonly stack?: string
  /** Set if it is an operating error. */
  readonly code?: FossilErrorCode
  readonly detail?: FossilErrors[FossilErrorCode]
}

/** A message of a worker. */
export type WorkerMessage<Answer> =
  | { readonly type: 'ready' }
  /** The worker cannot begin, or no worker can carry out the task. */
  | { readonly type: 'refused'; readonly error: TellableError }
  /** The task under way goes on. */
  | { readonly type: 'alive' }
  /** `cpuMs`: CPU time of the process since its last answer; its start counts for the first. */
  | { readonly type: 'answer'; readonly answer: Answer; readonly cpuMs: number }

/** An error in a form that can be sent to another process. */
export function tellable(error: unknown): TellableError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) }
  const { name, message, stack } = error
  const told = { name, message, ...(stack === undefined ? {} : { stack }) }
  return FossilError.is(error) ? { ...told, code: error.code, detail: error.detail } : told
}

/** The error in a message; an operating error becomes one again. */
export function errorOf({ name, message, stack, code, detail }: TellableError): Error {
  if (code !== undefined && detail !== undefined) return new FossilError(code, detail)
  const error = new Error(`${name}: ${message}`)
  if (stack !== undefined) error.stack = stack
  return error
}
