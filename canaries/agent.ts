/**
 * Bugs in src/agent, of clones, and of lives that end.
 * @module
 */

import type { Mutation } from './mutation.ts'

export const agentMutations: readonly Mutation[] = [
  {
    name: 'timer-survives-crash',
    bug: 'leaves the timers and exchanges of a node alive when it crashes',
    file: 'src/runner/incarnation.ts',
    find: '    this.#isAlive = false\n',
    replace: '',
    needs: ['fault:crash', 'plan:node=agent'],
    caughtBy: ['failed'],
    plan: 'faults=crash,node=agent',
  },
  {
    name: 'clone-resumed-too-far',
    bug: 'goes on with an interrupted clone one artifact too far',
    file: 'src/sync/clone.ts',
    find: '    this.#sequence = state.sequence\n',
    replace: '    this.#sequence = state.sequence + (state.sequence > 1 ? 1 : 0)\n',
    needs: ['op:join'],
    caughtBy: ['clone-whole'],
    plan: 'late=2,topology=star,budgetBytes=2000,faults=replyLost+crash,mix=checkin',
  },
  {
    name: 'sync-taken-for-delivery',
    bug: 'takes the end of a sync for the proof that the server holds what was sent',
    file: 'src/agent/attempt.ts',
    find: `      await checkHoldings(check, this.#watch, { signal: this.#controller.signal })
      this.#noteHeld(check)
`,
    replace: '      this.#noteHeld({ held: this.#sought })\n',
    needs: ['plan:node=agent', 'plan:rights=mixed'],
    caughtBy: ['pushed'],
    plan: 'node=agent,login=yes,rights=mixed,mix=checkin',
  },
  {
    name: 'silence-taken-for-refusal',
    bug: 'says that a server refuses what it once forgot to ask for',
    file: 'src/agent/deliveries.ts',
    find: 'const maxSilences = 8\n',
    replace: 'const maxSilences = 1\n',
    needs: ['plan:node=agent', 'fault:buggify'],
    caughtBy: ['pushed'],
    plan: 'node=agent,faults=code,mix=checkin,operations=60,budgetBytes=2000',
  },
  {
    name: 'delivery-untold',
    bug: 'tells nobody who waits that the server holds it',
    file: 'src/agent/deliveries.ts',
    find: '      wait.resolve(delivery)\n',
    replace: '',
    needs: ['plan:node=agent'],
    caughtBy: ['stalled', 'pushed-answered'],
    plan: 'node=agent',
  },
  {
    name: 'failure-ends-schedule',
    bug: 'does not try again after a sync that failed',
    file: 'src/agent/remote-schedule.ts',
    find: '    const delayMs = this.#delayAfter(attempt, outcome)\n',
    replace: `    const delayMs = this.#delayAfter(attempt, outcome)
    if (outcome.error !== undefined) return
`,
    needs: ['plan:node=agent', 'fault:requestLost|replyLost|refused'],
    caughtBy: ['promptness', 'stalled', 'convergence'],
    plan: 'node=agent,faults=requestLost+replyLost+refused',
  },
  {
    name: 'all-called-private',
    bug: 'says of every artifact that it is private and goes nowhere',
    file: 'src/agent/fates.ts',
    find: '  if (sendsPrivate || !isPrivate(repo, rid)) return undefined\n',
    replace: '  if (sendsPrivate) return undefined\n',
    needs: ['plan:node=agent', 'plan:privateSync=no'],
    caughtBy: ['pushed'],
    plan: 'node=agent,privateSync=no',
  },
]
