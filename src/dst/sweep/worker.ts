/**
 * The process of a sweep that makes runs, started by sweep-seeds.ts.
 *
 * It imports the simulator only when it is under way, so that it hears from the start what it is
 * told, and so that code which was compiled once is found again.
 * @module
 */

import { enableCompileCache } from 'node:module'

import { serveTasks } from '../../runner/sweep/work.ts'
import type { SeedRun } from '../../runner/sweep/seed-end.ts'
import type { RunTask } from '../../runner/sweep/sweep.ts'
import type { SweepSetup } from './run-seed.ts'

enableCompileCache()
await serveTasks<RunTask, SeedRun>(async (setup) => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sweep-seeds.ts wrote it
  const { plan, model: path } = setup as SweepSetup
  const [{ loadModel }, { runSeed }] = await Promise.all([
    import('./model-file.ts'),
    import('./run-seed.ts'),
  ])
  const model = path === undefined ? {} : await loadModel(path)
  return (task, alive) => runSeed({ plan, ...task }, model, alive)
})
