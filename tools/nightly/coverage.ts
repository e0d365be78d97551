/**
 * Coverage: what no run of the simulator enters has a reason.
 *
 * Always the same seeds, whatever the seed of the night: another night's would tell of luck.
 * @module
 */

import { measureCoverage } from '../../coverage/all.ts'
import type { Check } from './check.ts'

export const coverage: Check = {
  name: 'coverage',
  about: 'every function of the engine that 500 simulations never enter has its reason',
  run: async ({ count = 500, progress }) => {
    let done = 0
    const { folders, voidReasons, strays } = await measureCoverage({
      seeds: { first: 1, last: count },
      onRun: () => progress(`${++done} of ${count} seeds`),
    })
    const missed = folders.flatMap((folder) => folder.missed)
    const total = folders.reduce((sum, { functions }) => sum + functions, 0)
    const failures = [
      ...missed
        .filter(({ reason }) => reason === undefined)
        .map(({ file, line, name }) => `${file}:${line} ${name}: never entered, without a reason`),
      ...voidReasons.map(({ of, problem }) => `${of} ${problem}`),
      ...strays.map(({ seed, verdict }) => `seed ${seed}: ${verdict}`),
    ]
    const percent = ((100 * missed.length) / total).toFixed(1)
    const part = `${missed.length} of ${total} functions, ${percent} %`
    return { summary: `${count} seeds never entered ${part}`, failures }
  },
}
