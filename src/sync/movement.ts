/**
 * Movement: whether a sync brought anything to either side.
 * @module
 */

import type { SyncResult } from './session-options.ts'

/** Artifacts that a server refused have not moved, however often they are sent. */
export function hasMoved(result: SyncResult): boolean {
  const { artifactsReceived, artifactsSent, pushRefused, unversioned: uv, tables, config } = result
  if (artifactsReceived > 0 || (artifactsSent > 0 && !pushRefused)) return true
  if (config !== undefined && config.stored > 0) return true
  // Rows that the server does not take are sent in every sync.
  if (tables !== undefined && tables.received > 0) return true
  if (tables !== undefined && tables.sent > 0 && !tables.differs) return true
  return uv !== undefined && uv.sent + uv.received + uv.adopted > 0
}
