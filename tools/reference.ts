/**
 * `npm run reference`: the API reference as static pages, in `reference/pages/`. TypeDoc wants an
 * older compiler than ours, so it lives in `reference/` with packages and a lock file of its own,
 * which are installed on the first run. It reads the declarations of `dist/`, as the compiler of a
 * user does.
 * @module
 */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'reference')

/** Builds the pages into `out`. @throws {Error} with what was printed where it fails */
export function buildReference(out: string): void {
  const text = readFileSync(join(root, 'package.json'), 'utf8')
  type Targets = Readonly<Record<string, string>>
  const manifest: { version: string; exports: Record<string, string | Targets> } = JSON.parse(text)
  if (!existsSync(join(folder, 'node_modules', 'typedoc'))) {
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'])
  }
  run(process.execPath, [join(root, 'tools', 'build.ts')])
  const entries = Object.values(manifest.exports).flatMap((targets) => {
    const types = typeof targets === 'string' ? undefined : targets['types']
    return types === undefined ? [] : ['--entryPoints', join(root, types)]
  })
  const typedoc = join('node_modules', 'typedoc', 'bin', 'typedoc')
  const name = `trilobite ${manifest.version}`
  run(process.execPath, [typedoc, ...entries, '--out', out, '--name', name])
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error([error?.message, stdout, stderr].join('\n').trim())
}

if (import.meta.main) {
  const out = join(folder, 'pages')
  buildReference(out)
  console.log(`open ${join(out, 'index.html')}`)
}
