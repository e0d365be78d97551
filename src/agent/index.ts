/**
 * Background sync: an agent that keeps a repository in sync with its remotes, and tells when a
 * server is known to hold what was made here.
 * @module trilobite/agent
 */

export { SyncAgent } from './agent.ts'
export type { AgentEvent } from './events.ts'
