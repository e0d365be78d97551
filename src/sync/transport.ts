/**
 * The transport port: bytes out, bytes back. Sessions and handlers never see a socket.
 * @module
 */

/** Ways to end an exchange early. */
export interface ExchangeOptions {
  /** Gives the exchange up when it aborts; its reason becomes the `cause` of the error. */
  readonly signal?: AbortSignal | undefined
}

/** Carries one exchange at a time to one peer. Contract: `transport/transport.suite.ts`. */
export interface Transport {
  /**
   * Delivers a request and resolves with the peer's reply, both encoded messages
   * (`application/x-fossil`, see xfer/frame.ts).
   *
   * @throws {FossilError} `transport.failed` when the exchange did not finish. The peer may or may
   *   not have acted on the request.
   */
  exchange(request: Uint8Array, options?: ExchangeOptions): Promise<Uint8Array>
}
