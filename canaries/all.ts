/**
 * Every canary, and the function that runs them: the door of this folder, for
 * `trilobite sim canary` and for `npm run nightly -- canaries`.
 * @module
 */

import { agentMutations } from './agent.ts'
import { brokenMutations } from './broken.ts'
import { crosslinkMutations } from './crosslink.ts'
import { lockMutations } from './locks.ts'
import { loginMutations } from './logins.ts'
import { meaningMutations } from './meanings.ts'
import type { Mutation } from './mutation.ts'
import { economyMutations } from './economy.ts'
import { publishingMutations } from './publishing.ts'
import { pageMutations } from './pages.ts'
import { repoMutations } from './repo.ts'
import { syncMutations } from './sync.ts'
import { tableMutations } from './tables.ts'
import { promptnessMutations } from './promptness.ts'
import { upkeepMutations } from './upkeep.ts'
import { writeMutations } from './write.ts'

export { tellStory } from './stories.ts'
export { sweepCanaries } from './sweep.ts'

/** Every canary, in the order they are listed. */
export const mutations: readonly Mutation[] = [
  ...syncMutations,
  ...loginMutations,
  ...agentMutations,
  ...publishingMutations,
  ...repoMutations,
  ...crosslinkMutations,
  ...pageMutations,
  ...meaningMutations,
  ...tableMutations,
  ...upkeepMutations,
  ...economyMutations,
  ...promptnessMutations,
  ...lockMutations,
  ...brokenMutations,
  ...writeMutations,
]
