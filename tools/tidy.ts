/**
 * The house rules as code. `tidy.test.ts` runs them over the whole project and over planted
 * violations; `node tools/tidy.ts` prints what they find. Each rule is a pure function of
 * paths and texts and says what to do instead.
 * @module
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { codeFolders } from './layers.ts'
import { parse, readSources, type SourceText } from './source.ts'
import { banned } from './tidy/banned.ts'
import { describeFinding, type FileRule, type Finding, type Manifest } from './tidy/finding.ts'
import { importFindings } from './tidy/imports.ts'
import { printing } from './tidy/printing.ts'
import { seeds } from './tidy/seeds.ts'
import { columns, fileLength, functionLength, header, suppressions, titles } from './tidy/shape.ts'
import { wording } from './tidy/wording.ts'

const fileRules: readonly FileRule[] = [
  header,
  fileLength,
  functionLength,
  columns,
  titles,
  suppressions,
  banned,
  printing,
  wording,
  seeds,
]

/** Everything the rules find in `files`, by path and line. */
export async function findingsIn(
  files: readonly SourceText[],
  manifest: Manifest,
): Promise<Finding[]> {
  const sources = await parse(files)
  const findings = [
    ...sources.flatMap((source) => fileRules.flatMap((rule) => rule(source))),
    ...importFindings(sources, manifest),
  ]
  return findings.sort((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1))
}

type PackageJson = {
  name: string
  exports: Record<string, string | { '@trilobite/source': string }>
  dependencies: Record<string, string>
}

/** Reads the public names and dependencies of the package at `root`. */
export function readManifest(root: string): Manifest {
  const text = readFileSync(join(root, 'package.json'), 'utf8')
  const { name, exports, dependencies }: PackageJson = JSON.parse(text)
  const publicFiles = Object.entries(exports).flatMap(([subpath, target]) =>
    typeof target === 'string'
      ? []
      : [[name + subpath.slice(1), target['@trilobite/source'].slice(2)] as const],
  )
  return {
    publicFiles: new Map(publicFiles),
    dependencies: new Set(Object.keys(dependencies)),
  }
}

/** Everything the rules find in the project at `root`, one line each. */
export async function tidyReport(root: string): Promise<string[]> {
  const findings = await findingsIn(readSources(root, codeFolders), readManifest(root))
  return findings.map(describeFinding)
}

if (import.meta.main) {
  const report = await tidyReport(join(import.meta.dirname, '..'))
  for (const line of report) console.log(line)
  process.exitCode = report.length > 0 ? 1 : 0
}
