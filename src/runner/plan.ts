/**
 * Plans: the options of a run, drawn from its seed, each from a stream of its own, and written as
 * one line that can be pasted. A part of such a line fixes some of them; the rest is drawn as it
 * would be without it.
 *
 *     leaves=3,faults=replyLost+requestLost,replyLost=0.2
 *
 * @module
 */

import { FossilError } from '../base/error.ts'
import { type Draw, RandomSource } from '../sim/random.ts'

/** The value of an option: a word, a whole number, yes or no, or some of a few words. */
export type PlanValue = string | number | boolean | readonly string[]

/** One option of a plan. */
export interface PlanOption<T extends PlanValue> {
  /** The meaning of the option, for people. */
  readonly about: string
  /** Draws a value if none is fixed. */
  readonly draw: (draw: Draw) => T
  /** The kind of value, for errors: `yes or no`. */
  readonly expects: string
  /** Returns undefined if the text is not a valid value. */
  readonly read: (text: string) => T | undefined
  readonly format: (value: T) => string
}

/** Options by name, in the order they are written. */
export type OptionSpace<P extends PlanValues> = {
  readonly [K in keyof P]: PlanOption<P[K]>
}

/** The values of a plan, by name. */
export type PlanValues = Readonly<Record<string, PlanValue>>

/** Partial plans by name. */
export type Presets<P extends PlanValues> = Readonly<Record<string, Partial<P>>>

/** The options of a model's plans. */
export class PlanSpace<P extends PlanValues> {
  readonly #options: OptionSpace<P>
  readonly #presets: Presets<P>

  constructor(options: OptionSpace<P>, presets: Presets<P> = {}) {
    this.#options = options
    this.#presets = presets
  }

