/**
 * Check-ins as archives, read again by what shares no code with their writers.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { crc32, gunzipSync, inflateRawSync } from 'node:zlib'

import { fromUtf8, utf8 } from '../base/bytes.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import { parseDate } from '../deck/date.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { setConfig } from '../repo/config.ts'
import { failsWith } from '../repo/fixture.suite.ts'
import type { Repo } from '../repo/repo.ts'
import { amendCheckin } from '../write/amend.ts'
import { checkin, type FileChange } from '../write/checkin.ts'
import { archiveCheckin, type ArchiveOptions } from './archive.ts'
import type { ArchiveEntry } from './archive-entry.ts'
import { zip } from './zip.ts'

const dateMs = parseDate('2026-03-01T09:30:07') ?? 0
const long = `${'d/'.repeat(30)}${'x'.repeat(120)}`
const split = `${'e'.repeat(120)}/${'y'.repeat(90)}`
const target = 't/'.repeat(80)

function checkinWith(repo: Repo, ...extra: FileChange[]): ArtifactHash {
  const changes: FileChange[] = [
    { name: 'a', content: utf8('1') },
    { name: 'd/run', content: utf8('#!'), permission: 'executable' },
    { name: 'd/link', content: utf8('../a'), permission: 'symlink' },
    { name: 'empty', content: utf8('') },
    ...extra,
  ]
  return checkin(repo, { changes, comment: 'c', user: 'u', dateMs }).hash
}

function bytesOf(repo: Repo, hash: ArtifactHash, options: ArchiveOptions): Buffer {
  return Buffer.concat([...archiveCheckin(repo, hash, options).chunks])
}

/** One entry, as its archive tells it: `mode name = content`. */
type Told = string

function readTar(bytes: Buffer): Told[] {
  const told: Told[] = []
  let pax: Record<string, string> = {}
  for (let at = 0; bytes[at] !== 0;) {
    const header = Buffer.from(bytes.subarray(at, at + 512))
    const read = (from: number, length: number): string =>
      fromUtf8(header.subarray(from, from + length)).replace(/\0[^]*$/, '')
    const [size, sum] = [Number.parseInt(read(124, 12), 8), Number.parseInt(read(148, 8), 8)]
    header.fill(' ', 148, 156)
    assert.equal(
      header.reduce((total, byte) => total + byte, 0),
      sum,
    )
    const content = fromUtf8(bytes.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
    if (read(156, 1) === 'x') {
      pax = Object.fromEntries(
        [...content.matchAll(/\d+ ([a-z]+)=(.*)\n/g)].map(([, key = '', value = '']) => [
          key,
          value,
        ]),
      )
      continue
    }
    const [prefix, tail, link] = [read(345, 155), read(0, 100), read(157, 100)]
    const name = pax['path'] ?? (prefix === '' ? tail : `${prefix}/${tail}`)
    assert.equal(Number.parseInt(read(136, 12), 8), dateMs / 1000)
    const text = read(156, 1) === '2' ? `-> ${pax['linkpath'] ?? link}` : content
    told.push(`${read(156, 1)} ${read(100, 8)} ${name} = ${text}`)
    pax = {}
  }
  return told
}

function readZip(bytes: Buffer): Told[] {
  const end = bytes.length - 22
  assert.equal(bytes.readUInt32LE(end), 0x0605_4b50)
  const told: Told[] = []
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    assert.equal(bytes.readUInt32LE(at), 0x0201_4b50)
    const [packed, size] = [bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 24)]
    const [nameLength, extra] = [bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30)]
    const name = fromUtf8(bytes.subarray(at + 46, at + 46 + nameLength))
    const local = bytes.readUInt32LE(at + 42)
    // Both headers tell the same, from the method to the length of the name.
    assert.ok(bytes.subarray(at + 10, at + 30).equals(bytes.subarray(local + 8, local + 28)), name)
    const from = local + 30 + nameLength + bytes.readUInt16LE(local + 28)
    const data = bytes.subarray(from, from + packed)
    const content = bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(data) : data
    assert.deepEqual([content.length, crc32(content)], [size, bytes.readUInt32LE(at + 16)])
    told.push(`${bytes.readUInt16LE(at + 40).toString(8)} ${name} = ${fromUtf8(content)}`)
    at += 46 + nameLength + extra
  }
  assert.equal(at, end)
  return told
}

