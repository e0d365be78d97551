/**
 * Models in files: a module whose default export is the model, so that a command or a process of a
 * sweep can load it by its path.
 * @module
 */

import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

import { asError, FossilError } from '../../base/error.ts'
import type { SimConfig } from '../config.ts'
import type { SimulateOptions } from '../simulate-options.ts'

/**
 * A model: everything about a simulation except its seed and its plan. Its functions are called for
 * each run, and must make the same each time.
 *
 *     // my-agent.ts, for `trilobite sim sweep --model my-agent.ts`
 *     export default {
 *       config: { makeNode: ({ repo, transport }) => new MyAgent(repo, transport) },
 *     } satisfies SimulationModel
 */
export interface SimulationModel extends Omit<
  SimulateOptions,
  'seed' | 'plan' | 'intentions' | 'masterRepo' | 'onProgress' | 'onEnd' | 'config'
> {
  readonly config?: Omit<Partial<SimConfig>, 'seed' | 'upstream'>
}

type Kind = 'object' | 'function' | 'number' | 'string' | 'boolean'

/** The fields that a model may have, complete by its type. */
const kinds: Readonly<Record<keyof SimulationModel, Kind>> = {
  leaves: 'number',
  level: 'string',
  durationMs: 'number',
  operationCount: 'number',
  privateCheckins: 'boolean',
  uv: 'boolean',
  allKinds: 'boolean',
  upkeep: 'boolean',
  weights: 'object',
  sizes: 'string',
  login: 'boolean',
  workloads: 'function',
  config: 'object',
  diagnoses: 'boolean',
  maxSteps: 'number',
}

/** Parts of a configuration whose kind is checked here; the simulation checks the rest. */
const configKinds: Readonly<Partial<Record<keyof SimConfig, Kind>>> = {
  makeNode: 'function',
  operations: 'object',
  invariants: 'object',
  openDatabase: 'function',
  onTraceLine: 'function',
  onTraceStart: 'function',
}

/**
 * Loads a model from a file: JavaScript, or TypeScript with erasable types. Wherever the file is,
 * its imports of `trilobite` are the very code that loads it.
 *
 * @example
 * ```ts
 * const model = await loadModel('./my-agent.ts')
 * ```
 * @throws {FossilError} `option.invalid` if there is no such file, if it cannot be loaded, or if it
 *   exports no model
 */
export async function loadModel(path: string): Promise<SimulationModel> {
  const file = resolve(path)
  if (!existsSync(file)) throw invalid(`${path} is no file`)
  shareOwnPackage()
  let loaded: unknown
  try {
    const namespace: { readonly default?: unknown } = await import(pathToFileURL(file).href)
    loaded = namespace.default
  } catch (error) {
    const { name, message } = asError(error)
    throw invalid(`${path} cannot be loaded: ${name}: ${message}`, error)
  }
  checkModel(path, loaded)
  return loaded
}

let isShared = false

/**
 * A second copy of the package would be another simulator, with errors and classes of its own. Bun
 * has no such hooks: there a model gets the copy that its folder leads to.
 */
function shareOwnPackage(): void {
  if (isShared) return
  isShared = true
  const isSource = import.meta.url.endsWith('.ts')
  module.registerHooks?.({
    resolve: (specifier, context, next) => {
      if (!/^trilobite(?:\/|$)/.test(specifier)) return next(specifier, context)
      const conditions = isSource
        ? [...context.conditions, '@trilobite/source']
        : context.conditions
      return next(specifier, { ...context, conditions, parentURL: import.meta.url })
    },
  })
}

function checkModel(path: string, model: unknown): asserts model is SimulationModel {
  if (model === undefined) {
    throw invalid(`${path} has no default export: export default { config: { makeNode } }`)
  }
  const fields = fieldsOf(path, 'the default export', model)
  for (const [name, value] of Object.entries(fields)) {
    const kind = (kinds as Readonly<Record<string, Kind | undefined>>)[name]
    if (kind === undefined) {
      const known = Object.keys(kinds).join(', ')
      throw invalid(`${path} exports a model with "${name}", which is none of ${known}`)
    }
    checkKind(path, name, value, kind)
  }
  const config = fieldsOf(path, 'config', fields['config'] ?? {})
  for (const name of ['seed', 'upstream']) {
    if (config[name] === undefined) continue
    throw invalid(`${path} fixes config.${name}, which is to be another in each run`)
  }
  for (const [name, kind] of Object.entries(configKinds)) {
    checkKind(path, `config.${name}`, config[name], kind)
  }
}

function fieldsOf(path: string, name: string, value: unknown): Record<string, unknown> {
  const isPlain = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isPlain) throw invalid(`${path}: ${name} is no object`)
  return { ...value }
}

function checkKind(path: string, name: string, value: unknown, kind: Kind): void {
  if (value === undefined || typeof value === kind) return
  throw invalid(`${path}: ${name} is no ${kind} but ${value === null ? 'null' : typeof value}`)
}

function invalid(reason: string, cause?: unknown): FossilError {
  return new FossilError('option.invalid', { option: 'model', reason }, { cause })
}
