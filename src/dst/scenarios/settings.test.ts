/**
 * Settings that leaves fetch from the hub, whatever the network does meanwhile.
 * @module
 */

import assert from 'node:assert/strict'
import { configCards, type ConfigArea } from '../../admin/config-areas.ts'
import type { SimConfig } from '../config.ts'
import { DefaultNode } from '../node.ts'
import { atEveryLevel, type Site } from './star.suite.ts'
import { cacheOf, dbOf } from '../../repo/repo.ts'

/** Leaves that fetch settings of some areas in every sync. */
function pulling(...pullConfig: readonly ConfigArea[]): Partial<SimConfig> {
  return {
    numLeaves: 3,
    makeNode: ({ repo, transport, login }) =>
      new DefaultNode(repo, transport, { login, pullConfig }),
  }
}

/** The cards of an area that a site would tell others, users and addresses included. */
function told(site: Site, area: ConfigArea): string[] {
  const cards = configCards(site.repo, area, { admin: true, addresses: true })
  return cards.map(({ name, content }) => `${name} ${Buffer.from(content).toString('latin1')}`)
}

/** Sets a setting at a time, as stock's web pages do. */
function set(site: Site, name: string, value: string, mtimeSec: number): void {
  dbOf(site.repo)
    .prepare('REPLACE INTO config(name, value, mtime) VALUES(?, ?, ?)')
    .run(name, value, mtimeSec)
  cacheOf(site.repo).config.clear()
}

atEveryLevel('skins of the hub come to all leaves', pulling('skin'), async (star) => {
  set(star.hub, 'css', 'body { color: black }', 1000)
  set(star.hub, 'header', "<h1>it's ours</h1>", 1000)
  await star.run(30_000)
  set(star.hub, 'css', 'body { color: red }', 2000)
  set(star.hub, 'project-name', 'not of this area', 2000)
  await star.run(30_000)
  await star.rest()
  assert.equal(told(star.hub, 'skin').length, 2)
  for (const leaf of star.leaves) {
    assert.deepEqual(told(leaf, 'skin'), told(star.hub, 'skin'))
    assert.notDeepEqual(told(leaf, 'project'), told(star.hub, 'project'))
  }
})

atEveryLevel(
  'a leaf keeps its own setting where that is the newer one',
  pulling('skin', 'project'),
  async (star) => {
    set(star.hub, 'footer', 'of the hub', 1000)
    set(star.hub, 'short-project-name', 'hub', 1000)
    set(star.leaf(0), 'footer', 'of leaf 0', 2000)
    set(star.leaf(1), 'footer', 'of leaf 1', 500)
    await star.run(30_000)
    await star.rest()
    const footers = star.sites.map(
      (site) =>
        told(site, 'skin')
          .join()
          .match(/of (hub|\w+ \w)/)?.[0],
    )
    assert.deepEqual(footers, ['of the h', 'of leaf 0', 'of the h', 'of the h'])
    for (const leaf of star.leaves) assert.match(told(leaf, 'project').join(), /'hub'/)
  },
)

atEveryLevel(
  'users of the hub come to leaves that log in as administrators',
  { ...pulling('user'), login: { capabilities: () => 'ai' } },
  async (star) => {
    await star.run(30_000)
    await star.rest()
    // Those whom every repository begins with have no time, and stay as they are.
    const users = told(star.hub, 'user').filter((line) => line.includes("'leaf-"))
    assert.equal(users.length, 3)
    for (const leaf of star.leaves) assert.deepEqual(told(leaf, 'user'), users)
  },
)

atEveryLevel(
  'users of the hub stay there where leaves are no administrators',
  { ...pulling('user'), login: { capabilities: () => 'i' } },
  async (star) => {
    await star.run(30_000)
    await star.rest()
    for (const leaf of star.leaves) assert.deepEqual(told(leaf, 'user'), [])
  },
)
