/**
 * `trilobite info`: what a repository is and what it holds, or where an artifact of it belongs.
 * Source: fossil src/info.c info_cmd.
 * @module
 */

import { statSync } from 'node:fs'
import type { Command } from 'commander'
import { artifactInfo, statistics } from '../history/index.ts'
import { config, type Repo } from '../index.ts'
import { artifactFields, familyText } from './artifact-info.ts'
import { findArtifact } from './lookup.ts'
import { outputWidth } from './look-back-options.ts'
import { print, printEither } from './output.ts'
import { remoteNamed } from './peer.ts'
import { type GlobalOptions, openAny, openWhole, repositoryPath } from './repository.ts'
import { formatBytes, table } from './terminal.ts'

/** Adds `info` to the program. */
export function addInfoCommand(program: Command): void {
  program
    .command('info')
    .description('describe a repository and its contents, or one artifact')
    .argument(
      '[name]',
      'a repository file; or, with -R or where there is no such file, an artifact',
    )
    .option('--json', 'print one JSON object and nothing else')
    .action(async (name: string | undefined, options: { json?: boolean }) => {
      if (name !== undefined && !isFileName(program, name)) {
        await printArtifact(repositoryPath(program), name, options)
        return
      }
      using repo = openAny(name ?? repositoryPath(program))
      const info = infoOf(repo)
      print(options, info, infoText(info))
    })
}

/** A name that ends as repositories do is one, so that a missing file is told as such. */
function isFileName(program: Command, name: string): boolean {
  if (program.opts<GlobalOptions>().repository !== undefined) return false
  const isFile = statSync(name, { throwIfNoEntry: false })?.isFile() === true
  return isFile || name.endsWith('.fossil')
}

async function printArtifact(
  path: string,
  name: string,
  options: { json?: boolean },
): Promise<void> {
  using repo = openWhole(path)
  const info = artifactInfo(repo, findArtifact(repo, name))
  await printEither(
    options,
    () => artifactFields(info),
    () => familyText(info, outputWidth(undefined)),
  )
}

type Info = ReturnType<typeof infoOf>

function infoOf(repo: Repo) {
  const { path } = repo
  const { artifacts, phantoms, privateArtifacts, unversionedFiles } = statistics(repo)
  return {
    repository: path,
    projectName: config(repo, 'project-name') ?? null,
    // The clone that did not get as far has none.
    projectCode: config(repo, 'project-code') ?? null,
    serverCode: repo.serverCode,
    hashPolicy: repo.hashPolicy,
    artifacts,
    phantoms,
    private: privateArtifacts,
    unversioned: unversionedFiles,
    remote: remoteNamed(repo, 'default')?.url ?? null,
    isUnfinishedClone: repo.isUnfinishedClone,
    sizeBytes: statSync(path).size,
  }
}

function infoText(info: Info): string {
  const rows: (readonly [string, string | number])[] = [
    ['repository', info.repository],
    ['size', formatBytes(info.sizeBytes)],
    ['project-name', info.projectName ?? '-'],
    ['project-id', info.projectCode ?? '-'],
    ['server-id', info.serverCode],
    ['hash policy', info.hashPolicy],
    ['artifacts', info.artifacts],
    ['phantoms', info.phantoms],
    ['private', info.private],
    ['unversioned', info.unversioned],
    ['remote', info.remote ?? '-'],
  ]
  const clone = info.isUnfinishedClone ? 'an unfinished clone: clone again to go on with it\n' : ''
  return clone + facts(rows)
}

/** Names to the left, values to the left, too: most are longer than a column. */
function facts(rows: readonly (readonly [string, string | number])[]): string {
  const names = table(rows.map(([name]) => [name, ''])).split('\n')
  const width = Math.max(...rows.map(([name]) => name.length)) + 2
  return rows.map(([, value], at) => `${(names[at] ?? '').padEnd(width + 2)}${value}\n`).join('')
}
