/**
 * The effect of changes to what is a repository's own: settings, servers, accounts; and of working
 * everything derived out anew, which is none.
 * @module
 */

import { announcementProblem } from './announcements.ts'
import type { Deed, Rule } from './rule.ts'
import { changeOf, type Row, rowsFrom, type Snapshot } from './snapshot.ts'

/** A setting has the value that was asked for, and the time of the clock. */
function settingOf(valueOf: (deed: Deed) => string | undefined): Rule {
  return {
    touches: ['config'],
    begin: (deed) => {
      const name = deed.args.text('setting')
      const value = valueOf(deed)
      return (after) => {
        const row = rowsFrom(after, 'config').find(([key]) => key === name)
        if (value === undefined && row !== undefined) return `${name} is still set`
        if (value !== undefined && (row?.[1] !== value || row[2] !== deed.nowSec)) {
          return `${name} was set to ${value} at ${deed.nowSec}, and is ${JSON.stringify(row)}`
        }
        return strayRow(deed.before, after, { table: 'config', isMeant: ([key]) => key === name })
      }
    },
  }
}

/** The effect of a change of a setting that travels. */
export const setting = settingOf(({ args }) => args.text('value'))

/** The effect of a change of one of a repository's own. */
export const preference = settingOf(({ args }) => args.maybeText('value'))

/** Nothing but the rows of one server changes. */
export const remote: Rule = {
  touches: ['config'],
  begin: ({ before, args }) => {
    const name = args.text('name')
    const keys = new Set(
      name === 'default'
        ? ['last-sync-url', 'last-sync-pw']
        : [`sync-url:${name}`, `sync-pw:${name}`],
    )
    const [url, password] = [args.maybeText('url'), args.maybeText('password')]
    const isMeant = ([key]: Row): boolean => keys.has(String(key))
    return (after) => {
      const rows = rowsFrom(after, 'config').filter(([key]) => keys.has(String(key)))
      const held = rows.find(([key]) => /url/.test(String(key)))?.[1]
      if (held !== url) return `the server ${name} is ${held ?? 'gone'}, not ${url ?? 'gone'}`
      const count = Number(url !== undefined) + Number(url !== undefined && password !== undefined)
      if (rows.length !== count) return `the server ${name} has ${rows.length} rows, not ${count}`
      if (rows.some((row) => row[1] === password)) return `the password of ${name} can be read`
      return strayRow(before, after, { table: 'config', isMeant })
    }
  },
}

/** One account may do what was asked for, or is gone; no other changes. */
export const account: Rule = {
  touches: ['user'],
  begin: ({ before, args }) => {
    const login = args.text('login')
    const capabilities = args.maybeText('capabilities')
    return (after) => {
      const row = rowsFrom(after, 'user').find((each) => each[1] === login)
      if (row?.[3] !== capabilities) {
        return `${login} may do ${row?.[3] ?? 'nothing'}, not ${capabilities ?? 'anything'}`
      }
      return strayRow(before, after, { table: 'user', isMeant: (each) => each[1] === login })
    }
  },
}

/** Nothing changes that is not derived, and what is announced is just what has to be. */
export const rebuild: Rule = {
  touches: ['unclustered'],
  begin:
    ({ repo }) =>
    (after) =>
      announcementProblem(repo, after),
}

function strayRow(
  before: Snapshot,
  after: Snapshot,
  { table, isMeant }: { readonly table: string; readonly isMeant: (row: Row) => boolean },
): string | undefined {
  const { gone, came } = changeOf(before, after, table)
  const stray = [...gone, ...came].find((row) => !isMeant(row))
  return stray && `${table} changed: ${JSON.stringify(stray)}`
}