suite('an archive', () => {
  test('has each file under one directory, with its mode, and directories before', () => {
    using repo = memoryRepo()
    const hash = checkinWith(repo, { name: 'ü', content: utf8('u') })
    const options = { root: 'p-1' }
    assert.deepEqual(readZip(bytesOf(repo, hash, { ...options, format: 'zip' })), [
      '40755 p-1/ = ',
      '100644 p-1/a = 1',
      '40755 p-1/d/ = ',
      '120755 p-1/d/link = ../a',
      '100755 p-1/d/run = #!',
      '100644 p-1/empty = ',
      '100644 p-1/ü = u',
    ])
    assert.deepEqual(readTar(gunzipSync(bytesOf(repo, hash, { ...options, format: 'tar.gz' }))), [
      '5 0000755 p-1 = ',
      '0 0000644 p-1/a = 1',
      '5 0000755 p-1/d = ',
      '2 0000644 p-1/d/link = -> ../a',
      '0 0000755 p-1/d/run = #!',
      '0 0000644 p-1/empty = ',
      '0 0000644 p-1/ü = u',
    ])
  })

  test('is called after the project, the time that the timeline shows, and the check-in', () => {
    using repo = memoryRepo()
    const hash = checkinWith(repo)
    const root = (): string => archiveCheckin(repo, hash, { format: 'zip' }).root
    assert.equal(root(), `unnamed-20260301093007-${hash.slice(0, 10)}`)
    setConfig(repo, 'project-name', '../Käfer & Co')
    // The letters of two bytes, as stock on a machine whose `char` has a sign makes them.
    assert.equal(root(), `___knifer___co-20260301093007-${hash.slice(0, 10)}`)
    setConfig(repo, 'short-project-name', 'Bugs')
    amendCheckin(repo, hash, { dateMs: parseDate('2020-01-02') ?? 0 }, { user: 'u' })
    assert.equal(root(), `bugs-20200102000000-${hash.slice(0, 10)}`)
  })

  test('has what patterns choose, and the same bytes each time', () => {
    using repo = memoryRepo()
    const hash = checkinWith(repo)
    const options = { root: '', include: 'd/*,a', exclude: '*run' }
    const { names, root } = archiveCheckin(repo, hash, { ...options, format: 'zip' })
    assert.deepEqual([names, root], [['a', 'd/link'], ''])
    for (const format of ['zip', 'tar.gz'] as const) {
      const once = bytesOf(repo, hash, { ...options, format })
      assert.ok(once.equals(bytesOf(repo, hash, { ...options, format })))
    }
    const zipped = readZip(bytesOf(repo, hash, { ...options, format: 'zip' }))
    assert.deepEqual(zipped, ['100644 a = 1', '40755 d/ = ', '120755 d/link = ../a'])
  })

  test('takes no root that leads out of it, and nothing but check-ins', () => {
    using repo = memoryRepo()
    const hash = checkinWith(repo)
    for (const root of ['..', '/a', 'a/../..', 'a/', '.']) {
      const options = { format: 'zip', root } as const
      assert.throws(() => archiveCheckin(repo, hash, options), failsWith('option.invalid'), root)
    }
  })
})

test('a tarball has names and links of any length', () => {
  using repo = memoryRepo()
  const content = utf8('1')
  const hash = checkinWith(
    repo,
    { name: long, content },
    { name: split, content },
    { name: 'l', content: utf8(target), permission: 'symlink' },
  )
  const told = readTar(gunzipSync(bytesOf(repo, hash, { format: 'tar.gz', root: '' })))
  assert.ok(told.includes(`0 0000644 ${long} = 1`))
  assert.ok(told.includes(`0 0000644 ${split} = 1`))
  assert.ok(told.includes(`2 0000644 l = -> ${target}`))
  // The length of a record counts its own digits, at each border.
  for (const length of [84, 85, 86, 87, 985, 986, 987]) {
    const name = `ü${'z'.repeat(length)}`
    const changes = [{ name, content }]
    const one = checkin(repo, { changes, comment: 'c', user: 'u', dateMs, newRoot: true }).hash
    const bytes = gunzipSync(bytesOf(repo, one, { format: 'tar.gz', root: '', include: 'ü*' }))
    const record = bytes.subarray(512, 512 + Number.parseInt(bytes.toString('latin1', 124, 135), 8))
    assert.equal(record.toString(), `${record.length} path=${name}\n`)
  }
})

test('a tarball of many pieces is one gzip member', () => {
  using repo = memoryRepo()
  const content = Buffer.alloc(2_500_000, Buffer.from(Array.from({ length: 999 }, (_, at) => at)))
  const hash = checkinWith(repo, { name: 'big', content })
  const bytes = bytesOf(repo, hash, { format: 'tar.gz', root: '', include: 'big' })
  const unpacked = gunzipSync(bytes)
  assert.ok(unpacked.subarray(512, 512 + content.length).equals(content))
  assert.equal(bytes.readUInt32LE(bytes.length - 4), unpacked.length)
  assert.equal(bytes.readUInt32LE(4), dateMs / 1000)
})

function* entries(count: number): Generator<ArchiveEntry> {
  for (let at = 0; at < count; at++) {
    yield { path: utf8(`${at}`), permission: 'regular', content: new Uint8Array() }
  }
}

suite('a ZIP archive', () => {
  const time = { dateMs: 0, mtimeSec: 0 }

  test('of 65,535 entries and more tells their number in the form of ZIP64', () => {
    const ends = [65_534, 65_535].map((count) => {
      const [end = new Uint8Array()] = [...zip(entries(count), time)].slice(-1)
      return Buffer.from(end)
    })
    assert.deepEqual(
      ends.map(({ length }) => length),
      [22, 98],
    )
    const [, end = Buffer.alloc(0)] = ends
    assert.equal(end.readUInt32LE(0), 0x0606_4b50)
    assert.equal(end.readBigUInt64LE(32), 65_535n)
    const at = end.readBigUInt64LE(48)
    assert.equal(end.readBigUInt64LE(56 + 8), at + end.readBigUInt64LE(40))
    assert.equal(end.readUInt16LE(76 + 8), 0xffff)
  })

  test('has no dates but those from 1980 to 2107, and refuses endless names', () => {
    const dates = ['1970-01-01', '1980-01-01', '2107-12-31T23:59:59', '2108-01-01']
    const told = dates.map((each) => {
      const bytes = Buffer.concat([
        ...zip(entries(1), { dateMs: parseDate(each) ?? 0, mtimeSec: 0 }),
      ])
      return bytes.readUInt32LE(10)
    })
    assert.deepEqual(told, [0x0021_0000, 0x0021_0000, 0xff9f_bf7d, 0xff9f_bf7d])
    const path = utf8('n'.repeat(65_535))
    const endless: ArchiveEntry[] = [{ path, permission: 'regular', content: path }]
    assert.throws(() => [...zip(endless, time)], failsWith('checkin.invalid', /too long/))
  })
})
