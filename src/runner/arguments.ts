/**
 * Arguments of operations: plain data, drawn with an operation, recorded, and used again in a
 * replay. Lists may come from a file that a person edited, so a value of another kind than the
 * operation reads is an error that names it.
 * @module
 */

import { FossilError } from '../base/error.ts'
import type { TraceValue } from '../sim/trace.ts'

/** Recorded arguments: JSON without fractions. */
export type ArgumentValues = Readonly<Record<string, TraceValue>>

/** Reads the arguments of one operation. */
export class Arguments {
  readonly #owner: string
  readonly #values: ArgumentValues

  /** @param owner the operation, for errors: `leaf-0#3 (checkin)` */
  constructor(owner: string, values: ArgumentValues) {
    this.#owner = owner
    this.#values = values
  }

  /** A required text. @throws {FossilError} `option.invalid` */
  text(name: string): string {
    return this.#required(name, this.maybeText(name), 'a text')
  }

  /** A text, or undefined if there is none. @throws {FossilError} `option.invalid` */
  maybeText(name: string): string | undefined {
    return this.#read(name, 'a text', isText)
  }

  /** A required safe integer. @throws {FossilError} `option.invalid` */
  integer(name: string): number {
    return this.#required(name, this.maybeInteger(name), 'an integer')
  }

  /** A safe integer, or undefined if there is none. @throws {FossilError} `option.invalid` */
  maybeInteger(name: string): number | undefined {
    return this.#read(name, 'an integer', isInteger)
  }

  /** Yes or no; no if omitted. @throws {FossilError} `option.invalid` */
  flag(name: string): boolean {
    return this.#read(name, 'true or false', isFlag) ?? false
  }

  /** Texts; none if omitted. @throws {FossilError} `option.invalid` */
  texts(name: string): readonly string[] {
    return this.#read(name, 'a list of texts', isTexts) ?? []
  }

  /** Groups of arguments; none if omitted. @throws {FossilError} `option.invalid` */
  groups(name: string): readonly Arguments[] {
    const groups = this.#read(name, 'a list of groups', isGroups) ?? []
    return groups.map((group, index) => new Arguments(`${this.#owner}.${name}[${index}]`, group))
  }

  #read<T extends TraceValue>(
    name: string,
    kind: string,
    is: (value: TraceValue) => value is T,
  ): T | undefined {
    const value = Object.hasOwn(this.#values, name) ? this.#values[name] : undefined
    if (value === undefined) return undefined
    if (!is(value)) throw this.#wrong(name, kind)
    return value
  }

  #required<T>(name: string, value: T | undefined, kind: string): T {
    if (value === undefined) throw this.#wrong(name, kind)
    return value
  }

  #wrong(name: string, kind: string): FossilError {
    const reason = `${this.#owner}: ${name} must be ${kind}`
    return new FossilError('option.invalid', { option: 'intentions', reason })
  }
}

function isText(value: TraceValue): value is string {
  return typeof value === 'string'
}

function isInteger(value: TraceValue): value is number {
  return Number.isSafeInteger(value)
}

function isFlag(value: TraceValue): value is boolean {
  return typeof value === 'boolean'
}

function isTexts(value: TraceValue): value is readonly string[] {
  return Array.isArray(value) && value.every(isText)
}

function isGroups(value: TraceValue): value is readonly ArgumentValues[] {
  return Array.isArray(value) && value.every(isGroup)
}

/** Tells whether a value is a group of arguments. */
export function isGroup(value: TraceValue): value is ArgumentValues {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
