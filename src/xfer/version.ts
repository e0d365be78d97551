/**
 * Announcements of the two sides about themselves: `pragma client-version` and `pragma
 * server-version`.
 *
 * May know the cards. Reference: fossil src/xfer.c:1247-1260, 1738-1748, 2808-2818.
 * @module
 */

import type { Card } from './card.ts'

/** A peer's software, in Fossil's numbers. */
export interface PeerVersion {
  /** Major * 10,000 + minor * 100 + patch: 22600 is Fossil 2.26. */
  readonly version: number
  /** The day it was made, as YYYYMMDD; 0 where the peer does not say. */
  readonly date: number
  /** The time of that day, as HHMMSS; 0 where the peer does not say. */
  readonly time: number
}

/**
 * The version that we announce: the newest that promises nothing we do not do. From 22700 with a
 * date after 20250727 110500, stock sends its login in a cookie (xfer.c:1247-1260).
 */
export const ourVersion: PeerVersion = { version: 22600, date: 20250101, time: 0 }

/** A peer of which nothing is known. */
export const unknownVersion: PeerVersion = { version: 0, date: 0, time: 0 }

/** The pragma that announces `version`. */
export function versionPragma(
  name: 'client-version' | 'server-version',
  { version, date, time }: PeerVersion,
): Extract<Card, { type: 'pragma' }> {
  return { type: 'pragma', name, args: [String(version), String(date), String(time)] }
}

/** Reads the arguments of such a pragma as stock does: what is not a number counts as 0. */
export function parseVersion(args: readonly string[]): PeerVersion {
  const [version, date, time] = args
  return { version: leadingDigits(version), date: leadingDigits(date), time: leadingDigits(time) }
}

/** Fossil 2.0: the peer knows SHA3-256 names. xfer.c:569. */
export function supportsSha3({ version }: PeerVersion): boolean {
  return version >= 20000
}

/** The peer takes `igot HASH 1` even where it may not have private content. xfer.c:548-559. */
export function supportsPrivateIgot({ date }: PeerVersion): boolean {
  return date >= 20200413
}

/** Fossil 2.26: the peer answers `pragma req-clusters`; others ignore it. */
export function supportsClusterRequest({ version }: PeerVersion): boolean {
  return version >= 22600
}

function leadingDigits(text = ''): number {
  return Number(/^[0-9]{1,9}/.exec(text)?.[0] ?? 0)
}
