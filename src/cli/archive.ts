/**
 * `trilobite zip` and `trilobite tarball`: a check-in as an archive, as stock makes it.
 * Source: fossil src/zip.c zip_cmd, src/tar.c tarball_cmd.
 * @module
 */

import { closeSync, lstatSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import type { Command } from 'commander'
import { counted } from '../base/counted.ts'
import { unreadableFile } from '../base/whole-file.ts'
import { archiveCheckin, FossilError, type Repo } from '../index.ts'
import { withChoice } from './export.ts'
import { jsonOption } from './look-back-options.ts'
import { findCheckin } from './lookup.ts'
import { print, printChunks, printText, shownName } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { formatBytes } from './terminal.ts'

interface ArchiveCommandOptions {
  readonly name?: string
  readonly include?: string
  readonly exclude?: string
  readonly list?: boolean
  readonly force?: boolean
  readonly json?: boolean
}

/** A kind of archive: the format, and the bytes with which one begins. */
interface Kind {
  readonly format: 'zip' | 'tar.gz'
  readonly title: string
  readonly magic: Buffer
}

const zipKind: Kind = { format: 'zip', title: 'ZIP archive', magic: Buffer.from('PK') }
const tarKind: Kind = { format: 'tar.gz', title: 'tarball', magic: Buffer.from([0x1f, 0x8b]) }

/** Adds `zip` and `tarball` to the program. */
export function addArchiveCommands(program: Command): void {
  addArchiveCommand(program, 'zip', zipKind)
  addArchiveCommand(program, 'tarball', tarKind)
}

function addArchiveCommand(program: Command, command: string, kind: Kind): void {
  withChoice(
    program
      .command(command)
      .description(`write the files of a check-in to a ${kind.title}`)
      .argument('<checkin>', 'the check-in: a hash, tag or branch, or "tip"')
      .argument('[file]', 'the archive; - for standard output; with --list it may be left out')
      .option('--name <directory>', 'the directory in the archive; "" for none'),
  )
    .option('-l, --list', 'print the names of the files, too')
    .option('-f, --force', 'write over a file that is no such archive')
    .option(...jsonOption)
    .action(async (name: string, file: string | undefined, options: ArchiveCommandOptions) => {
      using repo = openWhole(repositoryPath(program))
      await writeArchive(repo, kind, { name, file, options })
    })
}

async function writeArchive(
  repo: Repo,
  kind: Kind,
  asked: { name: string; file: string | undefined; options: ArchiveCommandOptions },
): Promise<void> {
  const { file = '', options } = asked
  const { list = false, name: root, include, exclude } = options
  const isNone = file === '' || file === '/dev/null'
  if (isNone && !list) throw invalid('file', 'say which file to write, or --list')
  if (file === '-' && (list || options.json === true)) {
    throw invalid('file', 'with --list or --json standard output is not free for the archive')
  }
  const checkin = findCheckin(repo, asked.name)
  const archive = archiveCheckin(repo, checkin, { format: kind.format, root, include, exclude })
  const { names } = archive
  if (file === '-') return printChunks(archive.chunks)
  const sizeBytes = isNone ? null : writeFile(repo, kind, { file, options, chunks: archive.chunks })
  const prefix = archive.root === '' ? '' : `${archive.root}/`
  const shown = names.map((each) => prefix + each)
  if (list && options.json !== true) printText(shown.map((each) => `${shownName(each)}\n`).join(''))
  print(
    options,
    { checkin, file: isNone ? null : file, root: archive.root, files: shown, sizeBytes },
    sizeBytes === null
      ? ''
      : `wrote ${counted(names.length, 'file')} of ${checkin} to ${shownName(file)} ` +
          `(${formatBytes(sizeBytes)})\n`,
  )
}

/** Writes the archive beside its place, and moves it there once it is whole. */
function writeFile(
  repo: Repo,
  kind: Kind,
  to: { file: string; options: ArchiveCommandOptions; chunks: Iterable<Uint8Array> },
): number {
  const { file, options, chunks } = to
  refuseOverwriting(repo, kind, file, options.force === true)
  const unfinished = `${file}.unfinished`
  let sizeBytes = 0
  try {
    const open = openSync(unfinished, 'w')
    try {
      for (const chunk of chunks) {
        for (let at = 0; at < chunk.length;) at += writeSync(open, chunk, at)
        sizeBytes += chunk.length
      }
    } finally {
      closeSync(open)
    }
    renameSync(unfinished, file)
  } catch (cause) {
    rmSync(unfinished, { force: true })
    throw FossilError.is(cause) ? cause : unreadableFile(file, cause)
  }
  return sizeBytes
}

/** Two arguments are soon given in the wrong order, and a repository is soon gone. */
function refuseOverwriting(repo: Repo, kind: Kind, file: string, isForced: boolean): void {
  const stat = statOf(file)
  if (stat === undefined || stat.size === 0) return
  const repository = statOf(repo.path)
  if (stat.ino === repository?.ino && stat.dev === repository.dev) {
    throw invalid('file', `${file} is the repository itself`)
  }
  if (!stat.isFile()) throw unreadableFile(file, 'it is not a file')
  if (isForced || beginningOf(file, kind.magic.length).equals(kind.magic)) return
  throw invalid('file', `${file} is there and is no ${kind.title}: --force writes over it`)
}

function statOf(path: string): ReturnType<typeof lstatSync> {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}

function beginningOf(file: string, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  const open = openSync(file, 'r')
  try {
    readSync(open, bytes, 0, length, 0)
  } finally {
    closeSync(open)
  }
  return bytes
}

function invalid(option: string, reason: string): FossilError<'option.invalid'> {
  return new FossilError('option.invalid', { option, reason })
}
