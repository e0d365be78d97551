/**
 * Builds `dist/`, JavaScript and declarations, which is what the published package ships. Does
 * nothing where `dist/` is of the very sources that are there. It builds in a scratch folder and
 * renames, so that a failed or interrupted build leaves the last good one. `npm run build` runs it,
 * and npm does after `npm ci` (`prepare`) and before packing (`prepack`).
 * @module
 */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
/** Beside the sources: whatever else decides what is built. The lock file names the compiler. */
const settings = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json']
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

/** A hash of everything that is built from, the names of files included. */
function inputsHash(): string {
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
  const hash = createHash('sha256')
  for (const path of [...sources, ...settings.map((name) => join(root, name))]) {
    const content = readFileSync(path)
    hash.update(`${path.slice(root.length)} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

function build(): number {
  const inputs = inputsHash()
  const stamp = join(root, 'dist', '.built-from')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return 0
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
    writeFileSync(join(fresh, '.built-from'), inputs)
    replaceFolder(join(root, 'dist'), fresh, join(scratch, 'previous'))
    return 0
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

process.exitCode = build()
