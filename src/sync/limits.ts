/**
 * Limits on how much a peer may make us hold, or do, at once: every limit of a message, of a reply
 * and of a session, each with its reason.
 *
 * Limits count work, never time: cards, steps, bytes of text, bytes that are made. So a message has
 * the same answer on every machine and in simulations; only transports look at clocks. They hold
 * for requests and for replies. `npm run bench -- strangers` sends the most that is allowed of each
 * card to both sides, and prints what it costs.
 * @module
 */

import type { WorkLimits } from '../repo/work.ts'
import type { CardLimits } from '../xfer/parse.ts'

/** The longest message that is unpacked: 1 GiB. Stock has no limit below 2^31. */
export const maxMessageBytes = 0x4000_0000

/**
 * The longest message of somebody who may not write, and so sends no artifacts: the text of its
 * cards is all that it can hold.
 */
export const maxReaderMessageBytes = 0x0100_0000

/**
 * The text of a message's cards, blank lines included and payloads not: 16 MiB, which is 364,000
 * names of artifacts. What is not looked at any more costs a step a line at most (below).
 */
export const cardLimits: CardLimits = { maxTextBytes: 0x0100_0000 }

/** The longest artifact that a delta may make: as long as one that comes whole in a message. */
export const maxArtifactBytes = maxMessageBytes

/**
 * The work that one message may cost its receiver. A step takes about a microsecond, so that a
 * message of the most work takes about a second, hashing and storing its artifacts aside.
 *
 * - Names that are announced, artifacts that are asked for and artifacts that come are taken up to
 *   `easySteps`: 120,000 names that are known, a reply of 30,000 artifacts. What is over can wait:
 *   it is promised (`igot`), asked for again (`gimme`), or announced again by itself, and told.
 * - Past `maxSteps` the message is refused: 400,000 lines that say nothing take most of them.
 * - 384 MiB expanded or made by deltas take half a second, and a second to hash and store; a reply
 *   of 5 MB, stock's budget, holds 8,000 artifacts of 48 kB before it reaches that.
 * - A delta may make 32 MiB, or three times what it is made of; so a few bytes cannot make more.
 */
export const messageWork: WorkLimits = {
  easySteps: 600_000,
  maxSteps: 1_000_000,
  maxMadeBytes: 0x1800_0000,
  easyOutputBytes: 0x0200_0000,
}

/**
 * Steps that cards take (measured), parsed, looked up and answered, payloads aside. Every line
 * takes one; those that are not listed take no more.
 */
export const stepsOf = {
  line: 1,
  /** Of a name that is looked at. */
  igot: 5,
  /** Of a name that becomes a phantom. */
  phantom: 15,
  gimme: 4,
  /** Receiving an artifact, but for what storing it takes. */
  file: 20,
  cfile: 20,
  /** Sending an artifact: its names, its rights, what it may be a delta of. */
  send: 20,
  config: 20,
  pragma: 3,
  reqconfig: 3,
  uvgimme: 6,
  uvigot: 8,
  uvfile: 10,
} as const

/**
 * Steps that cards about synced tables take; `xrange` for a range that is compared, and for each
 * that is told in answer. What is over is left out, and compared again in the next sync.
 */
export const tableSteps = {
  schema: 100,
  xigot: 5,
  xgimme: 15,
  xrow: 40,
  xdelete: 40,
  xrange: 10,
  xlist: 200,
  xask: 50,
  xmore: 1,
} as const

/**
 * Names that one message announces where everything is to be announced (`send-catalog`): about
 * what the text of a message holds, and what its receiver looks at. The newest; what is older has
 * been clustered for longer.
 */
export const maxCatalogue = 120_000

/** Bytes of a delta's source and target that are compared in a step (measured). */
export const deltaBytesPerStep = 100

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
 * Artifacts that one message may bring. Storing as many short ones takes a second and a half
 * (measured); what is over is known by name then and asked for. Stock sends 250 kB in a request
 * and 5 MB in a reply, which hold 8,000 of usual length.
 */
export const maxNewArtifacts = 20_000

/** Rounds without anything new after which a session ends, unless told otherwise. */
export const defaultMaxRounds = 1000

/**
 * Rounds after which a session ends whatever they brought. At 5 MB a round it would have moved half
 * a terabyte; a server that makes up artifacts without end comes to its own.
 */
export const maxRoundsInAll = 100_000

/**
 * Messages of at most this many bytes go as stored blocks rather than deflated: none, over a
 * real network. A server of stock's that cannot inflate a body takes the body itself for cards
 * (xfer.c:1326, blob.c:1475), and a stored message that was damaged on the way looks just like
 * that: it would act on the damage. What was deflated looks like nothing.
 */
export const defaultDeflateOverBytes = 0

/**
 * Contents of shunned artifacts that one conversation holds in memory, because others come as
 * deltas of them: 64 MiB.
 */
export const maxShunnedBytes = 0x0400_0000
