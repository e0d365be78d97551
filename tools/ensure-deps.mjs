/**
 * Makes `npm start` work from a fresh clone: installs the locked dependencies, Node 26 among them,
 * when they are missing or are not those of package-lock.json. Plain JavaScript for Node 20 and
 * later, because it runs before anything is installed. `npm` runs it as `prestart`.
 * @module
 */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * The reason why the installed dependencies do not serve, or undefined where they do. Optional
 * packages are those of one platform: their absence says nothing, a wrong version does.
 *
 * @param {string} root the folder of package-lock.json
 * @returns {string | undefined}
 */
export function staleReason(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  if (wanted === undefined) throw new Error('package-lock.json is missing or is not JSON')
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  if (installed === undefined) return 'the dependencies are not installed'

  for (const [path, { version, optional, devOptional, link }] of Object.entries(wanted)) {
    if (path === '' || link === true) continue
    const actual = installed[path]?.version
    if (actual === undefined && (optional === true || devOptional === true)) continue
    if (actual === undefined) return `${nameOf(path)} ${version} is not installed`
    if (actual !== version) return `${nameOf(path)} is ${actual}, not the locked ${version}`
  }
  return staleNode(root, wanted['node_modules/node']?.version)
}

/** The Node that runs everything else is a dependency too; its own install script fetches it. */
function staleNode(root, version) {
  if (version === undefined) return undefined
  const run = spawnSync(join(root, 'node_modules', '.bin', 'node'), ['--version'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  if (run.status !== 0) return `Node ${version} is not installed`
  const actual = run.stdout.trim()
  return actual === `v${version}` ? undefined : `Node is ${actual}, not the locked v${version}`
}

function packagesOf(file) {
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

function nameOf(path) {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
}

/** Installs what is locked where that is needed; returns the exit code. */
function ensureDependencies(root) {
  const reason = staleReason(root)
  if (reason === undefined) return 0
  console.log(`Running npm ci once: ${reason}.`)
  const npm = spawnSync('npm', ['ci'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (npm.status !== 0) {
    console.error('npm ci failed: its messages above say why. Nothing was started.')
    return 1
  }
  const remaining = staleReason(root)
  if (remaining === undefined) return 0
  console.error(`npm ci succeeded, yet ${remaining}: were install scripts switched off?`)
  return 1
}

/** Node 20 has no import.meta.main. A project may be reached through a symbolic link. */
function isProgram() {
  const program = process.argv[1]
  if (program === undefined || !existsSync(program)) return false
  return import.meta.url === pathToFileURL(realpathSync(program)).href
}

if (isProgram()) {
  try {
    process.exitCode = ensureDependencies(join(import.meta.dirname, '..'))
  } catch (error) {
    console.error(`Cannot check the dependencies: ${error.message}.`)
    process.exitCode = 1
  }
}
