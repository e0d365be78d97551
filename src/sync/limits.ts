/**
 * How much a peer may make us hold at once.
 * @module
 */

/** The longest message that is unpacked: 1 GiB. Stock has no limit below 2^31. */
export const maxMessageBytes = 0x4000_0000

/** The longest artifact that a delta may make: as long as one that comes whole in a message. */
export const maxArtifactBytes = maxMessageBytes
