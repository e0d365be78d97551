/**
 * Events of an agent: one function, one union.
 * @module
 */

import type { FossilError } from '../base/error.ts'
import type { SyncResult } from '../sync/session-options.ts'

/**
 * One thing that happened. `nextAtMs` is the time of the next attempt by `env.clock`; undefined
 * while the agent is offline or stopped.
 */
export type AgentEvent =
  | { type: 'sync.begun'; remote: string }
  | { type: 'sync.ended'; remote: string; result: SyncResult; nextAtMs: number | undefined }
  | { type: 'sync.failed'; remote: string; error: FossilError; nextAtMs: number | undefined }
  | { type: 'offline' }
  | { type: 'online' }
  | { type: 'stopped' }
  /** A bug, here or in what the agent was given, ended it. */
  | { type: 'crashed'; error: unknown }

/** The end of one sync: a result or an error. A result may be incomplete. */
export type SyncOutcome =
  | { readonly remote: string; readonly result: SyncResult; readonly error?: undefined }
  | { readonly remote: string; readonly error: FossilError; readonly result?: undefined }
