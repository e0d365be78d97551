/**
 * Byte strings by key, the most recently used ones up to a total size.
 * @module
 */

/** Keeps byte strings until there are too many bytes of them: the least recently used go first. */
export class RecentBytes<K> {
  readonly #maxBytes: number
  /** In the order of last use. */
  readonly #kept = new Map<K, Uint8Array>()
  #bytes = 0

  /** @param maxBytes of all together; what is longer than a quarter of it is not kept */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The bytes under `key`, which the reader must not change. */
  get(key: K): Uint8Array | undefined {
    const bytes = this.#kept.get(key)
    if (bytes === undefined) return undefined
    // Reinserting makes the map's own order the order of last use.
    this.#kept.delete(key)
    this.#kept.set(key, bytes)
    return bytes
  }

  /** Keeps `bytes`, which nobody may change from now on, unless there are some under `key`. */
  add(key: K, bytes: Uint8Array): void {
    if (this.#kept.has(key) || bytes.length > this.#maxBytes / 4) return
    this.#kept.set(key, compact(bytes))
    this.#bytes += bytes.length
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#maxBytes) break
      this.delete(oldest)
    }
  }

  /** Forgets the bytes under `key`. */
  delete(key: K): void {
    this.#bytes -= this.#kept.get(key)?.length ?? 0
    this.#kept.delete(key)
  }

  /** Forgets everything. */
  clear(): void {
    this.#kept.clear()
    this.#bytes = 0
  }
}

/**
 * The same bytes without others around them: what is a part of a larger buffer keeps all of that in
 * memory, and whatever was inflated is a part of 16 KiB at least. A server that was pushed small
 * artifacts kept fifty times their size.
 */
function compact(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > bytes.length + bytes.length / 4 ? new Uint8Array(bytes) : bytes
}
