/**
 * Failures on the command line: a seed or a capsule as an argument, and the files that are made of
 * them.
 * @module
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'

import {
  type Capsule,
  capsuleTexts,
  loadModel,
  parseCapsule,
  type SimulationModel,
} from '../dst/index.ts'
import { FossilError } from '../index.ts'

/** A seed, or the file of a capsule. */
export type FailureSource = { readonly seed: number } | { readonly capsule: Capsule }

/** Reads a whole number as a seed, and anything else as the path of a capsule. */
export function failureSource(text: string): FailureSource {
  const seed = /^-?\d+$/.test(text) ? Number(text) : undefined
  if (seed === undefined) return { capsule: readCapsule(text) }
  if (Number.isSafeInteger(seed)) return { seed }
  const reason = `"${text}" is no seed: it is too large`
  throw new FossilError('option.invalid', { option: 'seed', reason })
}

/**
 * Reads a capsule from a file.
 *
 * @throws {FossilError} `repo.unreadable` where it cannot be read, `option.invalid` where it holds
 *   no capsule
 */
export function readCapsule(path: string): Capsule {
  return parseCapsule(textOf(path))
}

function textOf(path: string): string {
  if (!existsSync(path)) throw unreadable(path, 'there is no such file')
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

/**
 * The code that takes part in the run of a capsule.
 *
 * @param path the file of a model, where one is named
 * @throws {FossilError} `option.invalid` where none is named and one took part in the failure:
 *   without it the run would be another
 */
export async function modelFor(
  source: FailureSource,
  path: string | undefined,
): Promise<SimulationModel> {
  if (path !== undefined) return loadModel(path)
  if (!('capsule' in source) || source.capsule.code.model !== true) return {}
  const reason = 'has to name the model that took part in this failure'
  throw new FossilError('option.invalid', { option: '--model', reason })
}

/** Place of the files of a failure, and what takes part in it. */
interface WriteFailureOptions {
  readonly out: string
  /** The file of the model. */
  readonly model?: string
  /** That model has `workloads`. */
  readonly hasWorkloads: boolean
}

/**
 * Writes a capsule and its test into a folder, in the place of earlier ones of the same name.
 *
 * @returns the paths of both
 * @throws {FossilError} `repo.unreadable` where they cannot be written
 */
export function writeFailure(
  capsule: Capsule,
  { out: folder, model, hasWorkloads }: WriteFailureOptions,
): { readonly capsule: string; readonly test: string } {
  const { invariant, verdict } = capsule.signature
  const name = `${invariant ?? verdict}-${capsule.origin.seed}`
  const paths = {
    capsule: join(folder, `${name}.capsule.json`),
    test: join(folder, `${name}.test.ts`),
  }
  try {
    mkdirSync(folder, { recursive: true })
    const imported = model === undefined ? {} : { model: importedFrom(folder, model), hasWorkloads }
    const { file, test } = capsuleTexts(capsule, imported)
    writeFileSync(paths.capsule, file)
    writeFileSync(paths.test, test)
  } catch (cause) {
    throw unreadable(folder, cause instanceof Error ? cause.message : String(cause), cause)
  }
  return paths
}

/** A module as one in `folder` imports it. */
function importedFrom(folder: string, path: string): string {
  const way = relative(resolve(folder), resolve(path)).split(sep).join('/')
  return way.startsWith('.') ? way : `./${way}`
}

function unreadable(path: string, reason: string, cause?: unknown): FossilError {
  return new FossilError('repo.unreadable', { path, reason }, { cause })
}
