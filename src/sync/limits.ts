/**
 * How much a peer may make us hold, or do, at once.
 * @module
 */

/** The longest message that is unpacked: 1 GiB. Stock has no limit below 2^31. */
export const maxMessageBytes = 0x4000_0000

/** The longest artifact that a delta may make: as long as one that comes whole in a message. */
export const maxArtifactBytes = maxMessageBytes

/**
 * Names of unknown artifacts (`igot`) that one message may add as phantoms. A million in one
 * request would hold the write lock for 11 s and leave a million rows (measured); this many take
 * 40 ms.
 * A server asks for 500 artifacts in one reply, a client for a few hundred at first, so no honest
 * peer waits for it; and nothing is lost, since peers announce what remains unclustered, or
 * private, in every message, and clusters carry the rest. Stock has no limit (xfer.c:1451, 2593).
 */
export const maxNewPhantoms = 2000

/**
 * Messages of at most this many bytes go as stored blocks rather than deflated: none, over a
 * real network. A server of stock's that cannot inflate a body takes the body itself for cards
 * (xfer.c:1326, blob.c:1475), and a stored message that was damaged on the way looks just like
 * that: it would act on the damage. What was deflated looks like nothing.
 */
export const defaultDeflateOverBytes = 0
