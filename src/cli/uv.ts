/**
 * `trilobite uv`: unversioned files, of which only the latest version is kept.
 * @module
 */

import { statSync } from 'node:fs'
import type { Command } from 'commander'
import { readWholeFile, unreadableFile } from '../base/whole-file.ts'
import {
  FossilError,
  listUnversioned,
  readUnversioned,
  removeUnversioned,
  type Repo,
  writeUnversioned,
} from '../index.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { runSync, type SyncCommandOptions, withRemote } from './sync.ts'
import { counted } from '../base/counted.ts'
import { formatTime } from './terminal.ts'
import { print, printChunks } from './output.ts'

type UnversionedEntry = ReturnType<typeof listUnversioned>[number]

interface UvOptions {
  readonly json?: boolean
}

interface AddOptions extends UvOptions {
  readonly as?: string
  readonly mtime?: boolean
}

const json = ['--json', 'print one JSON object and nothing else'] as const

/** Adds `uv` to the program. */
export function addUvCommand(program: Command): void {
  const uv = program
    .command('uv')
    .alias('unversioned')
    .description('write, print and list unversioned files, of which only the latest is kept')
  addWriters(program, uv)
  uv.command('cat')
    .description('print a file')
    .argument('<name>', 'the name of the file, as "uv ls" lists it')
    .option(...json)
    .action(async (name: string, options: UvOptions) => {
      using repo = openWhole(repositoryPath(program))
      await printFile(repo, name, options)
    })
  uv.command('ls')
    .alias('list')
    .description('list the files')
    .option('-l, --long', 'show hash, size and time')
    .option(...json)
    .action((options: UvOptions & { long?: boolean }) => {
      using repo = openWhole(repositoryPath(program))
      const files = listUnversioned(repo).filter(({ hash }) => hash !== undefined)
      print(options, { files: files.map(entryFields) }, listText(files, options.long === true))
    })
  withRemote(uv.command('sync').description('exchange unversioned files, and nothing else')).action(
    async (remote: string | undefined, options: SyncCommandOptions) => {
      using repo = openWhole(repositoryPath(program))
      const what = { push: false, pull: false, unversioned: true }
      await runSync(repo, { remote, what, done: 'synced unversioned files with', ...options })
    },
  )
}

function addWriters(program: Command, uv: Command): void {
  uv.command('add')
    .description('add files, or replace them')
    .argument('<file...>', 'files on disk, each under its own path')
    .option('--as <name>', 'another name, for a single file')
    .option('--mtime', "with the file's own time, rather than now")
    .option(...json)
    .action((paths: string[], options: AddOptions) => {
      using repo = openWhole(repositoryPath(program))
      addFiles(repo, paths, options)
    })
  uv.command('rm')
    .aliases(['remove', 'delete'])
    .description('remove files, here and wherever this repository syncs')
    .argument('<name...>', 'names of files, as "uv ls" lists them')
    .option(...json)
    .action((names: string[], options: UvOptions) => {
      using repo = openWhole(repositoryPath(program))
      removeFiles(repo, names)
      print(options, { removed: names }, `${counted(names.length, 'file')} removed\n`)
    })
}

function addFiles(repo: Repo, paths: readonly string[], options: AddOptions): void {
  const { as, mtime } = options
  if (as !== undefined && paths.length > 1) throw invalid('--as', 'one name is for one file')
  const files = paths.map((path) => ({
    ...fileAt(path),
    name: as ?? path.replace(/^(?:\.\/)+/, ''),
  }))
  const added = repo.transaction(() =>
    files.map(({ name, content, ownSec }) => {
      const hash = writeUnversioned(repo, {
        name,
        content,
        mtimeSec: mtime === true ? ownSec : undefined,
      })
      const { mtimeSec } = present(repo, name)
      return { name, hash, sizeBytes: content.length, mtimeSec, time: formatTime(mtimeSec) }
    }),
  )
  print(options, { added }, added.map(({ name, hash }) => `${hash} ${name}\n`).join(''))
}

/** @throws {FossilError} `option.invalid` for a name that is not here; then nothing is removed */
function removeFiles(repo: Repo, names: readonly string[]): void {
  repo.transaction(() => {
    for (const name of names) {
      present(repo, name)
      removeUnversioned(repo, { name })
    }
  })
}

async function printFile(repo: Repo, name: string, options: UvOptions): Promise<void> {
  const entry = present(repo, name)
  const content = readUnversioned(repo, name)
  if (content === undefined) throw invalid('name', `the content of ${quoted(name)} never came`)
  if (options.json !== true) {
    return printChunks([content])
  }
  const contentBase64 = Buffer.from(content).toString('base64')
  print(options, { ...entryFields(entry), contentBase64 }, '')
}

function entryFields(entry: UnversionedEntry): Record<string, unknown> {
  const { name, hash, sizeBytes, mtimeSec, hasContent } = entry
  return { name, hash, sizeBytes, mtimeSec, time: formatTime(mtimeSec), hasContent }
}

function listText(files: readonly UnversionedEntry[], isLong: boolean): string {
  const width = Math.max(0, ...files.map(({ sizeBytes }) => String(sizeBytes).length))
  return files
    .map(({ name, hash, sizeBytes, mtimeSec }) => {
      if (!isLong) return `${name}\n`
      const size = String(sizeBytes).padStart(width)
      return `${(hash ?? '').slice(0, 12)}  ${formatTime(mtimeSec)}  ${size}  ${name}\n`
    })
    .join('')
}

/** @throws {FossilError} `option.invalid` where there is no such file */
function present(repo: Repo, name: string): UnversionedEntry {
  const entry = listUnversioned(repo).find((file) => file.name === name)
  if (entry?.hash !== undefined) return entry
  throw invalid('name', `there is no unversioned file ${quoted(name)}`)
}

function fileAt(path: string): { content: Uint8Array; ownSec: number } {
  const content = readWholeFile(path)
  try {
    return { content, ownSec: Math.floor(statSync(path).mtimeMs / 1000) }
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function invalid(option: string, reason: string): FossilError {
  return new FossilError('option.invalid', { option, reason })
}
