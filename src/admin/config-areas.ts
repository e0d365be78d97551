/**
 * Configuration that repositories of one project share: settings, users, shunned names, ticket
 * reports, concealed and subscribed addresses, grouped into areas that are asked for by name. This
 * file says what belongs to which area and writes it as `config` cards; what becomes of a card that
 * arrives is config-areas-receive.ts.
 *
 * May know the tables of the repository. What is not listed here never leaves it, and never comes
 * in: not its codes, not its own settings.
 * Source: fossil src/configure.c:56-181 (areas), 529-727 (cards). None of the settings is among
 * those that stock marks as sensitive.
 * @module
 */

import type { ConfigCard } from '../xfer/card.ts'
import { dbOf, type Repo } from '../repo/repo.ts'

/** The parts of which an area consists; settings and tables belong to one group or more. */
export type ConfigGroup =
  | 'css'
  | 'skin'
  | 'ticket'
  | 'project'
  | 'shun'
  | 'user'
  | 'email'
  | 'xfer'
  | 'alias'
  | 'subscriber'
  | 'interwiki'

/** Every area and its groups. configure.c:56-77. */
const areas = {
  email: ['email'],
  project: ['project'],
  skin: ['skin', 'css'],
  css: ['css'],
  shun: ['shun'],
  ticket: ['ticket'],
  user: ['user'],
  xfer: ['xfer'],
  alias: ['alias'],
  subscriber: ['subscriber'],
  interwiki: ['interwiki'],
  all: [
    'css',
    'skin',
    'ticket',
    'project',
    'shun',
    'user',
    'email',
    'xfer',
    'alias',
    'subscriber',
    'interwiki',
  ],
} as const satisfies Record<string, readonly ConfigGroup[]>

/** The name of an area, without the slash that it has in a card. */
export type ConfigArea = keyof typeof areas

/** Every area. */
export const configAreas: readonly ConfigArea[] = Object.keys(areas).filter(isArea)

/** Settings by group, in the order in which stock sends them. configure.c:88-180. */
const settings: readonly (readonly [groups: readonly ConfigGroup[], names: string])[] = [
  [['css'], 'css'],
  [
    ['skin'],
    `header mainmenu footer details js default-skin logo-mimetype logo-image
     background-mimetype background-image icon-mimetype icon-image timeline-date-format
     timeline-default-style timeline-dwelltime timeline-closetime timeline-hard-newlines
     timeline-max-comment timeline-plaintext timeline-truncate-at-blank timeline-tslink-info
     timeline-utc adunit adunit-omit-if-admin adunit-omit-if-user default-csp sitemap-extra
     safe-html`,
  ],
  [['skin', 'ticket', 'xfer'], 'th1-hooks th1-uri-regexp'],
  [
    ['project'],
    `project-name short-project-name project-description index-page manifest binary-glob
     clean-glob ignore-glob keep-glob crlf-glob crnl-glob encoding-glob empty-dirs dotfiles
     parent-project-code parent-project-name hash-policy comment-format mimetypes
     forbid-delta-manifests mv-rm-files forum-statuses path-to-tag`,
  ],
  [
    ['ticket'],
    `ticket-table ticket-common ticket-change ticket-newpage ticket-viewpage ticket-editpage
     ticket-reportlist ticket-report-template ticket-key-template ticket-title-expr
     ticket-closed-expr`,
  ],
  [['user'], 'user-color-map'],
  [['xfer'], 'xfer-common-script xfer-push-script xfer-commit-script xfer-ticket-script'],
]

/**
 * The areas that a clone takes. Accounts come only where they are asked for, and scripts that a
 * server of stock's runs at each transfer not at all.
 */
export function cloneAreas({ withUsers }: { withUsers: boolean }): ConfigArea[] {
  const accounts: readonly ConfigArea[] = ['user', 'subscriber']
  // `skin` has all that `css` has.
  const left: readonly ConfigArea[] = ['all', 'css', 'xfer', ...(withUsers ? [] : accounts)]
  return configAreas.filter((area) => !left.includes(area))
}

/**
 * Tells whether a setting has stock run what another repository says: hooks, scripts at a transfer,
 * the addresses that scripts may reach, and Tcl. The scripts of ticket pages and of the skin stay:
 * they run in a sandbox that reaches nothing without those. th_main.c:1200-1300, www/th1.md.
 */
export function runsCode(name: string): boolean {
  return /^(?:th1-.*|tcl.*|xfer-.*-script)$/.test(name)
}

/** {@link settings}, looked up by name. */
const groupsBySetting: ReadonlyMap<string, readonly ConfigGroup[]> = new Map(
  settings.flatMap(([groups, names]) => names.split(/\s+/).map((name) => [name, groups] as const)),
)

/** Settings that come in any number, under names that begin like this. configure.c:274-279. */
const prefixes: readonly (readonly [prefix: string, group: ConfigGroup])[] = [
  ['walias:/', 'alias'],
  ['interwiki:', 'interwiki'],
]

/** A table whose rows are shared; its name is that of its cards, after the slash. */
export interface ConfigTable {
  readonly name: 'shun' | 'user' | 'reportfmt' | 'concealed' | 'subscriber' | 'config'
  /** Undefined for `config`: there the key decides. */
  readonly group: ConfigGroup | undefined
  /** The column that names a row. */
  readonly key: string
  /** The columns that a card may fill, in stock's order. */
  readonly columns: readonly string[]
}

