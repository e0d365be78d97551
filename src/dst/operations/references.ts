/**
 * References between operations: what one made is named by its id, `leaf-0#3`, and further
 * artifacts of it `leaf-0#3.1`, `leaf-0#3.2` …, so that arguments mean the same in every run in
 * which that operation takes place. What no operation made, such as
 * an artifact of the master's image, is named as it is.
 * @module
 */

import { type ArtifactHash, parseArtifactHash } from '../../hash/artifact-hash.ts'
import type { OperationId } from '../../runner/operations.ts'

/** A reference as it is kept in arguments: the id of an operation, or the thing itself. */
export type Reference = string

/** Things that operations of one run made: artifacts, tickets, notes. */
export class References {
  readonly #made = new Map<Reference, string>()
  readonly #makers = new Map<string, Reference>()

  /**
   * An operation made something that others may refer to. The first maker of a thing counts.
   *
   * @param further what it made besides, in order
   */
  add(id: OperationId, subject: string, further: readonly string[] = []): void {
    const others = further.filter((each) => each !== subject)
    for (const [index, made] of [subject, ...others].entries()) {
      const reference = index === 0 ? id : `${id}.${index}`
      this.#made.set(reference, made)
      if (!this.#makers.has(made)) this.#makers.set(made, reference)
    }
  }

  /** The name of a thing in arguments. */
  to(subject: string): Reference {
    return this.#makers.get(subject) ?? subject
  }

  /** The thing behind a reference; undefined if its operation has made nothing in this run. */
  resolve(reference: Reference): string | undefined {
    return reference.includes('#') ? this.#made.get(reference) : reference
  }

  /** The artifact behind a reference. */
  artifact(reference: Reference | undefined): ArtifactHash | undefined {
    const subject = reference === undefined ? undefined : this.resolve(reference)
    return subject === undefined ? undefined : parseArtifactHash(subject)
  }

  /** All of the artifacts, or undefined if one is not there. */
  artifacts(references: readonly Reference[]): ArtifactHash[] | undefined {
    const found = references.map((reference) => this.artifact(reference))
    const all = found.filter((hash) => hash !== undefined)
    return all.length === found.length ? all : undefined
  }
}