  /** Each option of a plan, as it is written, with a description. */
  describe(
    plan: Partial<P>,
  ): { readonly name: string; readonly value: string; readonly about: string }[] {
    return Object.entries(this.#options).flatMap(([name, { about, format }]) => {
      const value = plan[name]
      return value === undefined ? [] : [{ name, value: format(value), about }]
    })
  }

  /** Names of the partial plans. */
  presetNames(): string[] {
    return Object.keys(this.#presets)
  }

  /**
   * Reads a line: presets and options, separated by commas; of two values of an option the later
   * counts.
   *
   * @throws {FossilError} `option.invalid` for anything else, and for an invalid value
   */
  read(line: string): Partial<P> {
    const parts = line.split(',').filter((part) => part.trim() !== '')
    return parts.reduce<Partial<P>>((plan, part) => ({ ...plan, ...this.#readPart(part) }), {})
  }

  /** Draws a plan. Fixing one option changes no other. */
  draw(seed: number, fixed: Partial<P> = {}): P {
    const source = new RandomSource(seed)
    const drawn = Object.entries(this.#options).map(([name, option]) => {
      const value = fixed[name] ?? option.draw(source.stream(`plan/${name}`).at(0))
      return [name, value] as const
    })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a value for each option
    return Object.fromEntries(drawn) as P
  }

  /** Writes a plan, or a part of one, as {@link read} reads it. */
  format(plan: Partial<P>): string {
    return Object.entries(this.#options)
      .flatMap(([name, option]) => {
        const value = plan[name]
        return value === undefined ? [] : [`${name}=${option.format(value)}`]
      })
      .join(',')
  }

  #readPart(part: string): Partial<P> {
    const [, name = '', text] = /^\s*([^=]*?)\s*(?:=\s*(.*?)\s*)?$/s.exec(part) ?? []
    const isPreset = text === undefined && Object.hasOwn(this.#presets, name)
    const preset = isPreset ? this.#presets[name] : undefined
    if (preset !== undefined) return preset
    const option = Object.hasOwn(this.#options, name) ? this.#options[name] : undefined
    if (option === undefined || text === undefined) throw invalid(this.#unknown(name, text))
    const value = option.read(text)
    if (value === undefined) throw invalid(`${name}=${text}: must be ${option.expects}`)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an option and its value
    return { [name]: value } as Partial<P>
  }

  #unknown(name: string, text: string | undefined): string {
    const options = Object.keys(this.#options)
    if (text === undefined && options.includes(name)) return `${name} needs a value: ${name}=…`
    const presets = this.presetNames().join(', ')
    const others = presets === '' ? '' : `, nor of ${presets}`
    return `"${name}" is none of ${options.join(', ')}${others}`
  }
}

/** A whole number. @param range both ends included */
export function wholeNumber(
  about: string,
  range: { readonly min: number; readonly max: number },
  draw: (draw: Draw) => number,
): PlanOption<number> {
  const { min, max } = range
  return {
    about,
    draw,
    expects: `a whole number from ${min} to ${max}`,
    read: (text) => {
      const value = Number(text)
      return /^-?\d+$/.test(text) && value >= min && value <= max ? value : undefined
    },
    format: String,
  }
}

/**
 * A chance, written as a decimal fraction of at most six digits and kept in parts per million.
 *
 * @param percents the values to draw from, in whole percents
 */
export function chance(about: string, percents: readonly number[]): PlanOption<number> {
  return {
    about,
    draw: (draw) => draw.pick(percents) * 10_000,
    expects: 'a number from 0 to 1, with six decimals at most',
    read: (text) => {
      const ppm = Math.round(Number(text) * 1_000_000)
      return /^(?:0|1|[01]?\.\d{1,6})$/.test(text) && ppm <= 1_000_000 ? ppm : undefined
    },
    format: (ppm) => String(ppm / 1_000_000),
  }
}

/** One of a few words. @param drawn words to draw from, repeated by weight; default each once */
export function oneOf<T extends string>(
  about: string,
  words: readonly T[],
  drawn: readonly T[] = words,
): PlanOption<T> {
  return {
    about,
    draw: (draw) => draw.pick(drawn),
    expects: `one of ${words.join(', ')}`,
    read: (text) => words.find((each) => each === text),
    format: String,
  }
}

/** Yes or no. */
export function yesOrNo(about: string, probability: number): PlanOption<boolean> {
  return {
    about,
    draw: (draw) => draw.chance(probability),
    expects: 'yes or no',
    read: (text) => (text === 'yes' || text === 'no' ? text === 'yes' : undefined),
    format: (value) => (value ? 'yes' : 'no'),
  }
}

/**
 * Some of a few words, joined by `+`; none of them is `none`.
 *
 * @param options.probabilities one is drawn first, and then each word with that probability: a low
 *   one gives a few words that meet again and again, a high one many combinations
 * @param options.seldom the words with another probability
 * @param options.always the words that are always drawn
 * @param options.groups names for several words at once
 */
export function someOf<T extends string>(
  about: string,
  words: readonly T[],
  options: {
    readonly probabilities: readonly [number, ...number[]]
    readonly seldom?: Readonly<Partial<Record<T, number>>>
    readonly always?: readonly T[]
    readonly groups?: Readonly<Record<string, readonly T[]>>
  },
): PlanOption<readonly T[]> {
  const { probabilities, seldom, always = [], groups = {} } = options
  const membersOf = (name: string): readonly T[] =>
    (Object.hasOwn(groups, name) ? groups[name] : undefined) ??
    words.filter((each) => each === name)
  return {
    about,
    // Each takes one number, so that a word behind the others moves none of them.
    draw: (draw) => {
      const probability = draw.pick(probabilities)
      return words.filter(
        (word) => draw.chance(seldom?.[word] ?? probability) || always.includes(word),
      )
    },
    expects: `none, or some of ${[...Object.keys(groups), ...words].join(', ')}, joined by "+"`,
    read: (text) => {
      const members = text === 'none' ? [] : text.split('+').map(membersOf)
      if (members.some((each) => each.length === 0)) return undefined
      const chosen = new Set(members.flat())
      return words.filter((word) => chosen.has(word))
    },
    format: (value) => (value.length === 0 ? 'none' : withGroups(value, groups).join('+')),
  }
}

/** The same words, with whole groups under their names. */
function withGroups(
  words: readonly string[],
  groups: Readonly<Record<string, readonly string[]>>,
): string[] {
  const whole = Object.entries(groups).filter(([, group]) =>
    group.every((word) => words.includes(word)),
  )
  const covered = new Set(whole.flatMap(([, group]) => group))
  return [...whole.map(([name]) => name), ...words.filter((word) => !covered.has(word))]
}

function invalid(reason: string): FossilError {
  return new FossilError('option.invalid', { option: 'plan', reason })
}
