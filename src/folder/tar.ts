/**
 * Tar archives as stock makes them: POSIX ustar, and where a name does not fit that or is not
 * ASCII, a pax header before its entry.
 * Sources: fossil src/tar.c; POSIX.1-2017, pax.
 * @module
 */

import { utf8 } from '../base/bytes.ts'
import type { ArchiveEntry } from './archive-entry.ts'

const blockBytes = 512
const nameBytes = 100
const prefixBytes = 155

const types: Readonly<Record<ArchiveEntry['permission'], string>> = {
  regular: '0',
  executable: '0',
  symlink: '2',
  directory: '5',
}

/**
 * The chunks of an archive, not compressed.
 *
 * @param mtimeSec of every entry: seconds since 1970, an unsigned 32-bit number
 */
export function* tar(entries: Iterable<ArchiveEntry>, mtimeSec: number): Generator<Uint8Array> {
  for (const { path, permission, content } of entries) {
    const name = Buffer.from(path)
    const isLink = permission === 'symlink'
    const data = isLink ? Buffer.alloc(0) : content
    const fits = splitName(name)
    const records = [
      ...(fits === undefined || name.some((byte) => byte > 0x7e) ? [paxRecord('path', name)] : []),
      ...(isLink && content.length > nameBytes ? [paxRecord('linkpath', content)] : []),
    ]
    const entry = { name, mode: modeOf(permission), mtimeSec }
    if (records.length > 0) yield* paxHeader(entry, Buffer.concat(records))
    yield header({
      ...entry,
      type: types[permission],
      sizeBytes: data.length,
      target: isLink ? content : undefined,
    })
    yield* padded(data)
  }
  yield new Uint8Array(2 * blockBytes)
}

function modeOf(permission: ArchiveEntry['permission']): number {
  return permission === 'executable' || permission === 'directory' ? 0o755 : 0o644
}

interface Header {
  readonly name: Buffer
  readonly mode: number
  readonly mtimeSec: number
  readonly type: string
  readonly sizeBytes: number
  readonly target?: Uint8Array | undefined
}

function* paxHeader(
  entry: Pick<Header, 'name' | 'mode' | 'mtimeSec'>,
  records: Buffer,
): Generator<Uint8Array> {
  const name = Buffer.concat([Buffer.from('PaxHeader/'), entry.name])
  yield header({ ...entry, name, type: 'x', sizeBytes: records.length })
  yield* padded(records)
}

function* padded(data: Uint8Array): Generator<Uint8Array> {
  if (data.length === 0) return
  yield data
  const rest = data.length % blockBytes
  if (rest !== 0) yield new Uint8Array(blockBytes - rest)
}

function header({ name, mode, mtimeSec, type, sizeBytes, target }: Header): Buffer {
  const block = Buffer.alloc(blockBytes)
  const { tail, prefix } = splitName(name) ?? nearestSplit(name)
  block.set(tail, 0)
  block.write(octal(mode, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(sizeBytes, 12), 124)
  block.write(octal(mtimeSec, 12), 136)
  block.write(' '.repeat(8), 148)
  block.write(type, 156)
  if (target !== undefined) block.set(target.subarray(0, nameBytes), 157)
  block.write('ustar\x0000', 257)
  block.write('nobody', 265)
  block.write('nobody', 297)
  block.set(prefix, 345)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 8)}\0`, 148)
  return block
}

/** Without the zero that ends it. */
function octal(value: number, fieldBytes: number): string {
  return value.toString(8).padStart(fieldBytes - 1, '0')
}

/** A name in the two fields for it: a tail, and what precedes the `/` before that. */
interface SplitName {
  readonly tail: Uint8Array
  readonly prefix: Uint8Array
}

/** Undefined where the name does not fit. */
function splitName(name: Buffer): SplitName | undefined {
  const at = splitAt(name)
  if (name.length - at > nameBytes || at > prefixBytes + 1) return undefined
  return { tail: name.subarray(at), prefix: name.subarray(0, Math.max(0, at - 1)) }
}

/** For readers that do not know pax. */
function nearestSplit(name: Buffer): SplitName {
  const at = splitAt(name)
  return {
    tail: name.subarray(at, at + nameBytes),
    prefix: name.subarray(0, Math.min(prefixBytes, Math.max(0, at - 1))),
  }
}

/** The first place after a `/` from which on the name is short enough, else the last one. */
function splitAt(name: Buffer): number {
  if (name.length <= nameBytes) return 0
  let split = 0
  for (let at = 1; at + 1 < name.length; at++) {
    if (name[at] !== 0x2f) continue
    split = at + 1
    if (name.length - split <= nameBytes) break
  }
  return split
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function paxRecord(key: string, value: Uint8Array): Buffer {
  const rest = Buffer.concat([utf8(` ${key}=`), value, utf8('\n')])
  let length = rest.length
  while (String(length).length + rest.length !== length) {
    length = String(length).length + rest.length
  }
  return Buffer.concat([utf8(String(length)), rest])
}
