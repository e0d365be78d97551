/**
 * Check-ins outside of a repository, beside stock's: an export and a check-out, and both archives.
 * @module
 */

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'

import {
  archiveCheckin,
  type ArtifactHash,
  checkin,
  createRepo,
  exportCheckin,
  type Repo,
  setConfig,
  systemEnv,
} from 'trilobite'

import { requireFossilOrSkip } from '../tools/ensure-fossil.ts'
import { fossil, makeFolder } from './stock.suite.ts'

/** A second that stock, cutting off a Julian day, takes for the one before. */
const dateMs = Date.UTC(2026, 2, 1, 9, 30, 3)

/** One file of a check-in. */
type FileChange = Parameters<typeof checkin>[1]['changes'][number]

const long = `${'d/'.repeat(30)}${'x'.repeat(120)}`

function file(name: string, text: string, permission?: FileChange['permission']): FileChange {
  const content = Buffer.from(text)
  return permission === undefined ? { name, content } : { name, content, permission }
}

/** A repository of two check-ins, with every kind of file, and the settings that make more. */
function makeRepo(folder: string): { repo: Repo; first: ArtifactHash; second: ArtifactHash } {
  const repo = createRepo(join(folder, 'p.fossil'), systemEnv)
  setConfig(repo, 'project-name', 'beetles')
  setConfig(repo, 'manifest', 'rut')
  setConfig(repo, 'empty-dirs', 'tmp, var/log')
  setConfig(repo, 'allow-symlinks', 'on')
  const author = { comment: 'c', user: 'amy' }
  const first = checkin(repo, {
    ...author,
    dateMs: dateMs - 1000,
    changes: [
      file('a.txt', 'one\n'),
      file('gone/below/it', 'g'),
      file('kept/x', 'x'),
      file('link', 'kept/x', 'symlink'),
      file('run', '#!/bin/sh\n', 'executable'),
      file('was-run', '#!/bin/sh\n', 'executable'),
    ],
  })
  const second = checkin(repo, {
    ...author,
    dateMs,
    tags: ['zz', 'aa'],
    changes: [
      file('a.txt', 'two\n'),
      { name: 'gone/below/it', content: undefined },
      file('was-run', 'no more\n', 'regular'),
      file('ü/nicode', 'u'),
      file(long, 'l'),
      file('empty', ''),
      file('big', 'line\n'.repeat(300_000)),
    ],
  })
  return { repo, first: first.hash, second: second.hash }
}

/** Every file and directory: mode, and content or target. Not what only one side keeps there. */
function treeOf(folder: string, prefix = ''): string[] {
  return readdirSync(join(folder, prefix)).flatMap((tail) => {
    const name = prefix + tail
    if (/^(?:\.fslckout|\.trilobite-export)$/.test(name)) return []
    const stat = lstatSync(join(folder, name))
    const mode = (stat.mode & 0o777).toString(8)
    if (stat.isDirectory()) return [`${mode} ${name}/`, ...treeOf(folder, `${name}/`)]
    if (stat.isSymbolicLink()) return [`${name} -> ${readlinkSync(join(folder, name))}`]
    const text = readFileSync(join(folder, name), 'utf8')
    // Stock leaves the order of tags to its database.
    const content = name.endsWith('manifest.tags') ? text.split('\n').sort() : text
    return [`${mode} ${name} ${createHash('sha1').update(String(content)).digest('hex')}`]
  })
}

function skips(t: TestContext): boolean {
  if (process.platform !== 'win32') return requireFossilOrSkip(t) === undefined
  t.skip('Windows has no executable bits')
  return true
}

test('an export is what stock checks out, and so is the next one over it', async (t) => {
  if (skips(t)) return
  const folder = makeFolder(t)
  const { repo, first, second } = makeRepo(folder)
  using _ = repo
  const stock: string[][] = []
  for (const hash of [first, second]) {
    const checkout = join(folder, hash)
    mkdirSync(checkout)
    await fossil(checkout, 'open', '../p.fossil', hash)
    stock.push(treeOf(checkout))
  }
  assert.ok(stock[1]?.includes('link -> kept/x') && stock[1].includes('755 var/log/'))
  const [ours, fresh] = [join(folder, 'ours'), join(folder, 'fresh')]
  exportCheckin(repo, first, ours)
  assert.deepEqual(treeOf(ours), stock[0])
  exportCheckin(repo, second, ours)
  assert.deepEqual(treeOf(ours), stock[1])
  exportCheckin(repo, second, fresh)
  assert.deepEqual(treeOf(fresh), stock[1])
})

test("a tarball is stock's, byte for byte, before it is compressed", async (t) => {
  if (skips(t)) return
  const folder = makeFolder(t)
  const { repo, second } = makeRepo(folder)
  using _ = repo
  // After a symlink stock's headers still tell its target.
  const options = { exclude: 'link,manifest.tags', root: 'r-1' }
  const given = ['--name', 'r-1', '-X', 'link,manifest.tags', '-R', 'p.fossil']
  await fossil(folder, 'tarball', second, 'stock.tar.gz', ...given)
  const stock = readFileSync(join(folder, 'stock.tar.gz'))
  const { chunks } = archiveCheckin(repo, second, { format: 'tar.gz', ...options })
  const ours = Buffer.concat([...chunks])
  assert.ok(gunzipSync(ours).equals(gunzipSync(stock)))
  assert.ok(ours.subarray(0, 10).equals(stock.subarray(0, 10)))
})

/** The directory of a ZIP archive without what differs between versions of zlib. */
function directoryOf(bytes: Buffer): Buffer[] {
  const records: Buffer[] = []
  for (let at = bytes.readUInt32LE(bytes.length - 6); bytes.readUInt32LE(at) === 0x02014b50;) {
    const length = 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30)
    const record = Buffer.from(bytes.subarray(at, at + length))
    // The checksum of tags, the packed size and the place.
    if (record.includes('manifest.tags')) record.fill(0, 16, 20)
    record.fill(0, 20, 24)
    record.fill(0, 42, 46)
    records.push(record)
    at += length
  }
  return records
}

test("a ZIP archive lists what stock's lists, and both unpack to one tree", async (t) => {
  if (skips(t)) return
  const folder = makeFolder(t)
  const { repo, second } = makeRepo(folder)
  using _ = repo
  await fossil(folder, 'zip', second, 'stock.zip', '--name', 'r-1', '-R', 'p.fossil')
  const stock = readFileSync(join(folder, 'stock.zip'))
  const { chunks } = archiveCheckin(repo, second, { format: 'zip', root: 'r-1' })
  const ours = Buffer.concat([...chunks])
  assert.deepEqual(directoryOf(ours), directoryOf(stock))
  assert.ok(directoryOf(ours).length > 40)
  writeFileSync(join(folder, 'ours.zip'), ours)
  const tools = spawnSync('unzip', ['-v']).error === undefined
  if (!tools) return t.skip('unpacking needs unzip')
  for (const name of ['stock', 'ours']) {
    execFileSync('unzip', ['-q', `${name}.zip`, '-d', name], { cwd: folder })
  }
  assert.deepEqual(treeOf(join(folder, 'ours')), treeOf(join(folder, 'stock')))
})
