/**
 * Prints what 300 short simulations come to, one a line: the run, its verdict, its trace hash, and
 * a digest of every table of every node at its end. A move of the structure changes no
 * line: keep the output before it, and compare.
 *
 * `node --conditions=@trilobite/source tools/golden-runs.ts [FIRST LAST] > runs.txt`; the seeds are
 * 1 to 300 unless others are named. The options of a run follow from its seed.
 * @module
 */

import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'

import { checkin, createRepo, type Env, systemEnv } from 'trilobite'
import {
  DefaultNode,
  type LeafParts,
  type Node,
  simulate,
  type SimulateOptions,
  type Simulator,
} from 'trilobite/dst'
import { openDatabase } from 'trilobite/db/node'

const durationMs = 60_000
const levels = ['normal', 'adversarial', 'hostile'] as const

/** The options of a seed: its bits say which are on, so that each option meets each other one. */
function optionsOf(seed: number, image: Uint8Array): SimulateOptions {
  const has = (bit: number): boolean => ((seed >> bit) & 1) === 1
  const level = levels[seed % levels.length] ?? 'hostile'
  return {
    seed,
    level,
    leaves: 1 + (Math.floor(seed / 5) % 4),
    durationMs,
    operationCount: 60,
    uv: has(0) && seed % 5 !== 0,
    login: has(1),
    privateCheckins: has(2),
    allKinds: has(3),
    upkeep: has(4) && has(3),
    config: {
      hashPolicy: has(4) ? 'sha3' : 'sha1',
      deflateOverBytes: has(5) ? 64 : 65_536,
      private: has(2) && has(6),
      ...(has(4) === has(5) ? { masterImage: image } : {}),
      ...(seed % 5 === 0 ? { makeNode: lazyNode } : {}),
    },
  }
}

/** A node that skips one of its polls in three. */
function lazyNode({ repo, transport, login }: LeafParts): Node {
  const node = new DefaultNode(repo, transport, { login })
  let polls = 0
  const tick: Node['tick'] = (event) =>
    event.type === 'timer' && polls++ % 3 === 0 ? { type: 'none' } : node.tick(event)
  return { repo, tick }
}

function repositoryImage(): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-golden-'))
  try {
    const path = join(folder, 'image.fossil')
    let nowMs = Date.UTC(2026, 0, 1)
    const env: Env = {
      clock: { nowMs: () => (nowMs += 1000) },
      random: { bytes: (length) => new Uint8Array(length).fill(7) },
      buggify: systemEnv.buggify,
    }
    {
      using repo = createRepo(path, env, { projectCode: '7'.repeat(40) })
      for (const name of ['one', 'two', 'three']) {
        const content = new TextEncoder().encode(`${name}\n`.repeat(50))
        checkin(repo, {
          comment: name,
          user: 'image',
          changes: [{ name, content }],
          newRoot: true,
        })
      }
    }
    return readFileSync(path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One digest over the rows of every table, the nodes in their order. */
function tablesDigest(nodes: ReturnType<Simulator['nodes']>): string {
  const digest = createHash('sha256')
  for (const { id, repo } of nodes) digest.update(`${id}\n${rowsOf(repo.serialize()).join('\n')}\n`)
  return digest.digest('hex')
}

function rowsOf(image: Uint8Array): string[] {
  const db = openDatabase(image)
  try {
    const tables = db
      .prepare<[string]>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .all()
    return tables.flatMap(([name]) => {
      const rows = db.prepare(`SELECT * FROM "${name}"`).all()
      return rows.map((row) => `${name} ${inspect(row)}`).sort()
    })
  } finally {
    db.close()
  }
}

async function main(): Promise<void> {
  const [first = 1, last = 300] = process.argv.slice(2).map(Number)
  const image = repositoryImage()
  for (let seed = first; seed <= last; seed++) {
    let digest = ''
    const { verdict, traceHash } = await simulate({
      ...optionsOf(seed, image),
      onEnd: (simulator) => {
        digest = tablesDigest(simulator.nodes())
      },
    })
    process.stdout.write(`${seed} ${verdict} ${traceHash} ${digest}\n`)
  }
}

await main()
