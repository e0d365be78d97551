/**
 * Capsules: a failure as a file that anybody can replay. JSON, with a schema beside the docs
 * (docs/capsule.schema.json): the scenario, the way it fails, and the code that it failed with.
 * @module
 */

import { FossilError } from '../../base/error.ts'
import type { Intention } from '../../runner/operations.ts'
import { type Override, readDecisions } from '../../sim/decision.ts'
import type { Signature } from '../../runner/signature.ts'
import { drawFossilPlan, fossilPlans } from '../plan.ts'
import type { SimReport } from '../sim-report.ts'
import type { FossilScenario } from './scenario-run.ts'
import { type CodeVersions, codeVersions } from './host.ts'
import { readOperations } from './capsule-operations.ts'
import { tersePlan } from './terse-plan.ts'

/** The version of the format. */
const capsuleFormat = 1

/** A failure that can be replayed. */
export interface Capsule {
  /** The version of this format. */
  readonly capsule: typeof capsuleFormat
  /** The way in which it fails. */
  readonly signature: Signature
  readonly seed: number
  /** The options that are not as on a calm day: a line as `sim run --plan` takes it. */
  readonly plan: string
  /** Everything that people do, in that order, and how it ended. */
  readonly operations: readonly Intention[]
  /** Everything that goes wrong; nothing else does. */
  readonly faults: readonly Override[]
  /** SHA-256 over the trace of the run, the same on every machine. */
  readonly traceHash: string
  /** The run that it was shrunk from. */
  readonly origin: { readonly seed: number; readonly plan: string }
  /** The code that it failed with. */
  readonly code: CodeVersions & {
    /** Set if code took part that is not of this package: a model. */
    readonly model?: true
  }
}

/**
 * The capsule of a scenario.
 *
 * @param report the report of its run
 * @param options.origin the run that it was shrunk from
 * @param options.hasModel code took part that is not of this package
 * @throws {FossilError} `option.invalid` where the run converged
 */
export function capsuleOf(
  { seed, options, faults }: FossilScenario,
  { signature, intentions, traceHash }: SimReport,
  { origin, hasModel }: Pick<Capsule, 'origin'> & { readonly hasModel: boolean },
): Capsule {
  if (signature === undefined) throw invalid('the run converged')
  return {
    capsule: capsuleFormat,
    signature,
    seed,
    plan: tersePlan(options),
    operations: intentions,
    faults,
    traceHash,
    origin,
    code: { ...codeVersions(), ...(hasModel ? { model: true } : {}) },
  }
}

/** The scenario of a capsule. @throws {FossilError} `option.invalid` for a plan of other options */
export function scenarioIn({ seed, plan, operations, faults }: Capsule): FossilScenario {
  const options = drawFossilPlan(seed, fossilPlans.read(plan))
  return { seed, options, operations, faults }
}

/** Writes a capsule, an operation and a fault a line. Ends with a newline. */
export function formatCapsule(capsule: Capsule): string {
  const fields = Object.entries(capsule).map(([name, value]) => {
    const isList = Array.isArray(value) && value.length > 0
    const items = isList ? value.map((item) => `    ${JSON.stringify(item)}`).join(',\n') : ''
    const text = isList ? `[\n${items}\n  ]` : JSON.stringify(value)
    return `  ${JSON.stringify(name)}: ${text}`
  })
  return `{\n${fields.join(',\n')}\n}\n`
}

/**
 * Reads a capsule from the text of a file.
 *
 * @example
 * ```ts
 * const capsule = parseCapsule(readFileSync('seed-7.json', 'utf8'))
 * ```
 * @throws {FossilError} `option.invalid` where it is none, or of another version of the format
 */
export function parseCapsule(text: string): Capsule {
  const json = jsonOf(text)
  const { capsule, signature, seed, plan, operations, faults, traceHash, origin, code } = json
  if (capsule !== capsuleFormat) {
    throw invalid(`its format is ${JSON.stringify(capsule)}, not ${capsuleFormat}`)
  }
  if (!Number.isSafeInteger(seed)) throw invalid('its seed is no integer')
  if (typeof plan !== 'string') throw invalid('its plan is no text')
  if (typeof traceHash !== 'string') throw invalid('its trace hash is no text')
  return {
    capsule: capsuleFormat,
    signature: signatureIn(signature),
    seed: Number(seed),
    plan,
    operations: readOperations(operations),
    faults: readDecisions(faults),
    traceHash,
    origin: originIn(origin),
    code: codeIn(code),
  }
}

type Json = Readonly<Record<string, unknown>>

function jsonOf(text: string): Json {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new FossilError('option.invalid', { option: 'capsule', reason: 'not JSON' }, { cause })
  }
  return objectIn(json, 'it')
}

function objectIn(value: unknown, name: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw invalid(`${name} is no object`)
}

function signatureIn(value: unknown): Signature {
  const { verdict, invariant, role, cause } = objectIn(value, 'its signature')
  const knownVerdict = (['violated', 'failed', 'stalled'] as const).find((each) => each === verdict)
  const knownRole = (['server', 'client', 'peer', 'none'] as const).find((each) => each === role)
  const isNamed = invariant === undefined || typeof invariant === 'string'
  if (!knownVerdict || !knownRole || typeof cause !== 'string' || !isNamed) {
    throw invalid('its signature makes no sense')
  }
  const named = invariant === undefined ? {} : { invariant }
  return { verdict: knownVerdict, ...named, role: knownRole, cause }
}

function originIn(value: unknown): Capsule['origin'] {
  const { seed, plan } = objectIn(value, 'its origin')
  if (!Number.isSafeInteger(seed) || typeof plan !== 'string') {
    throw invalid('its origin has no seed or no plan')
  }
  return { seed: Number(seed), plan }
}

function codeIn(value: unknown): Capsule['code'] {
  const { trilobite, node, commit, model } = objectIn(value, 'its code')
  const isKnown = typeof trilobite === 'string' && typeof node === 'string'
  if (!isKnown) throw invalid('it does not say which code it failed with')
  return {
    trilobite,
    node,
    ...(typeof commit === 'string' ? { commit } : {}),
    ...(model === true ? { model } : {}),
  }
}

function invalid(reason: string): FossilError {
  return new FossilError('option.invalid', { option: 'capsule', reason })
}
