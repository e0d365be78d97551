/**
 * A model that writes down each run as it begins, to the file that `SWEEP_RUNS` names, and kills
 * the sweep that it is in when there are `SWEEP_KILL_AT` of them.
 * @module
 */

import { appendFileSync, readFileSync } from 'node:fs'

import type { SimulationModel } from 'trilobite/dst'

const runs = process.env['SWEEP_RUNS'] ?? ''
const killAt = Number(process.env['SWEEP_KILL_AT'])

/** As it was at first: an orphan's parent is another. */
const sweep = process.ppid

export default {
  workloads: (simulator) => {
    appendFileSync(runs, `${simulator.config.seed}\n`)
    if (readFileSync(runs, 'utf8').split('\n').length > killAt) process.kill(sweep, 'SIGKILL')
    return []
  },
} satisfies SimulationModel
