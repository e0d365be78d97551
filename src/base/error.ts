/**
 * Operating errors: what the world does to us (bad bytes, a refused login, a lost peer).
 * One class, one catalogue of codes; `docs/errors.md` explains each to a caller.
 * @module
 */

/** Every operating error and what a caller may know about it. */
export type FossilErrors = {
  /** A delta whose bytes do not follow the format or do not produce what it promises. */
  'delta.corrupt': { offset: number; reason: string }
  /** Artifact text that claims to be structural and breaks the format. `line` counts from 1. */
  'deck.malformed': { line: number; reason: string }
  /** A message body, blob or cfile payload that cannot be unwrapped: prefix, zlib, limits. */
  'xfer.frame': { reason: string }
  /** A sync card that does not follow its form. */
  'xfer.malformed': { card: string; reason: string }
  /** A message that asks for more work than one message may. */
  'xfer.limit': { reason: string }
  /** Content whose hash is not its name. */
  'hash.mismatch': { expected: string; actual: string }
  /** A file that is not a Fossil repository, or that is too old or damaged to open. */
  'repo.invalid': { path: string; reason: string }
  /** A file that cannot be read or written. */
  'repo.unreadable': { path: string; reason: string }
  /** Rows of an open repository that contradict each other. */
  'repo.corrupt': { rid: number; reason: string }
  /** SQLite refused a statement or a commit: disk full, I/O error, busy. Rolled back. */
  'repo.io': { reason: string }
  /** An artifact that this repository does not hold. */
  'artifact.missing': { name: string }
  /** An artifact to write that this repository shuns: the ban must be lifted first. */
  'artifact.shunned': { name: string }
  /** A check-in that cannot be written as asked. `option` names what would let it happen. */
  'checkin.invalid': { reason: string; option?: string }
  /** A folder to which no check-in can be exported. `option` names what would let it happen. */
  'export.invalid': { path: string; reason: string; option?: string }
  /**
   * A check-in that would make a branch fork, where that is to be refused: `parent` has been
   * followed on `branch` already, or `branch` is to begin and there is one. `leaves` are the
   * check-ins that could be followed instead.
   */
  'checkin.fork': { parent: string; branch: string; leaves: readonly string[] }
  /** A merge with conflicts that nobody has settled: `files` are the names that they are about. */
  'merge.conflict': { reason: string; files: readonly string[] }
  /** A tag, page, ticket, note or post that cannot be written as asked. */
  'artifact.invalid': { kind: string; reason: string }
  /** A definition that a synced table cannot have. */
  'table.invalid': { table: string; reason: string }
  /** A synced table that is not defined here. */
  'table.missing': { table: string }
  /** A row that a synced table cannot hold, or a malformed key. */
  'table.row': { table: string; reason: string }
  /** A row that belongs to another login. */
  'table.owned': { table: string; owner: string; user: string }
  /** A name that means no artifact of this repository. */
  'name.unknown': { name: string; reason: string }
  /** A prefix of several hashes. At most 100 candidates, sorted. */
  'name.ambiguous': { name: string; candidates: readonly string[] }
  /** The peer answered with an `error` card; `message` is its own text. */
  'sync.refused': { message: string }
  /** The peer serves another project. */
  'sync.wrongproject': { expected: string; actual: string }
  /** A server that goes on and on without anything new. */
  'sync.endless': { rounds: number; reason: string }
  /** The peer does not know the user, or the password is wrong; `message` is its own text. */
  'login.failed': { message: string }
  /**
   * An artifact that a server is not known to hold, and why nobody waits any more. `unreachable`
   * says that it was given up, with the last error as the `cause`; it may have arrived.
   */
  'push.failed': {
    name: string
    fate: 'refused' | 'private' | 'shunned' | 'missing' | 'unreachable'
    reason: string
  }
  /** The caller gave the exchange up. */
  'transport.aborted': { reason: string }
  /** No connection: refused, no such host, no route, or a proxy that does not let us. */
  'transport.unreachable': { reason: string }
  /** A deadline passed: for connecting, without a byte, or for the whole exchange. */
  'transport.silent': { reason: string }
  /** TLS could not be agreed on: a certificate that nobody vouches for, or no TLS at all. */
  'transport.tls': { reason: string }
  /** An HTTP status other than 200, after all redirects. */
  'transport.status': { status: number; reason: string }
  /** The reply is not that of a Fossil server, or was changed on its way. */
  'transport.foreign': { reason: string }
  /** The exchange failed in another way: bytes were lost, or too many came. */
  'transport.failed': { reason: string }
  /** A simulated node waits for something other than its host, so that no run repeats it. */
  'sim.foreignWait': { node: string; waitsFor: string; at?: string }
  /** Code of a simulated node has called a form of Node that no run repeats; `at` is its place. */
  'sim.unsimulated': { node: string; api: string; at?: string; reason: string }
  /** A simulation goes on and on at one moment of virtual time, last at this node. */
  'sim.stuck': { node: string; events: number }
  /** A file that is no trace of a run, or one of another format. `line` counts from 1. */
  'trace.invalid': { trace: string; line: number; reason: string }
  /** An option or argument outside what is allowed. */
  'option.invalid': { option: string; reason: string }
}

/** A code of the catalogue, stable across releases. */
export type FossilErrorCode = keyof FossilErrors

/** Codes of a transport's errors; `transport.failed` is the most general. */
export type TransportErrorCode = Extract<FossilErrorCode, `transport.${string}`>

/**
 * The world failed us. `code` is stable; `detail` holds the facts; `message` is one sentence.
 *
 * @example
 * ```ts
 * try {
 *   await sync(repo, transport)
 * } catch (error) {
 *   if (FossilError.is(error, 'login.failed')) console.error(error.detail.message)
 *   else if (FossilError.is(error, 'transport')) console.error('later, perhaps:', error.message)
 *   else throw error
 * }
 * ```
 */
export class FossilError<C extends keyof FossilErrors = keyof FossilErrors> extends Error {
  static {
    this.prototype.name = 'FossilError'
  }
  readonly code: C
  readonly detail: FossilErrors[C]

  constructor(code: C, detail: FossilErrors[C], options?: ErrorOptions) {
    super(`${code}: ${sentence(detail)}`, options)
    this.code = code
    this.detail = detail
  }

  /**
   * Tells whether `error` is an operating error: any, one of `code`, or one of all codes that begin
   * so: of `transport`, where an exchange did not finish, and may well the next time.
   */
  static is<
    K extends
      | keyof FossilErrors
      | {
          [C in keyof FossilErrors]: C extends `${infer Area}.${string}` ? Area : never
        }[keyof FossilErrors] = keyof FossilErrors,
  >(
    error: unknown,
    code?: K,
  ): error is FossilError<Extract<keyof FossilErrors, K | `${K}.${string}`>> {
    if (!(error instanceof FossilError)) return false
    const is: string = error.code
    return code === undefined || is === code || is.startsWith(`${code}.`)
  }
}

/** The error that was thrown, or one that names whatever else was thrown. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

function sentence(detail: Record<string, string | number | readonly string[]>): string {
  const { reason, message, ...rest } = detail
  const facts = Object.entries(rest).map(([key, value]) => `${key} ${String(value)}`)
  const text = reason ?? message
  return text === undefined
    ? facts.join(', ')
    : [text, ...(facts.length > 0 ? [`(${facts.join(', ')})`] : [])].join(' ')
}
