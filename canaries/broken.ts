/**
 * Bugs that take more than a bad network: a node that never comes back, a clock that is set.
 * @module
 */

import type { Mutation } from './mutation.ts'

export const brokenMutations: readonly Mutation[] = [
  {
    name: 'delivery-waits-for-all',
    bug: 'tells who waits of a delivery only once every server holds it',
    file: 'src/agent/deliveries.ts',
    find: `      this.#waits.delete(wait)
      wait.resolve(delivery)
`,
    replace: `      wait.refusals.set(delivery.remote, 'held')
      if (wait.targets.names.some((name) => isOpenAt(wait, name))) continue
      this.#waits.delete(wait)
      wait.resolve(delivery)
`,
    needs: ['fault:broken', 'plan:node=agent'],
    caughtBy: ['stalled', 'pushed-answered'],
    plan: 'topology=twoMasters,leaves=3,node=agent,faults=broken,mix=checkin,login=no',
  },
  {
    name: 'row-dated-by-clock-set-back',
    bug: 'dates a row by the clock alone where that is far behind the row before',
    file: 'src/tables/tables.ts',
    find: '(mtimeSec ?? Math.max(nowSec(repo), nextSec))',
    replace: `(mtimeSec ??
    (nextSec - nowSec(repo) > 30 ? nowSec(repo) : Math.max(nowSec(repo), nextSec)))`,
    needs: ['fault:clockJump', 'op:rowPut'],
    caughtBy: ['table-never-lost', 'table-last-writer-wins', 'table-convergence'],
    plan: 'faults=clockJump,maxSkewMs=0,mix=checkin+rowPut,operations=60',
  },
]
