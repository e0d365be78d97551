/**
 * The written form of each card: one table, both directions in view.
 *
 * May know the cards and how one line is read. Whole messages are parse.ts and format.ts.
 * Specification: fossil www/sync.wiki §3. Reference: fossil src/xfer.c; where the two differ, the
 * code is what peers do.
 * @module
 */

import { assert } from '../base/assert.ts'
import { defossilize, fossilize } from '../deck/fossilize.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { NamedCard, UvfileCard } from './card.ts'
import type { CardCodec, CardText } from './card-codec.ts'
import type { CardLine } from './line.ts'
import { tableCards } from './table-codec.ts'
import { isUnversionedName } from './unversioned-name.ts'

/** The protocol, one entry per card; line numbers are stock's xfer.c, sender then receiver. */
export const cards: {
  readonly [T in NamedCard['type']]: CardCodec<Extract<NamedCard, { type: T }>>
} = {
  /** `file HASH ?DELTASRC? SIZE`, content. xfer.c:465, 147-158. */
  file: {
    parse: (line) => {
      line.expect(2, 3)
      const hash = line.hash(0)
      const deltaSource = line.count === 3 ? line.hash(1) : undefined
      const content = line.payload(line.integer(line.count - 1))
      return { type: 'file', hash, deltaSource, content }
    },
    format: ({ hash, deltaSource, content }) => ({
      args: [...hashes(hash, deltaSource), content.length],
      payload: content,
    }),
  },

  /** `cfile HASH ?DELTASRC? USIZE CSIZE`, content, newline if missing. xfer.c:667, 263-274. */
  cfile: {
    parse: (line) => {
      line.expect(3, 4)
      const hash = line.hash(0)
      const deltaSource = line.count === 4 ? line.hash(1) : undefined
      const uncompressedSizeBytes = line.integer(line.count - 2)
      const compressed = line.payload(line.integer(line.count - 1))
      return { type: 'cfile', hash, deltaSource, uncompressedSizeBytes, compressed }
    },
    format: ({ hash, deltaSource, uncompressedSizeBytes, compressed }) => ({
      args: [...hashes(hash, deltaSource), uncompressedSizeBytes, compressed.length],
      payload: compressed,
      newline: 'if-missing',
    }),
  },

  /** `igot HASH ?1?`; any other flag says public. xfer.c:1036, 1446. */
  igot: {
    parse: (line) => {
      line.expect(1, 5)
      const isPrivate = line.count > 1 && line.shown(1) === '1'
      return { type: 'igot', hash: line.hash(0), isPrivate }
    },
    format: ({ hash, isPrivate }) => ({ args: isPrivate ? [hash, '1'] : [hash] }),
  },

  /** `gimme HASH`. xfer.c:777, 1416. */
  gimme: {
    parse: (line) => {
      line.expect(1)
      return { type: 'gimme', hash: line.hash(0) }
    },
    format: ({ hash }) => ({ args: [hash] }),
  },

  /** `private`, arguments ignored. xfer.c:464, 1689. */
  private: {
    parse: () => ({ type: 'private' }),
    format: () => ({ args: [] }),
  },

  /** `login USER NONCE SIGNATURE`. http.c:127, xfer.c:1591. */
  login: {
    parse: (line) => {
      line.expect(3)
      const user = defossilize(line.word(0))
      return { type: 'login', user, nonce: line.shown(1), signature: line.shown(2) }
    },
    format: ({ user, nonce, signature }) => ({ args: [fossilize(user), nonce, signature] }),
  },

  /** `pull SERVERCODE PROJECTCODE`. xfer.c:2227, 1489. */
  pull: {
    parse: (line) => ({ type: 'pull', ...codes(line) }),
    format: ({ serverCode, projectCode }) => ({ args: [serverCode, projectCode] }),
  },

  /** `push SERVERCODE PROJECTCODE`. xfer.c:2237, 1489, 2698. */
  push: {
    parse: (line) => ({ type: 'push', ...codes(line) }),
    format: ({ serverCode, projectCode }) => ({ args: [serverCode, projectCode] }),
  },

  /** `clone ?VERSION SEQUENCE?`; versions below 2 have no arguments. xfer.c:2220, 1532. */
  clone: {
    parse: (line) => {
      if (line.count === 0) return { type: 'clone', version: 1, sequence: 1 }
      line.expect(2)
      const [version, sequence] = [line.integer(0), line.integer(1)]
      return version < 2
        ? { type: 'clone', version: 1, sequence: 1 }
        : { type: 'clone', version, sequence }
    },
    format: ({ version, sequence }) => ({ args: version < 2 ? [] : [version, sequence] }),
  },

  /** `clone_seqno SEQUENCE`. xfer.c:1572, 2768. */
  clone_seqno: {
    parse: (line) => {
      line.expect(1)
      return { type: 'clone_seqno', sequence: line.integer(0) }
    },
    format: ({ sequence }) => ({ args: [sequence] }),
  },

  /** `cookie TEXT`. xfer.c:2280, 1679. */
  cookie: {
    parse: (line) => {
      line.expect(1)
      return { type: 'cookie', text: line.word(0) }
    },
    format: ({ text }) => ({ args: [text] }),
  },

  /** `reqconfig NAME`. xfer.c:2311, 1619. */
  reqconfig: {
    parse: (line) => {
      line.expect(1)
      return { type: 'reqconfig', name: line.word(0) }
    },
    format: ({ name }) => ({ args: [name] }),
  },

  /** `config NAME SIZE`, content, newline. configure.c:559, xfer.c:1639, 2718. */
  config: {
    parse: (line) => {
      line.expect(2)
      const name = line.word(0)
      const content = line.payload(line.integer(1))
      line.newline()
      return { type: 'config', name, content }
    },
    format: ({ name, content }) => ({
      args: [name, content.length],
      payload: content,
      newline: 'always',
    }),
  },

  /** `uvfile NAME MTIME HASH SIZE FLAGS`, content if any. xfer.c:739-754, 334-351. */
  uvfile: { parse: parseUvfile, format: formatUvfile },

  /** `uvigot NAME MTIME HASH SIZE`. xfer.c:1116, 2622. */
  uvigot: {
    parse: (line) => {
      line.expect(4)
      const [mtimeSec, sizeBytes] = [line.seconds(1), line.integer(3)]
      return { type: 'uvigot', name: uvName(line), mtimeSec, hash: line.hashOrDash(2), sizeBytes }
    },
    format: ({ name, mtimeSec, hash, sizeBytes }) => ({
      args: [checkedUvName(name), mtimeSec, hash ?? '-', sizeBytes],
    }),
  },

  /** `uvgimme NAME`. xfer.c:2657, 1434. */
  uvgimme: {
    parse: (line) => {
      line.expect(1)
      return { type: 'uvgimme', name: uvName(line) }
    },
    format: ({ name }) => ({ args: [checkedUvName(name)] }),
  },

  /** `pragma NAME ?VALUE...?`. xfer.c:2216, 1703, 2801. */
  pragma: {
    parse: (line) => {
      line.expect(1, 5)
      const args = Array.from({ length: line.count - 1 }, (_, i) => line.shown(i + 1))
      return { type: 'pragma', name: line.shown(0), args }
    },
    format: ({ name, args }) => ({ args: [name, ...args] }),
  },

  /** `error TEXT`. xfer.c:1182, 2925. */
  error: {
    parse: (line) => {
      line.expect(1)
      return { type: 'error', text: defossilize(line.shown(0)) }
    },
    format: ({ text }) => ({ args: [fossilize(text)] }),
  },

  /** `message TEXT`. xfer.c:1520, 2781. */
  message: {
    parse: (line) => {
      line.expect(1)
      return { type: 'message', text: defossilize(line.shown(0)) }
    },
    format: ({ text }) => ({ args: [fossilize(text)] }),
  },

  ...tableCards,
}

