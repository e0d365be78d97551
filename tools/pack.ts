/**
 * `package.json` as npm packs it: `prepack` builds `dist/` and puts the published manifest in the
 * place of ours, `postpack` puts ours back. The published one has no way to the sources, which are
 * not packed, and none of the scripts and settings of a checkout.
 *
 * `node tools/pack.ts before|after`; npm runs both for `npm pack` and `npm publish`. Where packing
 * was interrupted in between, `npm run postpack` restores the manifest, and so does the next pack.
 * @module
 */

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The condition under which exports name the sources of a checkout. */
export const sourceCondition = '@trilobite/source'

/** A manifest, as far as it is looked at here. */
export interface PackageManifest {
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly [field: string]: unknown
}

/** Fields that mean something in a checkout only. */
const checkoutFields: ReadonlySet<string> = new Set([
  'scripts',
  'devDependencies',
  'allowScripts',
  'prettier',
])

/** The manifest for the tarball: the same but for whatever only a checkout has. */
export function publishedManifest(manifest: PackageManifest): PackageManifest {
  const kept = Object.entries(manifest).filter(([field]) => !checkoutFields.has(field))
  const exports = Object.entries(manifest.exports).map(([subpath, targets]) => [
    subpath,
    Object.fromEntries(Object.entries(targets).filter(([name]) => name !== sourceCondition)),
  ])
  return { ...Object.fromEntries(kept), exports: Object.fromEntries(exports) }
}

interface Paths {
  readonly manifest: string
  /** Our manifest, while the published one is in its place. */
  readonly kept: string
}

function pathsIn(root: string): Paths {
  return {
    manifest: join(root, 'package.json'),
    kept: join(root, '.cache', 'package.json.before-pack'),
  }
}

function formatted(manifest: PackageManifest): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`
}

/** Puts the published manifest into the place of the one of the checkout, which is kept. */
export function placePublishedManifest(root: string): void {
  restoreManifest(root)
  const { manifest, kept } = pathsIn(root)
  const text = readFileSync(manifest, 'utf8')
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(`${kept}.new`, text)
  renameSync(`${kept}.new`, kept)
  writeFileSync(manifest, formatted(publishedManifest(JSON.parse(text))))
}

/**
 * Puts the manifest of the checkout back, byte for byte. One that was changed or restored by
 * somebody else meanwhile stays as it is.
 */
export function restoreManifest(root: string): void {
  const { manifest, kept } = pathsIn(root)
  if (!existsSync(kept)) return
  const published = formatted(publishedManifest(JSON.parse(readFileSync(kept, 'utf8'))))
  if (readFileSync(manifest, 'utf8') === published) renameSync(kept, manifest)
  else rmSync(kept)
}

function main(root: string, moment: string | undefined): number {
  if (moment === 'after') {
    restoreManifest(root)
    return 0
  }
  if (moment !== 'before') {
    console.error('tools/pack.ts takes one word: before or after')
    return 2
  }
  // Standard output is for the name of the tarball.
  const build = spawnSync(process.execPath, [join(root, 'tools', 'build.ts')], {
    stdio: ['ignore', 2, 2],
  })
  if (build.status !== 0) return 1
  placePublishedManifest(root)
  return 0
}

if (import.meta.main) {
  process.exitCode = main(join(import.meta.dirname, '..'), process.argv[2])
}
