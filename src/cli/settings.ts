/**
 * `trilobite settings` and `trilobite unset`: the settings of a repository, by the names of stock.
 * Source: fossil src/db.c setting_cmd, print_setting.
 * @module
 */

import type { Command } from 'commander'
import { FossilError, listSettings, type Repo, setSetting } from '../index.ts'
import { jsonOption } from './look-back-options.ts'
import { similarNames } from './lookup.ts'
import { print, visibleLine } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'

interface SettingsOptions {
  readonly changed?: boolean
  readonly obeyed?: boolean
  readonly exact?: boolean
  readonly value?: boolean
  readonly json?: boolean
}

type Setting = ReturnType<typeof listSettings>[number]

const exactOption = ['--exact', 'take the name as it is, not for the beginning of one'] as const

/** Adds `settings` and `unset` to the program. */
export function addSettingsCommands(program: Command): void {
  program
    .command('settings')
    .alias('setting')
    .description('list the settings of a repository, show one or set one')
    .argument('[name]', 'the name of a setting, or its beginning')
    .argument('[value]', 'the value to set; of a boolean on or off')
    .option('--changed', 'list only settings that have a value here')
    .option('--obeyed', 'list only settings that trilobite goes by: the others are for stock')
    .option(...exactOption)
    .option('--value', 'print the value in force of one setting, and nothing else')
    .option(...jsonOption)
    .action((name: string | undefined, value: string | undefined, options: SettingsOptions) => {
      using repo = openWhole(repositoryPath(program))
      if (name !== undefined && value !== undefined) change(repo, name, value, options)
      else show(repo, name, options)
    })
  program
    .command('unset')
    .description('remove the value of a setting, so that its default holds')
    .argument('<name>', 'the name of a setting, or its beginning')
    .option(...exactOption)
    .option(...jsonOption)
    .action((name: string, options: SettingsOptions) => {
      using repo = openWhole(repositoryPath(program))
      change(repo, name, undefined, options)
    })
}

function change(
  repo: Repo,
  name: string,
  value: string | undefined,
  options: SettingsOptions,
): void {
  const [setting, ...others] = named(repo, name, options)
  if (setting !== undefined && setting.name !== name && others.length > 0) {
    const names = [setting, ...others].map((each) => each.name).join(', ')
    throw unknown(`type more of the name of the setting: "${visibleLine(name)}" begins ${names}`)
  }
  if (setting === undefined) return
  setSetting(repo, setting.name, value)
  const now = listSettings(repo).find((each) => each.name === setting.name)
  if (now === undefined) return
  const versioned = now.versioned === undefined ? '' : overridden(now)
  print(options, fieldsOf(now), `${settingLine(now)}${versioned}`)
}

function show(repo: Repo, name: string | undefined, options: SettingsOptions): void {
  const found = name === undefined ? listSettings(repo) : named(repo, name, options)
  if (options.value === true) {
    const [only, ...others] = found
    if (name === undefined || only === undefined || (others.length > 0 && only.name !== name)) {
      throw unknown('--value is for one setting: name it whole')
    }
    print(options, { name: only.name, value: valueOf(only) }, `${valueOf(only)}\n`)
    return
  }
  const shown = found.filter((each) => {
    const isChanged = each.value !== undefined || each.versioned !== undefined
    return (options.changed !== true || isChanged) && (options.obeyed !== true || each.isObeyed)
  })
  print(
    options,
    { settings: shown.map(fieldsOf) },
    shown.map((each) => settingLine(each) + overridden(each)).join(''),
  )
}

/**
 * The settings that a name or its beginning means.
 *
 * @throws {FossilError} `option.invalid` where there is none, with names that are like it
 */
function named(repo: Repo, name: string, { exact }: SettingsOptions): Setting[] {
  const all = listSettings(repo)
  const found = all.filter((each) => {
    return exact === true ? each.name === name : each.name.startsWith(name)
  })
  if (found.length > 0) return found
  const names = all.map((each) => each.name)
  const similar = similarNames(name, names)
  const question = similar.length === 0 ? '' : `; did you mean ${similar.join(' or ')}?`
  throw unknown(`there is no setting "${visibleLine(name)}"${question}`)
}

function valueOf({ versioned, value, default: usual }: Setting): string {
  return versioned ?? value ?? usual
}

function settingLine({ name, value, default: usual }: Setting): string {
  const shown = value ?? usual
  const origin = value === undefined ? (usual === '' ? '' : '(default)') : '(local)'
  const text = shown.includes('\n')
    ? shown
        .trimEnd()
        .split('\n')
        .map((line) => `\n    ${line.trimEnd()}`)
        .join('')
    : shown
  return `${`${name.padEnd(24)} ${origin.padEnd(10)} ${text}`.trimEnd()}\n`
}

function overridden({ name, versioned }: Setting): string {
  if (versioned === undefined) return ''
  return `  (overridden by the file .fossil-settings/${name} of the latest check-in)\n`
}

function fieldsOf(setting: Setting): Record<string, unknown> {
  const { name, kind, value, versioned } = setting
  return {
    name,
    kind,
    value: value ?? null,
    versioned: versioned ?? null,
    default: setting.default,
    inForce: valueOf(setting),
    versionable: setting.isVersionable,
    sensitive: setting.isSensitive,
    obeyed: setting.isObeyed,
  }
}

function unknown(reason: string): FossilError<'option.invalid'> {
  return new FossilError('option.invalid', { option: 'name', reason })
}
