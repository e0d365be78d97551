/**
 * The most that one message may hold of each card, for the side that it is sent to: what a stranger
 * sends who wants to keep somebody busy. Every message is as long as the text of cards may be.
 * @module
 */

import { createDelta } from 'trilobite/delta'
import { sha1 } from 'trilobite/hash'
import { encodeMessage } from 'trilobite/xfer'

/** The text of a message, `maxTextBytes` of src/sync/limits.ts. */
const textBytes = 1 << 24

/** The repository that the messages are about. */
export interface Place {
  readonly projectCode: string
  /** Names of artifacts that the receiver holds. */
  readonly known: readonly string[]
  /** Content that the receiver holds under `sourceHash`. */
  readonly source: Uint8Array
  readonly sourceHash: string
}

/** The receiver of a message. */
export type Side = 'handler' | 'client' | 'clone'

type Parts = (Uint8Array | string)[]

/** One card, or several of a sort, and who may be sent it. */
export interface Flood {
  readonly name: string
  readonly sides: readonly Side[]
  readonly make: (side: Side, place: Place) => Uint8Array
}

const both: readonly Side[] = ['handler', 'client']
const all: readonly Side[] = ['handler', 'client', 'clone']

/** Every message. */
export const floods: readonly Flood[] = [
  lines('blank lines', all, () => ''),
  lines('blanks', all, () => ' '),
  lines('comments', all, () => '#'),
  lines('unknown cards', ['client', 'clone'], () => 'x'),
  lines('igot, known', both, (i, { known }) => `igot ${at(known, i)}`),
  lines('igot, with a flag', both, (i, { known }) => `igot ${at(known, i)} 0`),
  lines('igot, unknown', both, (i) => `igot ${madeUp(i)}`),
  lines('igot, odd', both, (i) => `igot ${madeUp(i).slice(1)}F`),
  lines('gimme, known', both, (i, { known }) => `gimme ${at(known, i)}`),
  lines('gimme, unknown', both, (i) => `gimme ${madeUp(i)}`),
  lines('clone', ['handler'], () => 'clone 3 1'),
  lines('reqconfig', ['handler'], () => 'reqconfig /all'),
  lines('reqconfig, others', ['handler'], (i) => `reqconfig /${i}`),
  lines('pull and push', ['handler'], (i, { projectCode: code }) =>
    i % 2 === 0 ? `pull x ${code}` : `push x ${code}`,
  ),
  lines('uvgimme, one', ['handler'], () => 'uvgimme uv1'),
  lines('uvgimme, others', ['handler'], (i) => `uvgimme uv${i}`),
  lines('uvigot', both, (i) => `uvigot uv${i} 1 - 0`),
  lines('uvfile, times', both, (i) => `uvfile uv${i % 100} ${i} - 0 1`),
  lines('config', both, () => 'config /user 2\n1 \n'),
  lines('pragma ci-lock', ['handler'], (i) => `pragma ci-lock ${madeUp(i)} ${madeUp(0)}`),
  lines('pragma uv-push-ok', ['client'], () => 'pragma uv-push-ok'),
  lines('pragma, others', all, (i) => `pragma p${i} a b c d`),
  lines('cookie', both, () => 'cookie c'),
  lines('private', all, () => 'private'),
  lines('message', ['client', 'clone'], () => 'message m'),
  lines('file, empty', all, () => `file ${emptyName} 0`),
  cards('file, short', all, (i) => file(Buffer.from(`short ${i}`))),
  cards('file, waiting', all, (i) => deltaFile(madeUp(i), madeUp(-1), Buffer.from('1\n1:a0;'))),
  cards('file, a waiting chain', both, (i) =>
    deltaFile(madeUp(i), madeUp(i + 1), Buffer.from('1\n1:a0;')),
  ),
  cards('file, deltas of much', all, (i, { source, sourceHash }) => {
    if (i === 600) return []
    const target = Buffer.concat([source, Buffer.from(`${i}`)])
    return deltaFile(sha1(target), sourceHash, createDelta(source, target))
  }),
  cards('file, deltas that lie', ['handler', 'clone'], (i) => {
    // They wait for a source that comes at the end.
    const delta = createDelta(lateSource, lateSource)
    const end = file(lateSource)
    return i < 100 ? deltaFile(madeUp(i), lateName, delta) : i === 100 ? end : []
  }),
  cards('cfile, short', all, (i) => {
    const content = Buffer.from(`short ${i}`)
    return cfile(sha1(content), content)
  }),
  cards('cfile, bombs', all, (i) => (i < 1000 ? cfile(madeUp(i), zeros) : [])),
]

const emptyName = sha1(new Uint8Array(0))
const zeros = new Uint8Array(16 << 20)
const lateSource = new Uint8Array(8 << 20).fill(7)
const lateName = sha1(lateSource)

function at(names: readonly string[], i: number): string {
  return names[i % names.length] ?? ''
}

/** A name that nothing has. */
function madeUp(i: number): string {
  return (i + 1_000_000).toString(16).padStart(40, 'a')
}

function file(content: Uint8Array): Parts {
  return [`file ${sha1(content)} ${content.length}\n`, content]
}

function deltaFile(hash: string, source: string, delta: Uint8Array): Parts {
  return [`file ${hash} ${source} ${delta.length}\n`, delta]
}

const compressed = new Map<Uint8Array, Uint8Array>()

function cfile(hash: string, content: Uint8Array): Parts {
  const bytes = compressed.get(content) ?? encodeMessage(content, { deflateOverBytes: 0 })
  if (content === zeros) compressed.set(content, bytes)
  return [`cfile ${hash} ${content.length} ${bytes.length}\n`, bytes, '\n']
}

/** As many lines as fit. */
function lines(
  name: string,
  sides: readonly Side[],
  line: (i: number, place: Place) => string,
): Flood {
  return cards(name, sides, (i, place) => [`${line(i, place)}\n`])
}

/** As many cards as fit: until their text is long enough, or there are no more. */
function cards(
  name: string,
  sides: readonly Side[],
  card: (i: number, place: Place) => Parts,
): Flood {
  return { name, sides, make }

  function make(side: Side, place: Place): Uint8Array {
    const { projectCode: code } = place
    const start = side === 'handler' ? `pull x ${code}\npush x ${code}\n` : '# a reply\n'
    const parts: Uint8Array[] = [Buffer.from(start)]
    let text = parts[0]?.length ?? 0
    for (let i = 0; ; i++) {
      const more = card(i, place)
      for (const part of more) if (typeof part === 'string') text += part.length
      if (more.length === 0 || text > textBytes) break
      for (const part of more) parts.push(typeof part === 'string' ? Buffer.from(part) : part)
    }
    return Buffer.concat(parts)
  }
}
