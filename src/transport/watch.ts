/**
 * Ends an exchange that stalls, that takes too long, or that its caller gives up. Stock waits
 * forever for a silent server (fossil src/http_socket.c sets no timeout); here every wait ends.
 *
 * May know timers. What "ending" means is the exchange's own business: see `endBy`.
 * @module
 */

import { FossilError, type TransportErrorCode } from '../base/error.ts'

/**
 * Limits on the time that an exchange may take, in milliseconds; `Infinity` means without limit.
 */
export interface Deadlines {
  /** Until the connection is usable: name lookup, TCP and TLS. */
  readonly connectTimeoutMs: number
  /** Without a byte going out or coming in, while the peer makes its reply included. */
  readonly silenceTimeoutMs: number
  /** For everything, redirects included. */
  readonly exchangeTimeoutMs: number
}

/** Timers wrap around beyond this. */
const longestTimerMs = 0x7fff_ffff

/**
 * Checks a timeout given by the caller.
 *
 * @throws {FossilError} `option.invalid` unless it is from 1 to 2^31-1, or Infinity
 */
export function checkTimeout(option: string, timeoutMs: number): number {
  if (timeoutMs === Infinity || (timeoutMs >= 1 && timeoutMs <= longestTimerMs)) return timeoutMs
  const reason = `is from 1 to ${longestTimerMs} milliseconds, or Infinity`
  throw new FossilError('option.invalid', { option, reason })
}

/** Codes of a transport's errors. */
export type TransportError = FossilError<TransportErrorCode>

/** Facts of a failed exchange, besides its reason in words. */
export interface FailureKind {
  /** Default `transport.failed`. */
  readonly code?: TransportErrorCode
  /** The HTTP status, for `transport.status`. */
  readonly status?: number
  readonly cause?: unknown
}

const silent: FailureKind = { code: 'transport.silent' }

/** Watches one exchange. Stop it when the exchange is over. */
export class Watch {
  #end: (failure: TransportError) => void = () => {}
  readonly #deadlines: Deadlines
  readonly #where: string
  readonly #signal: AbortSignal | undefined
  readonly #whole: NodeJS.Timeout | undefined
  #phase: NodeJS.Timeout | undefined
  #hears = false
  #failure: TransportError | undefined

  /** @param where begins every reason: the address without a password, or the command's name */
  constructor(where: string, deadlines: Deadlines, signal: AbortSignal | undefined) {
    this.#where = where
    this.#deadlines = deadlines
    this.#signal = signal
    const { exchangeTimeoutMs } = deadlines
    this.#whole = timer(exchangeTimeoutMs, () =>
      this.fail(`the exchange was not over within ${exchangeTimeoutMs} ms`, silent),
    )
    signal?.addEventListener('abort', this.#abort)
    if (signal?.aborted === true) this.#abort()
  }

  /** The reason why the exchange had to end, once it had to. */
  get failure(): TransportError | undefined {
    return this.#failure
  }

  /**
   * Sets what ending means from now on. It is done once, with the failure; at once where the
   * exchange has to end already.
   */
  endBy(end: (failure: TransportError) => void): void {
    this.#end = end
    if (this.#failure !== undefined) end(this.#failure)
  }

  /** A connection is being made. */
  connecting(): void {
    const { connectTimeoutMs } = this.#deadlines
    this.#enter(connectTimeoutMs, `no connection within ${connectTimeoutMs} ms`)
    this.#hears = false
  }

  /** Bytes moved, or the connection became usable: silence is counted from now. */
  heard(): void {
    if (this.#hears) {
      this.#phase?.refresh()
      return
    }
    const { silenceTimeoutMs } = this.#deadlines
    this.#enter(silenceTimeoutMs, `silence for ${silenceTimeoutMs} ms`)
    this.#hears = true
  }

  /** Ends the exchange for `reason`; the first reason counts. Returns the failure. */
  fail(reason: string, kind: FailureKind = {}): TransportError {
    if (this.#failure === undefined) {
      const { code = 'transport.failed', status = 0, cause } = kind
      const options = cause === undefined ? {} : { cause }
      const detail = { reason: `${this.#where}: ${reason}` }
      this.#failure =
        code === 'transport.status'
          ? new FossilError(code, { status, ...detail }, options)
          : new FossilError(code, detail, options)
      this.#end(this.#failure)
    }
    return this.#failure
  }

  /** Forgets the timers and the signal. */
  stop(): void {
    clearTimeout(this.#whole)
    clearTimeout(this.#phase)
    this.#phase = undefined
    // A late event of the socket starts no timer.
    this.#hears = true
    this.#signal?.removeEventListener('abort', this.#abort)
  }

  readonly #abort = (): void => {
    this.fail('aborted by the caller', { code: 'transport.aborted', cause: this.#signal?.reason })
  }

  #enter(timeoutMs: number, reason: string): void {
    clearTimeout(this.#phase)
    this.#phase = timer(timeoutMs, () => this.fail(reason, silent))
  }
}

function timer(timeoutMs: number, action: () => void): NodeJS.Timeout | undefined {
  return timeoutMs === Infinity ? undefined : setTimeout(action, timeoutMs)
}
