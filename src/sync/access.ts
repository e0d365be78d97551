/**
 * What a peer may do, from Fossil's capability letters.
 * Source: fossil src/login.c:login_set_capabilities, src/capabilities.c.
 * @module
 */

/** What one request may do. Every card is gated by one of these. */
export interface Access {
  /** `o` or `i`: pull artifacts. */
  readonly read: boolean
  /** `i`: push artifacts. */
  readonly write: boolean
  /** `x`: send and receive private artifacts. Neither `a` nor `s` implies it. */
  readonly private: boolean
}

/**
 * Reads capability letters. `s` and `a` imply `i`, and `i` implies `o`; nothing implies `x`
 * (login.c:1703-1746). The letters `u` and `v`, which stand for those of other users, are the
 * caller's to replace.
 */
export function accessOf(capabilities: string): Access {
  return {
    read: /[oias]/.test(capabilities),
    write: /[isa]/.test(capabilities),
    private: capabilities.includes('x'),
  }
}

/** Everything is allowed: a peer in the same process that the caller vouches for. */
export const fullAccess: Access = accessOf('iox')
