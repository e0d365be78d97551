/**
 * Bugs of agents that are late, or say of themselves what is not so: the next poll heals it.
 * @module
 */

import type { Mutation } from './mutation.ts'

const isFailing = 'fault:requestLost|replyLost|refused'

export const promptnessMutations: readonly Mutation[] = [
  {
    name: 'change-left-to-poll',
    bug: 'leaves it to the next poll to carry what was written',
    file: 'src/agent/remote-schedule.ts',
    find: '    else this.attemptSoon()\n',
    replace: '',
    needs: ['plan:node=agent'],
    caughtBy: ['promptness'],
    onlyBy: 'promptness',
    plan: 'node=agent,mix=checkin',
  },
  {
    name: 'change-during-sync-missed',
    bug: 'takes what was written during a sync for carried by it',
    file: 'src/agent/remote-schedule.ts',
    find: '    if (this.#run !== undefined) this.#run.attempt.isStale = true\n    else',
    replace: '    if (this.#run === undefined)',
    needs: ['plan:node=agent'],
    caughtBy: ['promptness'],
    onlyBy: 'promptness',
    plan: 'node=agent,mix=checkin+uv,operations=120',
  },
  {
    name: 'backoff-stays-short',
    bug: 'waits as long after the tenth failure as after the first',
    file: 'src/agent/backoff.ts',
    find: 'minMs * 2 ** this.#attempts)',
    replace: 'minMs)',
    needs: ['plan:node=agent', isFailing],
    caughtBy: ['promptness'],
    onlyBy: 'promptness',
    plan: 'node=agent,faults=requestLost+replyLost+refused',
  },
  {
    name: 'success-not-counted',
    bug: 'goes on counting failures after a success',
    file: 'src/agent/pace.ts',
    find: '    this.#failures.reset()\n    if (isSettled',
    replace: '    if (isSettled',
    needs: ['plan:node=agent', isFailing],
    caughtBy: ['promptness'],
    onlyBy: 'promptness',
    plan: 'node=agent,faults=requestLost+replyLost+refused',
  },
  {
    name: 'old-error-shown',
    bug: 'shows an error of before after a sync that went well',
    file: 'src/agent/remote-schedule.ts',
    find: '    this.#lastError = error\n',
    replace: '    this.#lastError = error ?? this.#lastError\n',
    needs: ['plan:node=agent', isFailing],
    caughtBy: ['promptness'],
    onlyBy: 'promptness',
    plan: 'node=agent,faults=requestLost+replyLost+refused',
  },
  {
    name: 'debounce-begins-anew',
    bug: 'puts a sync off with each further change',
    file: 'src/agent/remote-schedule.ts',
    find: 'if (!isIdle || this.#isSoon || this.#pace.failures > 0) return',
    replace: 'if (!isIdle || this.#pace.failures > 0) return',
    needs: ['plan:node=agent'],
    caughtBy: ['promptness'],
    onlyBy: 'promptness',
    plan: 'node=agent,mix=checkin+uv,operations=120',
  },
]