/** Bits of a `uvfile`'s flags; the others mean nothing. xfer.c:311-319. */
const uvflags = { deleted: 1, contentOmitted: 4 } as const

function parseUvfile(line: CardLine): UvfileCard {
  line.expect(5)
  const name = uvName(line)
  const mtimeSec = line.seconds(1)
  const hash = line.hashOrDash(2)
  const [sizeBytes, flags] = [line.integer(3), line.integer(4)]
  const isDeleted = (flags & uvflags.deleted) !== 0
  if (isDeleted !== (hash === undefined)) throw line.malformed('its hash and flags disagree')
  if (isDeleted && sizeBytes !== 0) throw line.malformed('a deleted file has a size')
  const isOmitted = isDeleted || (flags & uvflags.contentOmitted) !== 0
  const content = isOmitted ? undefined : line.payload(sizeBytes)
  return { type: 'uvfile', name, mtimeSec, hash, sizeBytes, content }
}

function formatUvfile({ name, mtimeSec, hash, sizeBytes, content }: UvfileCard): CardText {
  const args = [checkedUvName(name), mtimeSec]
  if (hash === undefined) return { args: [...args, '-', 0, uvflags.deleted] }
  if (content === undefined) return { args: [...args, hash, sizeBytes, uvflags.contentOmitted] }
  assert(content.length === sizeBytes, "an unversioned file's size is its content's length")
  return { args: [...args, hash, sizeBytes, 0], payload: content }
}

function hashes(hash: ArtifactHash, deltaSource: ArtifactHash | undefined): string[] {
  return deltaSource === undefined ? [hash] : [hash, deltaSource]
}

function codes(line: CardLine): { serverCode: string; projectCode: string } {
  line.expect(2)
  return { serverCode: line.word(0), projectCode: line.projectCode(1) }
}

function uvName(line: CardLine): string {
  const name = line.word(0)
  if (isUnversionedName(name)) return name
  throw line.malformed('its name is not that of an unversioned file')
}

function checkedUvName(name: string): string {
  assert(isUnversionedName(name), 'the names of unversioned files are checked before they are sent')
  return name
}
