/**
 * Unversioned files as repositories hold them: each row is what it says, and in the end all
 * repositories have the same files.
 *
 * Verifies: content hashes to the hash of its row and has its size, by the stored bytes; a deleted
 * file has no content; the hash of the catalogue, where it is remembered, is the catalogue's, or
 * syncs would take different catalogues for equal ones. Does not verify that a version is one that
 * somebody wrote: that is unversioned-truth.ts.
 * @module
 */

import { hasTable } from '../../db/tables.ts'
import { FossilError } from '../../base/error.ts'
import { noBytes, utf8 } from '../../base/bytes.ts'
import { expandContent } from '../../base/zlib.ts'
import type { Value } from '../../db/driver.ts'
import { hashLike, parseArtifactHash } from '../../hash/artifact-hash.ts'
import { sha1 } from '../../hash/hash.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { listUnversioned } from '../../repo/unversioned.ts'
import { isUnversionedName } from '../../xfer/unversioned-name.ts'
import { InvariantError } from '../../runner/invariants.ts'
import { type Invariant, maySend, syncsUnversioned } from '../world.ts'
import { allNodes, ofEachNode } from './of-each-node.ts'

/**
 * Every unversioned file is what its row says.
 *
 * @example
 * ```ts
 * checkUvIntegrity('leaf-0', repo)
 * ```
 * @throws {InvariantError} `uv-integrity`
 */
export function checkUvIntegrity(nodeId: string, repo: Repo): void {
  const fail = (detail: string): InvariantError =>
    new InvariantError('uv-integrity', { nodeId, detail })
  if (!hasTable(dbOf(repo), 'unversioned')) return
  const rows = dbOf(repo).prepare<Row>(
    `SELECT name, mtime, lower(hash), sz, encoding, content FROM unversioned ORDER BY name, uvid`,
  )
  for (const row of rows.all()) {
    const problem = problemOf(row)
    if (problem !== undefined) throw fail(`${JSON.stringify(row[0])} ${problem}`)
  }
  const remembered = dbOf(repo)
    .prepare<[string]>("SELECT CAST(value AS TEXT) FROM config WHERE name = 'uv-hash'")
    .get()?.[0]
  const actual = catalogueHash(repo)
  if (remembered !== undefined && remembered !== actual) {
    throw fail(`the catalogue hashes to ${actual} and is remembered as ${remembered}`)
  }
}

/**
 * Every leaf has the same unversioned files as the master: names, times and contents. Deletions
 * show as files that are not there. Names that no card can carry stay where they are.
 *
 * @example
 * ```ts
 * checkUvConvergence(repo, new Map([['leaf-0', other]]))
 * ```
 * @param leaves by node id, in a fixed order
 * @throws {InvariantError} `uv-convergence`, or `uv-integrity` where a hash hides other content
 */
export function checkUvConvergence(master: Repo, leaves: ReadonlyMap<string, Repo>): void {
  checkUvIntegrity('master', master)
  const expected = liveFiles(master)
  for (const [nodeId, repo] of leaves) {
    // Equal hashes mean equal content where every row is what it says, so that is checked too.
    checkUvIntegrity(nodeId, repo)
    const actual = liveFiles(repo)
    for (const name of [...new Set([...expected.keys(), ...actual.keys()])].sort()) {
      const [there, here] = [expected.get(name), actual.get(name)]
      if (there === here) continue
      const detail = `${JSON.stringify(name)} is ${here ?? 'nothing'} here, and ${
        there ?? 'nothing'
      } on the master`
      throw new InvariantError('uv-convergence', { nodeId, detail })
    }
  }
}

export const uvIntegrity: Invariant = {
  name: 'uv-integrity',
  holds: 'always',
  appliesTo: syncsUnversioned,
  ...ofEachNode(allNodes, checkUvIntegrity),
}

/**
 * Files that a leaf may not send stay its own, so they are compared by uv-last-writer-wins only.
 */
export const uvConvergence: Invariant = {
  name: 'uv-convergence',
  holds: 'settled',
  appliesTo: syncsUnversioned,
  check: ({ nodes, truth }) => {
    const [master, ...leaves] = nodes
    if (master === undefined) return
    const senders = leaves.filter(({ id }) => maySend(truth, id, 'unversioned'))
    checkUvConvergence(master.repo, new Map(senders.map(({ id, repo }) => [id, repo])))
  },
}

/** The hash of what is listed, computed anew and written nowhere. unversioned.c:48-83. */
export function catalogueHash(repo: Repo): string {
  if (!hasTable(dbOf(repo), 'unversioned')) return sha1(noBytes)
  const lines = dbOf(repo)
    .prepare<[string]>(
      `SELECT printf('%s %s %s', name, datetime(mtime, 'unixepoch'), hash)
         FROM unversioned WHERE hash IS NOT NULL ORDER BY name`,
    )
    .all()
  return sha1(utf8(lines.map(([line]) => `${line}\n`).join('')))
}

type Row = [
  name: string | null,
  mtime: Value,
  hash: Value,
  sizeBytes: Value,
  encoding: Value,
  content: Value,
]

/** The fault of a row, as the end of a sentence that begins with its name. */
function problemOf([, mtime, hash, sizeBytes, encoding, content]: Row): string | undefined {
  if (!Number.isSafeInteger(mtime) || Number(mtime) < 0) return 'has a time that is none'
  if (hash === null) {
    if (content !== null) return 'is deleted and has content'
    return sizeBytes === 0 ? undefined : 'is deleted and has a size'
  }
  const name = typeof hash === 'string' ? parseArtifactHash(hash) : undefined
  if (name === undefined) return 'has a hash that is none'
  // Stock leaves out the content of an empty file that came in a sync (xfer.c:348, 405).
  const bytes = content === null && sizeBytes === 0 ? noBytes : expanded(encoding, content)
  if (bytes === undefined) return 'has content that cannot be read'
  const actual = hashLike(name, bytes)
  if (actual !== name) return `holds content that hashes to ${actual} under ${name}`
  if (bytes.length === sizeBytes) return undefined
  return `holds ${bytes.length} bytes and its row says ${String(sizeBytes)}`
}

function expanded(encoding: Value, content: Value): Uint8Array | undefined {
  if (!(content instanceof Uint8Array)) return undefined
  if (encoding !== 1) return content
  try {
    return expandContent(content, { maxBytes: 1 << 30 })
  } catch (error) {
    if (FossilError.is(error)) return undefined
    throw error
  }
}

/** Files that are not deleted and whose names can travel, by name: what identifies a version. */
function liveFiles(repo: Repo): Map<string, string> {
  return new Map(
    listUnversioned(repo)
      .filter(({ name, hash }) => hash !== undefined && isUnversionedName(name))
      .map(({ name, mtimeSec, hash }) => [name, `${hash} of ${mtimeSec}`]),
  )
}
