/**
 * Bugs that make syncs longer, or have them do something twice: everything is everywhere all the
 * same in the end.
 * @module
 */

import type { Mutation } from './mutation.ts'

export const economyMutations: readonly Mutation[] = [
  {
    name: 'one-round-more',
    bug: 'asks once more after a reply that left nothing to do',
    file: 'src/sync/session.ts',
    find: '    return pulls || pushes || this.#side.goesOn\n',
    replace: '    return pulls || pushes || this.#side.goesOn || this.#round === 1\n',
    needs: [],
    caughtBy: ['economy'],
    onlyBy: 'economy',
  },
  {
    name: 'told-to-its-source',
    bug: 'announces to a server what has come from it',
    file: 'src/sync/artifacts.ts',
    find: '      this.#peerHas.add(hash)\n      if (!asPrivate) {\n',
    replace: '      if (!asPrivate) {\n',
    needs: ['op:checkin'],
    caughtBy: ['economy'],
    onlyBy: 'economy',
  },
  {
    name: 'clone-starts-anew',
    bug: 'forgets how far a clone has come, and begins it again',
    file: 'src/sync/clone.ts',
    find: '      sequence: this.#sequence,\n      ...(this.#serverCode',
    replace: '      sequence: this.#sequence === 0 ? 0 : 1,\n      ...(this.#serverCode',
    needs: ['op:join'],
    caughtBy: ['clone-whole'],
    onlyBy: 'clone-whole',
    plan: 'late=2,topology=star,budgetBytes=2000,faults=replyLost+crash,mix=checkin',
  },
]
