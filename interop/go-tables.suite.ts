/**
 * Repositories of go-libfossil with synced tables, by the command in interop/go-tables: what the
 * tests of this folder that sync with them share.
 * @module
 */

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

import type { putRow, TableDefinition } from 'trilobite/tables'

import { buildGoCommand } from '../tools/go-command.ts'
import { runOrThrow } from '../tools/run.ts'
import { said } from './stock.suite.ts'

/** Values of a row. */
export type Values = Parameters<typeof putRow>[2]

/** A row as either side lists it. */
export interface Line {
  readonly values: Values
  readonly mtimeSec: number
  readonly isDeleted: boolean
}

/** A login; an empty one is nobody's. */
export interface Login {
  readonly user: string
  readonly password: string
}

/** The project of every repository. */
export const projectCode = '7'.repeat(40)
/** Time that rows are dated from. */
export const baseSec = 1_700_000_000

let program = ''

/** Finds or builds the command around the library, or marks the test as skipped. */
export async function requireGoOrSkip(t: TestContext): Promise<boolean> {
  if (!process.env['TRILOBITE_LIBFOSSIL']) {
    t.skip('TRILOBITE_LIBFOSSIL names no checkout of go-libfossil: syncs with it are skipped')
  } else if (spawnSync('go', ['version']).status !== 0) {
    t.skip('Go is not installed (put `go` on PATH): syncs with go-libfossil are skipped')
  } else {
    if (program === '') program = await build()
    return true
  }
  return false
}

async function build(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-go-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  return (await buildGoCommand(join(import.meta.dirname, 'go-tables'), folder)).program
}

/** Runs the command; returns what it says. */
export function go(...args: readonly (string | number)[]): Promise<string> {
  return runOrThrow(program, args.map(String))
}

/** JSON with integers to the last digit. */
function json(values: Values): string {
  const fields = Object.entries(values).map(([name, value]) => {
    return `${JSON.stringify(name)}:${typeof value === 'bigint' ? value : JSON.stringify(value)}`
  })
  return `{${fields.join(',')}}`
}

/** Writes a row, so long after {@link baseSec}. */
export async function put(
  file: string,
  table: string,
  values: Values,
  atSec: number,
): Promise<void> {
  await go('put', file, table, json(values), baseSec + atSec)
}

/** Defines a table. */
export async function define(
  file: string,
  { name, columns, conflict }: TableDefinition,
): Promise<void> {
  const theirs = columns.map(({ key: pk = false, ...column }) => ({ ...column, pk }))
  await go('schema', file, name, JSON.stringify({ columns: theirs, conflict }), baseSec)
}

/** Lists the rows of a table, deleted ones included. */
export async function theirLines(file: string, definition: TableDefinition): Promise<Line[]> {
  const text = await go('ls', file, definition.name)
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => theirLine(definition, line))
}

/** A line of `ls`; numbers are read by the types of their columns. */
function theirLine({ columns }: TableDefinition, line: string): Line {
  const { values, mtime, deleted } = JSON.parse(line, withDigits)
  const typed = columns.map(({ name, type }) => {
    const digits: string | undefined = values[name]?.digits
    if (digits === undefined) return [name, values[name]]
    return [name, type === 'integer' ? BigInt(digits) : Number(digits)]
  })
  return {
    values: Object.fromEntries(typed),
    mtimeSec: Number(mtime.digits),
    isDeleted: deleted,
  }
}

/** Keeps the digits of numbers, for `JSON.parse`. */
function withDigits(_name: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? { digits: context?.source } : value
}

/** Serves a file until the test ends. Returns its address. */
export async function theirServer(t: TestContext, file: string): Promise<string> {
  const child = spawn(program, ['serve', file, '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.after(() => child.kill())
  return await said(child, /^(http:\S+)$/m)
}

/** The outcome of a sync as the library's client tells it. */
export interface TheirResult {
  readonly Rounds: number
  /** Errors and messages of the server. */
  readonly Errors: readonly string[] | null
}

/**
 * Syncs a file with a server, both ways.
 *
 * @throws {Error} where it fails, such as after 100 rounds
 */
export async function syncTheirs(
  file: string,
  url: string,
  { user, password }: Login = { user: '', password: '' },
): Promise<TheirResult> {
  return JSON.parse(await go('sync', file, url, user, password))
}
