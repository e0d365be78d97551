/**
 * Addresses of peers: which are of this machine, and whose a request is that a proxy passes on.
 * @module
 */

import { isIP } from 'node:net'

/** Tells whether an IP address is one that only this machine reaches. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

/**
 * The address that a request comes from. A proxy on this machine says for whom it asks, at the end
 * of `X-Forwarded-For`; anybody else may write there what they like, and is not believed.
 *
 * @param remoteAddress of the connection
 * @param forwarded the value of the header
 */
export function clientAddress(
  remoteAddress: string | undefined,
  forwarded: string | null,
): string | undefined {
  if (remoteAddress === undefined || forwarded === null || !isLoopback(remoteAddress)) {
    return remoteAddress
  }
  // Each proxy of a chain appends; those on this machine are passed over.
  for (const part of forwarded.split(',').reverse()) {
    const address = bare(part.trim())
    if (isIP(address) === 0) return remoteAddress
    if (!isLoopback(address)) return address
  }
  return remoteAddress
}

/** `[2001:db8::1]:4711` and `192.0.2.1:4711` without brackets and port. */
function bare(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1]
  return bracketed ?? text.replace(/^([0-9.]+):\d+$/, '$1')
}
