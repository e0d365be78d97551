/**
 * Checks JSON against a JSON Schema, as far as schemas of this project go: it refuses a keyword
 * that it does not know, rather than pass over it.
 * Specification: JSON Schema 2020-12, core and validation.
 * @module
 */

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
/** A JSON object, such as a schema. */
export type JsonObject = { readonly [key: string]: Json }

/** The outcome of a check: the first thing that is wrong, or the properties that were looked at. */
type Result = { readonly problem: string } | { readonly evaluated: ReadonlySet<string> }

const nothing: Result = { evaluated: new Set() }

/**
 * The first thing about `value` that a schema does not allow, or undefined where it allows all.
 *
 * @throws {Error} for a schema that this file cannot read
 */
export function problemOf(value: Json, schema: JsonObject): string | undefined {
  const result = new Checker(schema).check(value, schema)
  return 'problem' in result ? result.problem : undefined
}

const typeOf = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value

const isObject = (value: Json | undefined): value is JsonObject =>
  value !== undefined && typeOf(value) === 'object'

const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)

const isEqual = (a: Json, b: Json | undefined): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Characters of a text, more than any bound for what is none. */
const lengthOf = (value: Json): number =>
  typeof value === 'string' ? Array.from(value).length : Infinity

function text(value: Json): string {
  if (typeof value === 'string') return value
  throw new Error(`${JSON.stringify(value)} stands where a schema has a text`)
}

type Rule = (value: Json, argument: Json) => boolean

/** Keywords that tell by themselves whether they allow a value. */
const rules: Readonly<Record<string, Rule>> = {
  type: (value, types) =>
    (isArray(types) ? types : [types]).some(
      (type) => type === typeOf(value) || (type === 'integer' && Number.isInteger(value)),
    ),
  const: isEqual,
  enum: (value, values) => isArray(values) && values.some((each) => isEqual(value, each)),
  minimum: (value, least) => typeof value !== 'number' || value >= Number(least),
  maximum: (value, most) => typeof value !== 'number' || value <= Number(most),
  minLength: (value, least) => lengthOf(value) >= Number(least),
  maxLength: (value, most) => typeof value !== 'string' || lengthOf(value) <= Number(most),
  pattern: (value, pattern) =>
    typeof value !== 'string' || new RegExp(text(pattern), 'u').test(value),
  minItems: (value, least) => !isArray(value) || value.length >= Number(least),
  maxItems: (value, most) => !isArray(value) || value.length <= Number(most),
  required: (value, names) =>
    !isObject(value) || (isArray(names) && names.every((name) => text(name) in value)),
}

/** Keywords that allow everything. */
const remarks = new Set(['$schema', '$defs', 'title', 'description'])

/** Keywords that look at what the others of their schema have looked at, and so come last. */
const closing = ['additionalProperties', 'unevaluatedProperties']

class Checker {
  readonly #root: JsonObject

  constructor(root: JsonObject) {
    this.#root = root
  }

  check(value: Json, schema: Json): Result {
    if (schema === true) return nothing
    if (!isObject(schema)) return { problem: `${JSON.stringify(value)} is not allowed` }
    const evaluated = new Set<string>()
    for (const [keyword, argument] of Object.entries(schema)) {
      if (remarks.has(keyword) || closing.includes(keyword)) continue
      const result = this.#apply(keyword, argument, { value, schema })
      if ('problem' in result) return result
      for (const name of result.evaluated) evaluated.add(name)
    }
    if (!isObject(value)) return { evaluated }
    for (const keyword of closing) {
      const extra = Object.keys(value).find((name) => !evaluated.has(name))
      const isClosed = schema[keyword] === false
      if (!isClosed && schema[keyword] !== undefined) throw new Error(`${keyword} that is no false`)
      if (isClosed && extra !== undefined) return { problem: `${extra} is not a property of it` }
    }
    return { evaluated }
  }

  #apply(
    keyword: string,
    argument: Json,
    { value, schema }: { value: Json; schema: JsonObject },
  ): Result {
    switch (keyword) {
      case '$ref':
        return this.check(value, this.#definition(text(argument)))
      case 'properties':
        return isObject(value) ? this.#properties(value, argument) : nothing
      case 'prefixItems':
        return this.#items(value, isArray(argument) ? argument : [])
      case 'items':
        return this.#rest(
          value,
          argument,
          isArray(schema['prefixItems']) ? schema['prefixItems'] : [],
        )
      case 'oneOf':
        return this.#choice(value, argument, (count) => count === 1)
      case 'anyOf':
        return this.#choice(value, argument, (count) => count > 0)
      case 'not':
        return 'problem' in this.check(value, argument)
          ? nothing
          : { problem: `${JSON.stringify(value)} is what it must not be` }
      default:
        return applyRule(keyword, argument, value)
    }
  }

  #definition(reference: string): Json {
    const name = reference.replace(/^#\/\$defs\//, '')
    const { $defs } = this.#root
    const definition = isObject($defs) ? $defs[name] : undefined
    if (definition === undefined) throw new Error(`no definition ${reference}`)
    return definition
  }

  #properties(value: JsonObject, schemas: Json): Result {
    const evaluated = new Set<string>()
    for (const [name, schema] of Object.entries(isObject(schemas) ? schemas : {})) {
      const property = value[name]
      if (property === undefined) continue
      const result = this.check(property, schema)
      if ('problem' in result) return { problem: `${name}: ${result.problem}` }
      evaluated.add(name)
    }
    return { evaluated }
  }

  #items(value: Json, schemas: readonly Json[]): Result {
    if (!isArray(value)) return nothing
    for (const [index, schema] of schemas.entries()) {
      const item = value[index]
      const result = item === undefined ? nothing : this.check(item, schema)
      if ('problem' in result) return { problem: `item ${index}: ${result.problem}` }
    }
    return nothing
  }

  #rest(value: Json, schema: Json, prefix: readonly Json[]): Result {
    if (!isArray(value)) return nothing
    const rest = value.slice(prefix.length)
    return this.#items(
      rest,
      rest.map(() => schema),
    )
  }

  #choice(value: Json, schemas: Json, isRight: (count: number) => boolean): Result {
    const results = isArray(schemas) ? schemas.map((schema) => this.check(value, schema)) : []
    const fitting = results.flatMap((result) => ('problem' in result ? [] : [result]))
    const [first] = fitting
    if (first !== undefined && isRight(fitting.length)) return first
    const problems = results.flatMap((result) => ('problem' in result ? [result.problem] : []))
    return { problem: `it is ${fitting.length} of ${results.length}: ${problems.join('; ')}` }
  }
}

function applyRule(keyword: string, argument: Json, value: Json): Result {
  const rule = rules[keyword]
  if (rule === undefined) throw new Error(`a keyword that is not known: ${keyword}`)
  if (rule(value, argument)) return nothing
  return { problem: `${JSON.stringify(value)} is not of ${keyword} ${JSON.stringify(argument)}` }
}
