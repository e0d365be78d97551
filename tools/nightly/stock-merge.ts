/**
 * A merge by stock, in a check-out of its own: the files that it leaves there, and what it says.
 * @module
 */

import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

import type { ArtifactHash, CheckinFile, planMerge } from 'trilobite'

import { runFossil } from '../ensure-fossil.ts'

type MergePlan = ReturnType<typeof planMerge>

/** A file of a tree. */
export interface TreeFile {
  readonly content: Buffer
  readonly permission: CheckinFile['permission']
}

/** A tree by name. */
export type TreeFiles = ReadonlyMap<string, TreeFile>

/** A merge by stock. */
export interface StockMerge {
  readonly files: TreeFiles
  /** Names of the files that stock could not merge, and of those for which it found no pivot. */
  readonly conflicts: ReadonlySet<string>
  readonly withoutPivot: ReadonlySet<string>
  /** All that it printed. */
  readonly said: string
}

const options: Readonly<Record<MergePlan['kind'], readonly string[]>> = {
  merge: [],
  cherrypick: ['--cherrypick'],
  backout: ['--backout'],
}

/**
 * Lets stock merge in a new check-out.
 *
 * @param folder does not exist yet
 * @throws {Error} where stock does not open the repository
 */
export async function stockMerge(
  repository: string,
  folder: string,
  merge: { kind: MergePlan['kind']; source: ArtifactHash; target: ArtifactHash },
): Promise<StockMerge> {
  mkdirSync(folder)
  const opened = await runFossil(['open', '--force', repository, merge.target], { cwd: folder })
  if (!opened.stdout.includes(merge.target.slice(0, 10))) {
    throw new Error(`stock does not open ${merge.target}: ${opened.stdout}${opened.stderr}`)
  }
  const args = ['merge', ...options[merge.kind], merge.source]
  const { stdout, stderr } = await runFossil(args, { cwd: folder })
  const found = (pattern: RegExp): Set<string> => {
    return new Set([...`${stdout}${stderr}`.matchAll(pattern)].map(([, name = '']) => name))
  }
  return {
    files: filesBelow(folder),
    conflicts: found(
      /^\*{5} (?:\d+ merge conflicts? in|Cannot merge binary file|Cannot merge symlink) (.*)$/gm,
    ),
    withoutPivot: found(/^WARNING: no common ancestor for (.*)$/gm),
    said: stdout + stderr,
  }
}

function filesBelow(root: string): TreeFiles {
  const files = new Map<string, TreeFile>()
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  for (const name of names.filter((each) => !each.startsWith('.fslckout')).sort()) {
    const path = join(root, name)
    const info = lstatSync(path)
    if (info.isSymbolicLink()) {
      files.set(name, {
        content: readlinkSync(path, { encoding: 'buffer' }),
        permission: 'symlink',
      })
    } else if (info.isFile()) {
      const permission = (info.mode & 0o100) === 0 ? 'regular' : 'executable'
      files.set(name, { content: readFileSync(path), permission })
    }
  }
  return files
}
