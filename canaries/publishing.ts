/**
 * Bugs of publishing: what was private and is not.
 * @module
 */

import type { Mutation } from './mutation.ts'

const plan = 'private=yes,privateSync=some,mix=checkin+branch+tag+publish,operations=120,leaves=3'

export const publishingMutations: readonly Mutation[] = [
  {
    name: 'publish-forgets-line',
    bug: 'publishes a check-in without the private ones that it follows',
    file: 'src/admin/publish.ts',
    find: 'const needed of namedBy(repo, rid)',
    replace: 'const needed of []',
    needs: ['plan:private=yes', 'op:publish'],
    caughtBy: ['upkeep', 'convergence', 'private-convergence', 'stalled'],
    plan,
  },
  {
    name: 'publish-takes-all',
    bug: 'publishes everything private with the check-in that it is asked to publish',
    file: 'src/admin/publish.ts',
    find: '    return going.flatMap((rid) => hashOf(repo, rid) ?? [])\n',
    replace: `    const all = 'SELECT rid FROM private WHERE ? IS NOT NULL ORDER BY rid'
    for (const rid of rids(repo, all, [])) {
      publishHeld(repo, rid)
      queueUnsent(repo, rid)
    }
    return going.flatMap((rid) => hashOf(repo, rid) ?? [])
`,
    needs: ['plan:private=yes', 'op:publish'],
    caughtBy: ['upkeep', 'nothing-leaks'],
    plan,
  },
  {
    name: 'published-stays-private',
    bug: 'leaves private what comes in public and is here in private',
    file: 'src/repo/store.ts',
    find: '  makePublic(repo, rid)\n  if (content',
    replace: '  if (content',
    needs: ['plan:private=yes', 'op:publish'],
    caughtBy: ['private-unannounced', 'convergence', 'stalled'],
    plan,
  },
]
