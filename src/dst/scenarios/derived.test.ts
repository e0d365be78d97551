/**
 * Bugs of the derived tables that simulations with every kind of artifact have found, each as the
 * story behind it.
 * @module
 */

import assert from 'node:assert/strict'
import { suite } from 'node:test'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { storeContent } from '../../repo/store.ts'
import { amendCheckin, type Amendment } from '../../write/amend.ts'
import { addTag, type TagToAdd } from '../../write/tag.ts'
import { onDemand, scenario, type Site } from './star.suite.ts'

/** Somebody at `site` amends a check-in; each later than the one before. */
function amend(
  site: Site,
  target: ArtifactHash,
  change: Amendment,
  atMinute: number,
): ArtifactHash {
  const dateMs = site.repo.env.clock.nowMs() + atMinute * 60_000
  const made = amendCheckin(site.repo, target, change, { user: site.id, dateMs })
  assert.ok(made)
  return made.hash
}

function tag(site: Site, tagToAdd: TagToAdd): ArtifactHash {
  return addTag(site.repo, tagToAdd, { user: site.id }).hash
}

/** Artifacts come to a site in this order. */
function arrive(from: Site, to: Site, names: readonly ArtifactHash[]): void {
  for (const hash of names) {
    storeContent(to.repo, { hash, content: from.read(hash), isPrivate: false })
  }
}

scenario(
  'a check-in that comes after the word on its branch ends the leaf that it follows',
  { numLeaves: 1, ...onDemand },
  async (star) => {
    const [hub, leaf] = [star.hub, star.leaf(0)]
    const first = hub.checkin('a', 'one')
    const second = hub.checkin('b', 'two', first)
    const moved = amend(hub, second, { branch: 'other' }, 1)
    const back = amend(hub, second, { branch: 'trunk' }, 2)
    arrive(hub, leaf, [back, moved, first, second])
    star.simulator.checkSafety()
    await star.sync(leaf)
  },
)

suite('a propagating property of Fossil itself', () => {
  for (const [name, value] of [
    ['user', 'somebody else'],
    ['comment', 'something else'],
    ['date', '2020-02-02T02:02:02'],
    ['bgcolor', '#c0ffee'],
  ] as const) {
    const verb = name === 'bgcolor' ? 'is' : 'is not'
    const title = `${name} ${verb} passed on to what the timeline says of the children`
    scenario(title, { numLeaves: 1, ...onDemand }, async (star) => {
      const [hub, leaf] = [star.hub, star.leaf(0)]
      const first = hub.checkin('a', 'one')
      const second = hub.checkin('b', 'two', first)
      const said = tag(hub, { target: first, name, value, isRaw: true, propagates: true })
      arrive(hub, leaf, [second, said, first])
      star.simulator.checkSafety()
      await star.sync(leaf)
    })
  }
})

scenario(
  'a date that moves with the clock is none',
  { numLeaves: 1, maxSkewMs: 3_600_000 },
  async (star) => {
    const first = star.hub.checkin('a', 'one')
    tag(star.hub, { target: first, name: 'date', value: 'now', isRaw: true })
    await star.run(20_000)
  },
)
