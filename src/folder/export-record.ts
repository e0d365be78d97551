/**
 * The record of an export, a file in the folder: what the export wrote there. The next export may
 * write over that, and over nothing else.
 * @module
 */

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { FossilError } from '../base/error.ts'
import { recordFileName, unfinishedFileName } from './disk-files.ts'
import type { TreeFile } from './checkin-tree.ts'
import { unreadableFile } from '../base/whole-file.ts'

/** Content of a file on disk: a hash, with `l` before it for the target of a symlink. */
export type FileState = string

/** The record of the exports to one folder. */
export interface ExportRecord {
  readonly projectCode: string
  /** The check-in that was exported last. */
  readonly checkin: string
  /**
   * Files by name, each with what an export may have written there. Two where an export was
   * interrupted, or is under way.
   */
  readonly files: ReadonlyMap<string, readonly FileState[]>
}

/** The state in which a file of a check-in is to be on disk. */
export function stateOf({ hash, permission }: TreeFile): FileState {
  return permission === 'symlink' ? `l${hash}` : hash
}

/**
 * Reads the record of a folder; undefined where there is none.
 *
 * @throws {FossilError} `export.invalid` for a damaged one; `repo.unreadable`
 */
export function readRecord(folder: string): ExportRecord | undefined {
  const path = join(folder, recordFileName)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw unreadableFile(path, cause)
  }
  const record = recordFrom(text)
  if (record !== undefined) return record
  const reason =
    'this record of earlier exports is damaged: without it, nothing here is overwritten'
  throw new FossilError('export.invalid', { path, reason })
}

/** Writes the record of a folder, whole or not at all. Throws `repo.unreadable`. */
export function writeRecord(folder: string, { projectCode, checkin, files }: ExportRecord): void {
  const path = join(folder, recordFileName)
  const unfinished = join(folder, unfinishedFileName)
  const entries = [...files].map(([name, states]) => `\n${JSON.stringify([name, ...states])}`)
  const head = { format, projectCode, checkin }
  try {
    // Not through a symlink that somebody put there.
    rmSync(unfinished, { force: true })
    const text = `{"export":${JSON.stringify(head)},"files":[${entries.join(',')}]}\n`
    writeFileSync(unfinished, text, { flag: 'wx' })
    renameSync(unfinished, path)
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}

const format = 1

function recordFrom(text: string): ExportRecord | undefined {
  const value = fieldsOf(parsed(text))
  const head = fieldsOf(value?.['export'])
  const files = value?.['files']
  if (head?.['format'] !== format || !Array.isArray(files)) return undefined
  const { projectCode, checkin } = head
  if (typeof projectCode !== 'string' || typeof checkin !== 'string') return undefined
  const found = new Map<string, readonly FileState[]>()
  for (const entry of files) {
    if (!isStrings(entry)) return undefined
    const [name, ...states] = entry
    if (name === undefined || states.length === 0) return undefined
    found.set(name, states)
  }
  return { projectCode, checkin, files: found }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fieldsOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? { ...value } : undefined
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
