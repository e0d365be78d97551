/**
 * `trilobite shun`: artifacts that this repository is not to have.
 * Source: fossil src/shun.c shun_page.
 * @module
 */

import type { Command } from 'commander'
import {
  type ArtifactHash,
  FossilError,
  listShunned,
  parseArtifactHash,
  type Repo,
  shun,
  unshun,
} from '../index.ts'
import { findArtifact } from './lookup.ts'
import { jsonOption } from './look-back-options.ts'
import { print, printEither, shownName, visibleLine } from './output.ts'
import { rebuildShown } from './rebuild.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { counted } from '../base/counted.ts'
import { formatTime } from './terminal.ts'

interface AddOptions {
  readonly comment?: string
  readonly rebuild: boolean
  readonly json?: boolean
}

/** Adds `shun` to the program. */
export function addShunCommand(program: Command): void {
  const command = program
    .command('shun')
    .description('ban artifacts from this repository, and lift bans')
  command
    .command('add')
    .description('ban artifacts: they are removed at once, by a rebuild, and refused from now on')
    .argument('<artifact...>', 'whole hashes, or names of artifacts that are here')
    .option('-m, --comment <text>', 'the reason')
    .option('--no-rebuild', 'leave artifacts here until the next rebuild')
    .option(...jsonOption)
    .action((names: string[], options: AddOptions) => ban(program, names, options))
  command
    .command('rm')
    .description('lift bans; removed artifacts must come again from elsewhere')
    .argument('<hash...>', 'hashes as "shun ls" lists them, or their first digits')
    .option('--no-rebuild', 'ask for removed artifacts only after the next rebuild')
    .option(...jsonOption)
    .action((names: string[], options: AddOptions) => {
      using repo = openWhole(repositoryPath(program))
      const hashes = names.map((name) => bannedHash(repo, name))
      repo.transaction(() => {
        unshun(repo, hashes)
        if (options.rebuild) rebuildShown(repo, options)
      })
      const text = hashes.map((hash) => `${hash} is allowed again\n`).join('')
      print(options, { removed: hashes }, text)
    })
  command
    .command('ls', { isDefault: true })
    .alias('list')
    .description('list the bans')
    .option(...jsonOption)
    .action(async (options: { json?: boolean }) => {
      using repo = openWhole(repositoryPath(program))
      const bans = listShunned(repo)
      const lines = bans.map(
        ({ hash, mtimeSec, comment }) =>
          `${`${hash}  ${formatTime(mtimeSec)}  ${shownName(comment)}`.trimEnd()}\n`,
      )
      await printEither(
        options,
        () => ({ shunned: bans.map((each) => ({ ...each, time: formatTime(each.mtimeSec) })) }),
        () => lines,
      )
    })
}

function ban(program: Command, names: readonly string[], options: AddOptions): void {
  using repo = openWhole(repositoryPath(program))
  const hashes = [
    ...new Set(names.map((name) => parseArtifactHash(name) ?? findArtifact(repo, name))),
  ]
  const { comment } = options
  // One transaction: what is banned is gone, or not banned.
  const removed = repo.transaction(() => {
    shun(repo, hashes, comment === undefined ? {} : { comment })
    return options.rebuild ? rebuildShown(repo, options).shunned : undefined
  })
  const end =
    removed === undefined
      ? 'those that are here stay until the next rebuild'
      : `${counted(removed, 'artifact')} removed by a rebuild`
  const text = hashes.map((hash) => `${hash} is shunned\n`).join('')
  print(options, { shunned: hashes, removed: removed ?? null }, `${text}${end}\n`)
}

/** @throws {FossilError} `name.unknown`, `name.ambiguous` */
function bannedHash(repo: Repo, name: string): ArtifactHash {
  const banned = listShunned(repo).filter(({ hash }) => name !== '' && hash.startsWith(name))
  const [found] = banned
  if (banned.length > 1) {
    const candidates = banned.slice(0, 100).map(({ hash }) => hash)
    throw new FossilError('name.ambiguous', { name, candidates })
  }
  if (found !== undefined) return found.hash
  const reason = 'no artifact of this name is shunned'
  throw new FossilError('name.unknown', { name: visibleLine(name), reason })
}