/** Every shared table. configure.c:393-406. */
export const configTables: readonly ConfigTable[] = [
  { name: 'config', group: undefined, key: 'name', columns: ['value'] },
  { name: 'user', group: 'user', key: 'login', columns: ['pw', 'cap', 'info', 'photo', 'jx'] },
  { name: 'shun', group: 'shun', key: 'uuid', columns: ['scom'] },
  {
    name: 'reportfmt',
    group: 'ticket',
    key: 'title',
    columns: ['owner', 'cols', 'sqlcode', 'jx'],
  },
  { name: 'concealed', group: 'email', key: 'hash', columns: ['content'] },
  {
    name: 'subscriber',
    group: 'subscriber',
    key: 'semail',
    columns: ['suname', 'sdigest', 'sdonotcall', 'ssub', 'sctime', 'smip'],
  },
]

/**
 * The configuration that a peer may see when it asks, beyond that which needs only the right to
 * read.
 */
export interface ConfigReader {
  /** `a`, which `s` implies: users with their password hashes, and subscribers. */
  readonly admin: boolean
  /** `e`, which `a` and `s` imply: the addresses behind concealed ones. */
  readonly addresses: boolean
}

/**
 * The area that a `reqconfig` card names, such as `/skin`. Stock also takes the beginning of a
 * name (configure.c:733-740), which no peer sends.
 */
export function parseConfigArea(name: string): ConfigArea | undefined {
  const bare = name.slice(1)
  return name.startsWith('/') && isArea(bare) ? bare : undefined
}

/** The groups that some areas consist of. */
export function groupsOf(names: Iterable<ConfigArea>): Set<ConfigGroup> {
  return new Set([...names].flatMap((name): readonly ConfigGroup[] => areas[name]))
}

/** The groups that a setting belongs to: none where it is the repository's own. */
export function groupsOfSetting(name: string): readonly ConfigGroup[] {
  const groups = groupsBySetting.get(name)
  if (groups !== undefined) return groups
  return prefixes.flatMap(([prefix, group]) => (name.startsWith(prefix) ? [group] : []))
}

/**
 * An area as cards, byte for byte those of stock, which sends rows in the order of their tables and
 * leaves out what has no time of change, such as the users of a new repository.
 */
export function configCards(repo: Repo, area: ConfigArea, reader: ConfigReader): ConfigCard[] {
  const groups = groupsOf([area])
  if (!reader.admin) for (const group of ['user', 'subscriber'] as const) groups.delete(group)
  if (!reader.addresses) groups.delete('email')
  return [
    ...(groups.has('shun') ? rows(repo, 'shun', 'uuid') : []),
    ...(groups.has('user') ? rows(repo, 'user', 'uid') : []),
    ...(groups.has('ticket') ? rows(repo, 'reportfmt', 'rn') : []),
    ...(groups.has('email') ? rows(repo, 'concealed', 'hash') : []),
    ...prefixes.flatMap(([prefix, group]) => (groups.has(group) ? matching(repo, prefix) : [])),
    ...(groups.has('subscriber') ? rows(repo, 'subscriber', 'subscriberId') : []),
    ...[...groupsBySetting].flatMap(([name, of]) =>
      of.some((group) => groups.has(group)) ? setting(repo, name) : [],
    ),
  ]
}

/** Tells whether a table has a column, which older repositories may lack. */
export function hasColumn(repo: Repo, table: ConfigTable['name'], column: string): boolean {
  const sql = 'SELECT 1 FROM pragma_table_info(?) WHERE name = ?'
  return dbOf(repo).prepare(sql).get(table, column) !== undefined
}

function isArea(name: string): name is ConfigArea {
  return Object.hasOwn(areas, name)
}

/** Rows of users and reports leave out columns without a value; the others say NULL. */
function rows(repo: Repo, name: ConfigTable['name'], order: string): ConfigCard[] {
  const table = configTables.find((each) => each.name === name)
  if (table === undefined || !hasColumn(repo, name, table.key)) return []
  const omitsNull = name === 'user' || name === 'reportfmt'
  const values = table.columns
    .filter((column) => hasColumn(repo, name, column))
    .map((column) => {
      const text = `' ${column} ' || quote(${column})`
      return omitsNull ? `iif(${column} IS NULL, '', ${text})` : text
    })
  const mtime = name === 'subscriber' ? 'CAST(mtime AS INTEGER)' : 'mtime'
  const record = [`${mtime} || ' ' || quote(${table.key})`, ...values].join(' || ')
  const where = name === 'subscriber' ? 'sverified AND mtime >= 0' : 'mtime >= 0'
  return select(repo, name, { record, rest: `FROM ${name} WHERE ${where} ORDER BY ${order}` })
}

const settingRecord = `mtime || ' ' || quote(name) || ' value ' || quote(value)`

function matching(repo: Repo, prefix: string): ConfigCard[] {
  const rest = `FROM config WHERE name GLOB ? || '*' AND mtime >= 0 ORDER BY name`
  return select(repo, 'config', { record: settingRecord, rest }, prefix)
}

function setting(repo: Repo, name: string): ConfigCard[] {
  const rest = 'FROM config WHERE name = ? AND mtime >= 0'
  return select(repo, 'config', { record: settingRecord, rest }, name)
}

/** The text is SQLite's own, as bytes: a value need not be UTF-8. */
function select(
  repo: Repo,
  table: ConfigTable['name'],
  query: { record: string; rest: string },
  ...parameters: string[]
): ConfigCard[] {
  return dbOf(repo)
    .prepare<[Uint8Array]>(`SELECT CAST(${query.record} AS BLOB) ${query.rest}`)
    .all(...parameters)
    .map(([content]) => ({ type: 'config', name: `/${table}`, content }))
}
