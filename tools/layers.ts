/**
 * The import table: which folder may import which. `tidy.test.ts` enforces it, types included.
 * Change the table here and the reason for it in ARCHITECTURE.md together.
 * @module
 */

/**
 * The layers of the product, lowest first. A file imports its own layer and the rows before it;
 * two layers of one row are siblings and never import each other.
 */
export const rows: readonly (readonly string[])[] = [
  ['base'],
  ['sim'],
  ['runner', 'hash', 'delta', 'db', 'markup'],
  ['deck'],
  ['xfer'],
  ['repo'],
  ['crosslink'],
  ['write'],
  ['admin'],
  ['tables'],
  ['sync', 'history', 'folder'],
  ['merge'],
  ['transport', 'agent', 'index'],
  ['dst'],
  ['cli', 'web'],
]

/**
 * Folders around the product and the folders whose files each may import by path.
 * They reach the product by its public name only (`trilobite`, `trilobite/…`), as a user would.
 */
export const satellites: Readonly<Record<string, readonly string[]>> = {
  bench: ['bench', 'tools'],
  bin: [],
  canaries: ['canaries'],
  coverage: ['coverage', 'tools'],
  examples: ['examples'],
  interop: ['interop', 'tools'],
  tools: ['tools', 'canaries', 'coverage'],
}

/**
 * Layers that are clients of the product although they are a part of it: they import what
 * package.json exports, their own files, and these folders, which know nothing of Fossil: so
 * whatever they do a user can do as well.
 */
export const clients: ReadonlyMap<string, readonly string[]> = new Map([['cli', ['base']]])

/** Every folder that holds code, relative to the project's root. */
export const codeFolders: readonly string[] = ['src', 'web', ...Object.keys(satellites)]

/**
 * The layer or satellite that owns a file, or undefined for a folder the table does not name.
 *
 * @param path relative to the project's root, with forward slashes
 */
export function ownerOf(path: string): string | undefined {
  const [top = '', second = '', ...deeper] = path.split('/')
  if (top in satellites || top === 'web') return top
  if (top !== 'src') return undefined
  if (deeper.length === 0) return /^index(?:\.test)?\.ts$/.test(second) ? 'index' : undefined
  return rows.flat().find((layer) => layer === second)
}

/** Tells whether a file runs only under the test runner: a test, or a suite that tests share. */
export function isTestCode(path: string): boolean {
  return /\.(test|suite)\.ts$/.test(path)
}

/**
 * The reason why one file may not import another by path, or undefined where it may. Tests of the
 * product may also use `tools/` (stock Fossil, corpora).
 */
export function importProblem(from: string, to: string): string | undefined {
  const [importer, imported] = [ownerOf(from), ownerOf(to)]
  if (importer === undefined) return 'its own folder is in no layer: add it to tools/layers.ts'
  if (imported === undefined) return `${to} is in no layer: add its folder to tools/layers.ts`
  if (isTestCode(to) && !isTestCode(from)) return 'only tests import tests and suites'
  if (importer === imported) return undefined

  const folders = satellites[importer]
  if (folders !== undefined) {
    if (folders.includes(imported)) return undefined
    return `${importer}/ reaches ${to} by its public name, 'trilobite' or 'trilobite/…'`
  }
  if (imported === 'tools' && isTestCode(from)) return undefined
  return layerProblem(importer, imported)
}

function layerProblem(importer: string, imported: string): string | undefined {
  const importerRow = rowOf(importer)
  const importedRow = rowOf(imported)
  if (importedRow === undefined) return `${imported}/ is not part of the product`
  if (importerRow === undefined || importedRow < importerRow) return undefined
  return importedRow === importerRow
    ? `${importer} and ${imported} are siblings: move what both need into a layer below`
    : `${imported} is above ${importer}: pass what is needed in as an argument`
}

function rowOf(layer: string): number | undefined {
  const row = rows.findIndex((layers) => layers.includes(layer))
  return row === -1 ? undefined : row
}
