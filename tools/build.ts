/**
 * Builds `dist/`, JavaScript and declarations, which is what the published package ships.
 * It builds in a scratch folder and renames, so that a failed or interrupted build leaves the last
 * good one. `npm run build` runs it, and npm does after `npm ci` and before packing (`prepare`).
 * @module
 */

import { spawnSync } from 'node:child_process'
import { rmSync, renameSync, existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')

/** Compiles the sources into `folder`; false where the compiler found errors, which it prints. */
function compile(folder: string): boolean {
  const args = [compiler, '--project', join(root, 'tsconfig.build.json'), '--outDir', folder]
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  return status === 0
}

/** Puts `fresh` where `target` is. The gap in which neither is there is two renames long. */
function replaceFolder(target: string, fresh: string, discard: string): void {
  if (existsSync(target)) renameSync(target, discard)
  renameSync(fresh, target)
}

function build(): number {
  if (!existsSync(compiler)) {
    console.error('Cannot build: the dependencies are not installed. Run npm ci first.')
    return 1
  }
  const scratch = join(root, '.cache', `build-${process.pid}`)
  const fresh = join(scratch, 'dist')
  try {
    if (!compile(fresh)) {
      console.error('Cannot build: fix the type errors above. dist/ is as it was.')
      return 1
    }
    replaceFolder(join(root, 'dist'), fresh, join(scratch, 'previous'))
    return 0
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

process.exitCode = build()
