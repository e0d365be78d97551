/**
 * ZIP archives as stock makes them: names as UTF-8, Unix modes, times in both of ZIP's forms. Where
 * a number is too large for the first form of the format, also in that of ZIP64.
 * Sources: fossil src/zip.c; APPNOTE.TXT 6.3.10 (PKWARE).
 * @module
 */

import { crc32, deflateRawSync } from 'node:zlib'

import { FossilError } from '../base/error.ts'
import { formatDate } from '../deck/date.ts'
import { decodeText } from '../base/text.ts'
import type { ArchiveEntry } from './archive-entry.ts'

const most16 = 0xffff
const most32 = 0xffff_ffff

const modes: Readonly<Record<ArchiveEntry['permission'], number>> = {
  regular: 0o100644,
  executable: 0o100755,
  symlink: 0o120755,
  directory: 0o040755,
}

/** The time that all entries bear. */
export interface ArchiveTime {
  /** For the form of DOS, which has two seconds in a unit and no time zone: it is UTC. */
  readonly dateMs: number
  /** For the form of Unix: seconds since 1970, an unsigned 32-bit number. */
  readonly mtimeSec: number
}

/**
 * The chunks of an archive. The same entries give the same bytes, under one version of zlib.
 *
 * @throws {FossilError} `checkin.invalid` for a name of more than 65,534 bytes
 */
export function* zip(entries: Iterable<ArchiveEntry>, time: ArchiveTime): Generator<Uint8Array> {
  const directory: Buffer[] = []
  const moment = { ...dosMoment(time.dateMs), mtimeSec: time.mtimeSec }
  let at = 0
  for (const entry of entries) {
    const packed = packedEntry(entry, moment)
    const local = Buffer.concat([localHeader(packed), packed.name, timeExtra(packed, 2)])
    directory.push(centralRecord(packed, at))
    at += local.length + packed.data.length
    yield local
    yield packed.data
  }
  const contents = Buffer.concat(directory)
  yield contents
  yield endRecords({ count: directory.length, sizeBytes: contents.length, at })
}

/** The time of all entries, in both forms. */
interface Moment {
  readonly dosTime: number
  readonly dosDate: number
  readonly mtimeSec: number
}

/** The facts that the headers of one entry tell. */
interface Packed extends Moment {
  readonly name: Buffer
  readonly mode: number
  readonly method: 0 | 8
  readonly checksum: number
  readonly sizeBytes: number
  readonly data: Uint8Array
}

function packedEntry({ path, permission, content }: ArchiveEntry, moment: Moment): Packed {
  if (path.length >= most16) {
    const reason = `a file name of ${path.length} bytes is too long for a ZIP archive`
    const shown = decodeText(path.subarray(0, 40))
    throw new FossilError('checkin.invalid', { reason: `${reason}: it begins ${shown}` })
  }
  const isEmpty = content.length === 0
  return {
    name: Buffer.concat([path, Buffer.from(permission === 'directory' ? '/' : '')]),
    mode: modes[permission],
    method: isEmpty ? 0 : 8,
    checksum: isEmpty ? 0 : crc32(content),
    sizeBytes: content.length,
    data: isEmpty ? content : deflateRawSync(content, { level: 9 }),
    ...moment,
  }
}

/** The nearest moment that DOS can say, from 1980 to 2107. */
function dosMoment(dateMs: number): Pick<Moment, 'dosTime' | 'dosDate'> {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = formatDate(
    dateMs,
    'seconds',
  )
    .split(/(?!^)[-T:]/)
    .map(Number)
  if (year < 1980) return { dosTime: 0, dosDate: (1 << 5) | 1 }
  if (year > 2107) return { dosTime: 0xbf7d, dosDate: 0xff9f }
  return {
    dosTime: (hour << 11) | (minute << 5) | (second >> 1),
    dosDate: ((year - 1980) << 9) | (month << 5) | day,
  }
}

/** From the method to the length of the name: the same in both headers of an entry. */
function sharedFields(packed: Packed): Buffer {
  const fields = Buffer.alloc(20)
  fields.writeUInt16LE(packed.method, 0)
  fields.writeUInt16LE(packed.dosTime, 2)
  fields.writeUInt16LE(packed.dosDate, 4)
  fields.writeUInt32LE(packed.checksum, 6)
  fields.writeUInt32LE(packed.data.length, 10)
  fields.writeUInt32LE(packed.sizeBytes, 14)
  fields.writeUInt16LE(packed.name.length, 18)
  return fields
}

function localHeader(packed: Packed): Buffer {
  const start = Buffer.from([0x50, 0x4b, 3, 4, 10, 0, 0, 8])
  return Buffer.concat([start, sharedFields(packed), numbers([2, 13])])
}

/** The field "UT": when the file was changed and, in the local header, when it was read. */
function timeExtra({ mtimeSec }: Packed, times: 1 | 2): Buffer {
  const moments = Array.from({ length: times }, (): Field => [4, mtimeSec])
  return numbers([2, 0x5455], [2, 1 + 4 * times], [1, 3], ...moments)
}

/** @param at of the local header */
function centralRecord(packed: Packed, at: number): Buffer {
  const isFar = at >= most32
  const far = isFar ? numbers([2, 1], [2, 8], [8, at]) : Buffer.alloc(0)
  const extra = Buffer.concat([timeExtra(packed, 1), far])
  return Buffer.concat([
    // Made by Unix, by version 2.3 of the format; read by 1.0, or 4.5 for ZIP64.
    numbers([4, 0x0201_4b50], [2, 0x0317], [2, isFar ? 45 : 10], [2, 0x0800]),
    sharedFields(packed),
    numbers([2, extra.length], [2, 0], [2, 0], [2, 0], [4, packed.mode * 0x1_0000]),
    numbers([4, Math.min(at, most32)]),
    packed.name,
    extra,
  ])
}

function endRecords({ count, sizeBytes, at }: { count: number; sizeBytes: number; at: number }) {
  const isLarge = count >= most16 || sizeBytes >= most32 || at >= most32
  const large = numbers(
    [4, 0x0606_4b50],
    [8, 44],
    [2, 0x032d],
    [2, 45],
    [8, 0],
    [8, count],
    [8, count],
    [8, sizeBytes],
    [8, at],
    // Where that record is.
    [4, 0x0706_4b50],
    [4, 0],
    [8, at + sizeBytes],
    [4, 1],
  )
  const few = Math.min(count, most16)
  const end = numbers(
    [4, 0x0605_4b50],
    [4, 0],
    [2, few],
    [2, few],
    [4, Math.min(sizeBytes, most32)],
    [4, Math.min(at, most32)],
    [2, 0],
  )
  return isLarge ? Buffer.concat([large, end]) : end
}

/** A number and the bytes it takes. */
type Field = readonly [sizeBytes: 1 | 2 | 4 | 8, value: number]

function numbers(...fields: readonly Field[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [size]) => sum + size, 0))
  let at = 0
  for (const [size, value] of fields) {
    if (size === 8) bytes.writeBigUInt64LE(BigInt(value), at)
    else bytes.writeUIntLE(value, at, size)
    at += size
  }
  return bytes
}
