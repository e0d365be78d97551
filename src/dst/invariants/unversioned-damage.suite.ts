/**
 * Ways to damage unversioned files, one at a time, and what must be noticed of each.
 * @module
 */

import { utf8 } from '../../base/bytes.ts'
import { unsetConfig } from '../../repo/config.ts'
import { unversionedHash, writeUnversioned } from '../../repo/unversioned.ts'
import type { Damage, Pair } from './pair.suite.ts'

/** Damages rows without contradicting the hash of the catalogue that is remembered. */
function rows(pair: Pair, where: 'master' | 'leaf', sql: string): void {
  pair.damage(where, `UPDATE unversioned SET ${sql}`)
  unsetConfig(pair[where], 'uv-hash')
}

const integrity: readonly Damage[] = (
  [
    ['content that is not what its hash says', "content = x'00' WHERE name = 'short'", /hashes to/],
    ['a size that is not that of the content', "sz = 6 WHERE name = 'short'", /row says 6/],
    ['content that cannot be expanded', "content = x'00' WHERE name = 'long'", /cannot be read/],
    ['content that is text', "content = 'text' WHERE name = 'short'", /cannot be read/],
    ['a hash without its content', "content = NULL WHERE name = 'short'", /cannot be read/],
    ['a hole', "content = NULL, sz = 0 WHERE name = 'short'", /hashes to/],
    ['a hash that is none', "hash = 'abc' WHERE name = 'short'", /hash that is none/],
    ['a time that is none', "mtime = 'yesterday' WHERE name = 'short'", /time that is none/],
    ['a time before all times', "mtime = -1 WHERE name = 'short'", /time that is none/],
    ['a deleted file with content', "content = x'00' WHERE name = 'gone'", /has content/],
    ['a deleted file with a size', "sz = 1 WHERE name = 'gone'", /has a size/],
  ] as const
).map(([what, sql, detail]) => ({
  what,
  invariant: 'uv-integrity',
  where: 'leaf-0',
  detail,
  inflict: (pair) => rows(pair, 'leaf', sql),
}))

export const uvDamages: readonly Damage[] = [
  ...integrity,
  {
    what: 'the hash of an old catalogue',
    invariant: 'uv-integrity',
    where: 'master',
    detail: /is remembered as/,
    inflict: (pair) => {
      unversionedHash(pair.master)
      pair.damage('master', "UPDATE unversioned SET mtime = 101 WHERE name = 'short'")
    },
  },
  {
    what: 'a file that its writer lost',
    invariant: 'uv-never-lost',
    where: 'leaf-0',
    detail: /"short" as .* was written here and gave way to nothing/,
    inflict: (pair) => pair.damage('leaf', "DELETE FROM unversioned WHERE name = 'short'"),
  },
  {
    what: 'a file that gave way to an older one',
    invariant: 'uv-never-lost',
    where: 'leaf-0',
    detail: /"short" as .* of 100 was written here and gave way to .* of 99/,
    inflict: ({ leaf }) =>
      writeUnversioned(leaf, { name: 'short', content: utf8('older'), mtimeSec: 99 }),
  },
  {
    what: 'a deletion that was forgotten',
    invariant: 'uv-never-lost',
    where: 'master',
    detail: /"gone" deleted at 500 was written here and gave way to nothing/,
    inflict: (pair) => pair.damage('master', "DELETE FROM unversioned WHERE name = 'gone'"),
  },
  {
    what: 'a version that its writer gave up and the others lost',
    invariant: 'uv-never-lost',
    where: 'master',
    detail: /"lent" as .* of 100 was not superseded and is nowhere/,
    inflict: (pair) => {
      pair.write('leaf-0', { name: 'lent', text: 'the later one', mtimeSec: 100 })
      writeUnversioned(pair.master, { name: 'lent', content: utf8('the later one'), mtimeSec: 100 })
      pair.write('leaf-0', { name: 'lent', text: 'with the time on disk', mtimeSec: 50 })
      pair.damage('master', "DELETE FROM unversioned WHERE name = 'lent'")
    },
  },
  {
    what: 'a file that only the master has',
    invariant: 'uv-convergence',
    where: 'leaf-0',
    detail: /"new" is nothing here, and [0-9a-f]+ of 9 on the master/,
    inflict: (pair) => pair.write('master', { name: 'new', text: '', mtimeSec: 9 }),
  },
  {
    what: 'a file that only a leaf has',
    invariant: 'uv-convergence',
    where: 'leaf-0',
    detail: /"new" is [0-9a-f]+ of 9 here, and nothing on the master/,
    inflict: (pair) => pair.write('leaf-0', { name: 'new', text: '', mtimeSec: 9 }),
  },
  {
    what: 'a file that is deleted on one side',
    invariant: 'uv-convergence',
    where: 'leaf-0',
    detail: /"short" is nothing here/,
    inflict: (pair) => pair.delete('leaf-0', { name: 'short', mtimeSec: 900 }),
  },
  {
    what: 'the same content of two times',
    invariant: 'uv-convergence',
    where: 'leaf-0',
    detail: /of 101 here, and [0-9a-f]+ of 100 on the master/,
    inflict: (pair) => rows(pair, 'leaf', "mtime = 101 WHERE name = 'short'"),
  },
  {
    what: 'the version that loses, on all sides',
    invariant: 'uv-last-writer-wins',
    where: 'master',
    detail: /"short" as .* of 101 wins, and .* of 100 is here/,
    inflict: (pair) => {
      pair.write('leaf-0', { name: 'short', text: 'the later one', mtimeSec: 101 })
      writeUnversioned(pair.leaf, { name: 'short', content: utf8('short'), mtimeSec: 100 })
    },
  },
  {
    what: 'a deletion that lost to an older file',
    invariant: 'uv-last-writer-wins',
    where: 'leaf-0',
    detail: /"gone" deleted at 500 wins, and .* of 400 is here/,
    inflict: ({ leaf }) =>
      writeUnversioned(leaf, { name: 'gone', content: utf8('soon'), mtimeSec: 400 }),
  },
  {
    what: 'a version that nobody wrote, of a content that somebody did',
    invariant: 'uv-last-writer-wins',
    where: 'master',
    detail: /"short" as .* of 101 is here and was never written/,
    inflict: (pair) => rows(pair, 'master', "mtime = 101 WHERE name = 'short'"),
  },
  {
    what: 'a file that nobody wrote',
    invariant: 'uv-last-writer-wins',
    where: 'leaf-0',
    detail: /"nobodys" as .* is here and was never written/,
    inflict: ({ leaf }) =>
      writeUnversioned(leaf, { name: 'nobodys', content: utf8('x'), mtimeSec: 1 }),
  },
]
