/**
 * The files of a check-in as they leave the repository: in the order of its manifest, with those
 * that the setting `manifest` adds.
 * Source: fossil src/db.c db_get_manifest_setting, db_get_versioned; src/checkout.c
 * manifest_to_disk, get_checkin_taglist; src/manifest.c sterilize_manifest.
 * @module
 */

import { versionedSetting } from '../admin/settings.ts'
import { concat, utf8 } from '../base/bytes.ts'
import { property, symbolicTags } from '../crosslink/properties.ts'
import type { DeckFile } from '../deck/deck.ts'
import { type FilePermission, filePermission } from '../deck/file-name.ts'
import { unsignedSpan } from '../deck/signature.ts'
import { compareAsBytes, encodeText } from '../base/text.ts'
import { type ArtifactHash, nameFor } from '../hash/artifact-hash.ts'
import { ridOf } from '../repo/blob.ts'
import { config, truthOf } from '../repo/config.ts'
import { readArtifact } from '../repo/content.ts'
import { globMatcher } from '../repo/globs.ts'
import type { Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'
import { manifestFiles } from '../write/checkin.ts'

/** A file on its way out of the repository. */
export interface TreeFile {
  readonly name: string
  readonly permission: FilePermission
  /** The name of its content. */
  readonly hash: ArtifactHash
  /** Reads the content, of a symlink its target. Throws `artifact.missing` where it is not here. */
  readonly read: () => Uint8Array
}

/** Choices among the files of a check-in: patterns as {@link globMatcher} has them. */
export interface TreeChoice {
  /** Only files whose names match one of these patterns. */
  readonly include?: string | undefined
  /** No file whose name matches one of these patterns. */
  readonly exclude?: string | undefined
}

/**
 * The files of a check-in, sorted by name; before them those that the setting `manifest` asks for.
 * A file of the check-in goes before one of these of the same name.
 *
 * @param options.form of the generated `manifest`: an archive has it as it is, a folder with a line
 *   more, so that nobody takes it for an artifact when it is checked in
 * @throws {FossilError} `artifact.missing` when the manifest or its baseline is not here;
 *   `checkin.invalid` when the artifact is not a check-in
 */
export function checkinTree(
  repo: Repo,
  checkin: ArtifactHash,
  options: TreeChoice & { readonly form: 'archive' | 'folder' },
): TreeFile[] {
  const files = manifestFiles(repo, checkin)
  const { include, exclude = '' } = options
  const isIncluded = include === undefined ? () => true : globMatcher(repo, include)
  const isExcluded = globMatcher(repo, exclude)
  return [...generatedFiles(repo, checkin, files, options), ...contentFiles(repo, files)].filter(
    ({ name }) => isIncluded(name) && !isExcluded(name),
  )
}

function contentFiles(repo: Repo, files: ReadonlyMap<string, DeckFile>): TreeFile[] {
  const found: TreeFile[] = []
  for (const { name, hash, permissions } of files.values()) {
    if (hash === undefined) continue
    const permission = filePermission(permissions)
    found.push({ name, hash, permission, read: () => readArtifact(repo, hash) })
  }
  return found.sort((a, b) => compareAsBytes(a.name, b.name))
}

/** The value of a versionable setting for a check-in: its own, else that of the repository. */
export function settingOf(
  repo: Repo,
  files: ReadonlyMap<string, DeckFile>,
  name: string,
): string | undefined {
  return versionedSetting(repo, files, name) ?? config(repo, name)
}

/** Names of the files that a value of the setting `manifest` asks for. */
export function generatedNames(value: string): string[] {
  const letters = { true: 'ru', false: '' }[String(truthOf(value))] ?? value
  return ['manifest', 'manifest.uuid', 'manifest.tags'].filter((name) => {
    return letters.includes((name.split('.')[1] ?? 'raw').charAt(0))
  })
}

function generatedFiles(
  repo: Repo,
  checkin: ArtifactHash,
  files: ReadonlyMap<string, DeckFile>,
  { form }: { readonly form: 'archive' | 'folder' },
): TreeFile[] {
  const names = generatedNames(settingOf(repo, files, 'manifest') ?? '')
  return names.flatMap((name) => {
    if (files.has(name)) return []
    const content = generatedContent(repo, checkin, name, form)
    const hash = nameFor(content, 'sha3')
    return [{ name, permission: 'regular' as const, hash, read: () => content }]
  })
}

function generatedContent(
  repo: Repo,
  checkin: ArtifactHash,
  name: string,
  form: 'archive' | 'folder',
): Uint8Array {
  if (name === 'manifest.uuid') return utf8(`${checkin}\n`)
  if (name === 'manifest.tags') return tagList(repo, ridOf(repo, checkin))
  const manifest = readArtifact(repo, checkin)
  if (form === 'archive') return manifest
  const { start, end } = unsignedSpan(manifest)
  const at = start === 0 ? manifest.length : end
  const line = '# Remove this line to create a well-formed Fossil manifest.\n'
  return concat([manifest.subarray(0, at), utf8(line), manifest.subarray(at)])
}

/** Stock leaves the order of tags to its database. Here they are sorted. */
function tagList(repo: Repo, rid: Rid): Uint8Array {
  const branch = property(repo, rid, 'branch')?.value ?? ''
  const tags = symbolicTags(repo, rid).map((tag) => `tag ${tag}\n`)
  return encodeText(`branch ${branch}\n${tags.join('')}`)
}
