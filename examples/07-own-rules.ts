/**
 * An own operation and an own invariant: nodes count on pages of their own, and nobody may ever see
 * a count go back: `node examples/07-own-rules.ts`.
 * @module
 */

import { type Repo, writeWiki } from 'trilobite'
import {
  type FossilOperation,
  type Invariant,
  InvariantError,
  invariants,
  simulate,
} from 'trilobite/dst'
import { wikiPages } from 'trilobite/history'

function countsIn(repo: Repo): Map<string, number> {
  return new Map(wikiPages(repo).map(({ title, content }) => [title, Number(content)]))
}

/** A node adds to the count on its page. */
const countOn: FossilOperation = {
  name: 'countOn',
  weight: 3,
  plan: ({ draw }) => ({ by: draw.int(1, 9) }),
  apply: ({ id, repo, args }) => {
    const title = `Count of ${id}`
    const count = (countsIn(repo).get(title) ?? 0) + args.integer('by')
    const { hash } = writeWiki(repo, { title, content: `${count}` }, { user: id })
    return { artifacts: [hash], facts: { count } }
  },
}

/** Counts that were seen, in each world anew: a run that fails is repeated. */
const seen = new WeakMap<object, Map<string, number>>()

/** Whatever comes in whatever order, a page that was seen never turns older. */
const countsGrow: Invariant = {
  name: 'counts-grow',
  holds: 'always',
  check: (world) => {
    const highest = seen.get(world) ?? new Map<string, number>()
    seen.set(world, highest)
    for (const { id, repo } of world.nodes) {
      for (const [title, count] of countsIn(repo)) {
        const before = highest.get(`${id} ${title}`) ?? 0
        if (count < before) {
          const detail = `"${title}" was ${before} and is ${count}`
          throw new InvariantError('counts-grow', { nodeId: id, detail })
        }
        highest.set(`${id} ${title}`, count)
      }
    }
  },
}

for (let seed = 1; seed <= 5; seed++) {
  const { verdict, operations } = await simulate({
    seed,
    leaves: 3,
    durationMs: 60_000,
    operationCount: 30,
    config: {
      operations: [countOn],
      invariants: [...invariants, countsGrow],
      safetyCheckInterval: 1,
    },
  })
  console.log(`seed ${seed}: ${verdict}, ${operations['countOn']?.acknowledged} times counted on`)
}
