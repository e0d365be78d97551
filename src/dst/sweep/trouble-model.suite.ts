/**
 * A model for tests of sweeps: some seeds are trouble, as code of a caller's own can be.
 * @module
 */

import type { Simulator } from '../simulator.ts'
import type { SimulationModel } from './model-file.ts'

/** Trouble by seed. */
const trouble: Readonly<Record<number, (simulator: Simulator) => void>> = {
  // It depends on something besides the seed.
  1: (simulator) => simulator.note('process', { pid: process.pid }),
  2: () => process.exit(7),
  3: () => {
    throw new TypeError('no such thing as 3')
  },
}

export default {
  workloads: (simulator) => {
    const { seed } = simulator.config
    if (seed === 4) throw new RangeError('no work at all')
    return [{ start: () => trouble[seed]?.(simulator) }]
  },
} satisfies SimulationModel
