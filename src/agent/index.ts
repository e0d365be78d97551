/**
 * Background sync: an agent that keeps a repository in sync with its remotes, and tells when a
 * server is known to hold what was made here.
 * @module
 */

export { SyncAgent, type AgentOptions } from './agent.ts'
export type { Delivery } from './deliveries.ts'
export type { AgentEvent, SyncOutcome } from './events.ts'
export type { Timers } from './timers.ts'
