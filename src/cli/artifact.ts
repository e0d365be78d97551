/**
 * `trilobite artifact`: the bytes of an artifact, exactly.
 * Source: fossil src/content.c artifact_cmd.
 * @module
 */

import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { unreadableFile } from '../base/whole-file.ts'
import { readArtifact } from '../index.ts'
import { findArtifact } from './lookup.ts'
import { jsonOption } from './look-back-options.ts'
import { printEither } from './output.ts'
import { openAny, repositoryPath } from './repository.ts'

/** Adds `artifact` to the program. */
export function addArtifactCommand(program: Command): void {
  program
    .command('artifact')
    .description('print the bytes of an artifact, or write them to a file')
    .argument('<name>', 'a hash or its first digits, or any other name of an artifact')
    .argument('[file]', 'the file to write them to; - is standard output')
    .option(...jsonOption)
    .action(async (name: string, file: string | undefined, options: { json?: boolean }) => {
      // Of an unfinished clone, too: what has come can be read.
      using repo = openAny(repositoryPath(program))
      const hash = findArtifact(repo, name)
      const content = readArtifact(repo, hash)
      const sizeBytes = content.length
      if (file === undefined || file === '-') {
        const fields = { hash, sizeBytes, contentBase64: content }
        await printEither(
          options,
          () => fields,
          () => [content],
        )
        return
      }
      write(file, content)
      await printEither(
        options,
        () => ({ hash, sizeBytes, file }),
        () => [],
      )
    })
}

function write(path: string, content: Uint8Array): void {
  try {
    writeFileSync(path, content)
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}
