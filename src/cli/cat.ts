/**
 * `trilobite cat`: files as a check-in has them.
 * Source: fossil src/finfo.c cat_cmd.
 * @module
 */

import type { Command } from 'commander'
import {
  type ArtifactHash,
  type CheckinFile,
  checkinFiles,
  readArtifact,
  type Repo,
} from '../index.ts'
import { checkContent, findCheckin, treePaths, unknownFile } from './lookup.ts'
import { jsonOption } from './look-back-options.ts'
import { type Chunk, printEither } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'

interface Options {
  readonly revision?: string
  readonly json?: boolean
}

/** Adds `cat` to the program. */
export function addCatCommand(program: Command): void {
  program
    .command('cat')
    .description('print files as a check-in has them')
    .argument('<files...>', 'names, from the root of the repository')
    .option('-r, --revision <name>', 'the check-in; by default the latest of the main branch')
    .option(...jsonOption)
    .action(async (names: string[], options: Options) => {
      using repo = openWhole(repositoryPath(program))
      const hash = findCheckin(repo, options.revision)
      const files = filesNamed(repo, hash, names)
      await printEither(
        options,
        () => ({ checkin: hash, files: fileFields(repo, files) }),
        () => contents(repo, files),
      )
    })
}

/** All of them, before the first one is printed. @throws {FossilError} `name.unknown` */
function filesNamed(repo: Repo, checkin: ArtifactHash, names: readonly string[]): CheckinFile[] {
  const files = checkinFiles(repo, checkin)
  return names.map((given) => {
    const [name = given] = treePaths([given]) ?? []
    const file = files.get(name)
    if (file === undefined) throw unknownFile(name, `in check-in ${checkin}`, files.keys())
    checkContent(repo, file)
    return file
  })
}

function* contents(repo: Repo, files: readonly CheckinFile[]): Generator<Chunk> {
  for (const { hash } of files) yield readArtifact(repo, hash)
}

function* fileFields(
  repo: Repo,
  files: readonly CheckinFile[],
): Generator<Record<string, unknown>> {
  for (const { name, hash, permission } of files) {
    const content = readArtifact(repo, hash)
    yield { name, hash, permission, sizeBytes: content.length, contentBase64: content }
  }
}
