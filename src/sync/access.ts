/**
 * Permissions of a peer, from Fossil's capability letters.
 * Source: fossil src/login.c:login_set_capabilities, src/capabilities.c.
 * @module
 */

/** Permissions of one request. Every card is gated by one of these. */
export interface Access {
  /** `o`, `i` or `g`: pull artifacts, see unversioned files and settings. */
  readonly read: boolean
  /** `i`: push artifacts, lock check-ins. */
  readonly write: boolean
  /** `g`: clone. */
  readonly clone: boolean
  /** `x`: send and receive private artifacts. Neither `a` nor `s` implies it. */
  readonly private: boolean
  /** `y`: change unversioned files. Neither `a` nor `s` implies it. */
  readonly unversionedWrite: boolean
  /** `a`: change settings, see users. */
  readonly admin: boolean
  /** `s`: change users who have `s`. */
  readonly setup: boolean
  /** `e`: see concealed addresses. */
  readonly addresses: boolean
}

/**
 * Reads capability letters. `s` implies `a`, `a` implies `i`, `g` and `e`, and `i` implies `o`;
 * nothing implies `x` or `y` (login.c:1703-1746). As in newer Fossil, who may clone may read
 * (xfer.c:1300). The letters `u` and `v`, which stand for those of other users, are the caller's to
 * replace: see admin/user.ts.
 *
 * @example
 * ```ts
 * const reply = handleXfer(repo, request, { access: accessOf('go') })
 * ```
 */
export function accessOf(capabilities: string): Access {
  const has = (letters: RegExp): boolean => letters.test(capabilities)
  return {
    read: has(/[oiasg]/),
    write: has(/[ias]/),
    clone: has(/[gas]/),
    private: has(/x/),
    unversionedWrite: has(/y/),
    admin: has(/[as]/),
    setup: has(/s/),
    addresses: has(/[eas]/),
  }
}

/** Everything is allowed: a peer in the same process that the caller vouches for. */
export const fullAccess: Access = accessOf('sxy')
