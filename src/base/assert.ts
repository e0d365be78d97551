/**
 * Assertions: what our own code guarantees. Always on, in production too.
 * Bytes from a peer, a file or a person never trip one: those raise {@link FossilError}.
 * @module
 */

/** A bug in trilobite itself. Never caught to continue: the state that led here is not trusted. */
export class AssertionError extends Error {
  static {
    this.prototype.name = 'AssertionError'
  }
}

/** Stops when a statement that our code guarantees is false. One condition each. */
export function assert(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new AssertionError(claim)
}

/** Marks a branch that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`)
}

/** Returns `value`, which our code guarantees to be present. */
export function present<T>(value: T | undefined | null, claim: string): T {
  if (value === undefined || value === null) throw new AssertionError(claim)
  return value
}
