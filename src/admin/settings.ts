/**
 * Settings of a repository: those that stock knows, by its names. Most are for stock alone, and
 * kept for it. Stock's settings for all repositories of a user are not read here.
 * Source: fossil src/db.c setting_cmd, db_get_versioned.
 * @module
 */

import { FossilError } from '../base/error.ts'
import { latestCheckin } from '../crosslink/branch.ts'
import type { DeckFile } from '../deck/deck.ts'
import { decodeText } from '../base/text.ts'
import { hasArtifact } from '../repo/blob.ts'
import { config, setConfig, truthOf, unsetConfig } from '../repo/config.ts'
import { readArtifact } from '../repo/content.ts'
import type { Repo } from '../repo/repo.ts'
import { manifestFiles } from '../write/checkin.ts'
import { settingNames } from './setting-names.ts'

/** A setting that stock knows, and its value in a repository. */
export interface Setting {
  readonly name: string
  /** A boolean is `on` or `off`, `yes` or `no`, `true` or `false`, `1` or `0`. */
  readonly kind: 'boolean' | 'text'
  /** Stock's value where nobody has set one; empty for none. */
  readonly default: string
  /** A file `.fossil-settings/NAME` in the check-in goes before the value of the repository. */
  readonly isVersionable: boolean
  /** Decides what stock runs on a machine, or who gets in: no sync brings it. */
  readonly isSensitive: boolean
  /** True where this library goes by it; false where it is kept for stock. */
  readonly isObeyed: boolean
  /** Undefined where the repository has none. */
  readonly value: string | undefined
  /** The value that the latest check-in of the main branch has for it; undefined where none. */
  readonly versioned: string | undefined
}

type KnownSetting = Omit<Setting, 'value' | 'versioned'>

const obeyed: ReadonlySet<string> = new Set([
  'default-perms',
  'empty-dirs',
  'forbid-delta-manifests',
  'hash-digits',
  'ignore-glob',
  'lock-timeout',
  'main-branch',
  'manifest',
  'max-upload',
  'repo-cksum',
  'uv-sync',
])

const known: ReadonlyMap<string, KnownSetting> = new Map(
  settingNames
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', kind, value = '-', letters = ''] = line.split(' ')
      const setting: KnownSetting = {
        name,
        kind: kind === 'boolean' ? 'boolean' : 'text',
        default: value === '-' ? '' : value,
        isVersionable: letters.includes('v'),
        isSensitive: letters.includes('s'),
        isObeyed: obeyed.has(name),
      }
      return [name, setting]
    }),
)

/**
 * The settings that stock knows, sorted by name, with their values here. A value that is set goes
 * before the default, and a versioned one before both.
 *
 * @example
 * ```ts
 * const changed = listSettings(repo).filter(({ value }) => value !== undefined)
 * for (const { name, value } of changed) console.log(name, value)
 * ```
 */
export function listSettings(repo: Repo): Setting[] {
  const latest = latestCheckin(repo)
  const files = latest === undefined ? new Map<string, never>() : heldFiles(repo, latest)
  return [...known.values()].map((setting) => ({
    ...setting,
    value: config(repo, setting.name),
    versioned: setting.isVersionable ? versionedSetting(repo, files, setting.name) : undefined,
  }))
}

/**
 * Sets a setting, or with undefined removes its value, so that the default holds.
 *
 * @example
 * ```ts
 * setSetting(repo, 'ignore-glob', '*.o,build/*')
 * ```
 * @throws {FossilError} `option.invalid` for a name that stock does not know, and for a value of a
 *   boolean that says neither yes nor no
 */
export function setSetting(repo: Repo, name: string, value: string | undefined): void {
  const setting = known.get(name)
  if (setting === undefined) throw invalid(name, 'there is no such setting')
  if (value === undefined) return unsetConfig(repo, name)
  if (setting.kind === 'boolean' && truthOf(value) === undefined) {
    throw invalid(name, `"${value}" is neither on nor off`)
  }
  setConfig(repo, name, value)
}

/**
 * The value that a check-in has for a setting, in a file below `.fossil-settings`; undefined where
 * it has none.
 *
 * @param files of the check-in
 */
export function versionedSetting(
  repo: Repo,
  files: ReadonlyMap<string, DeckFile>,
  name: string,
): string | undefined {
  const hash = files.get(`.fossil-settings/${name}`)?.hash
  if (hash === undefined || !hasArtifact(repo, hash)) return undefined
  return decodeText(readArtifact(repo, hash)).trim()
}

/** None where the manifest is not here. */
function heldFiles(
  repo: Repo,
  checkin: Parameters<typeof manifestFiles>[1],
): ReadonlyMap<string, DeckFile> {
  try {
    return manifestFiles(repo, checkin)
  } catch (error) {
    if (FossilError.is(error, 'artifact.missing')) return new Map()
    throw error
  }
}

function invalid(option: string, reason: string): FossilError<'option.invalid'> {
  return new FossilError('option.invalid', { option, reason })
}
