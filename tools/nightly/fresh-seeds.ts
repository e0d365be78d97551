/**
 * Loaded before property tests (`--import`), so that they draw other values than in `npm test`: the
 * number in `TRILOBITE_PROPERTY_SEED` is mixed into the seed of each property. Examples that a
 * property names, and its number of runs, stay.
 * @module
 */

import { registerHooks } from 'node:module'

const real = import.meta.resolve('fast-check')
const seeded = 'trilobite:seeded-fast-check'

/** Consecutive numbers are spread over all 32 bits. */
const mixedIn = Math.imul(Number(process.env['TRILOBITE_PROPERTY_SEED'] ?? 0), 0x9e37_79b1)

/** fast-check with other seeds, as a module. Its own names go before those that it passes on. */
const source = `
import * as fc from ${JSON.stringify(real)}
export * from ${JSON.stringify(real)}
const reseeded = (given) => {
  const parameters = typeof given === 'number' ? { numRuns: given } : given
  return { ...parameters, seed: (parameters?.seed ?? 0) ^ ${mixedIn} }
}
export const assert = (property, parameters) => fc.assert(property, reseeded(parameters))
export const check = (property, parameters) => fc.check(property, reseeded(parameters))
export const sample = (generator, parameters) => fc.sample(generator, reseeded(parameters))
`

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== 'fast-check') return next(specifier, context)
    return { url: seeded, format: 'module', shortCircuit: true }
  },
  load(url, context, next) {
    if (url !== seeded) return next(url, context)
    return { format: 'module', source, shortCircuit: true }
  },
})
