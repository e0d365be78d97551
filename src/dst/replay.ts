/**
 * The line that makes a simulation again, derived from its options.
 * @module
 */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import type { SimulateOptions } from './simulate-options.ts'

/** Options that a line can say: all others are code, or are not a part of the run. */
const plainOptions = [
  'seed',
  'plan',
  'leaves',
  'level',
  'durationMs',
  'operationCount',
  'privateCheckins',
  'uv',
  'allKinds',
  'upkeep',
  'weights',
  'sizes',
  'login',
  'maxSteps',
] as const

/** Options that are no part of the run. */
const observers: ReadonlySet<string> = new Set(['onProgress', 'onEnd', 'diagnoses'])

/**
 * The call that makes the run again: `simulate({ seed: 7, plan: 'hostile' })`. What cannot be
 * written as data is named.
 */
export function replayCall(options: SimulateOptions): string {
  const fields = plainOptions.flatMap((name) => {
    const value = options[name]
    return value === undefined ? [] : [`${name}: ${literal(value)}`]
  })
  const plain: ReadonlySet<string> = new Set(plainOptions)
  const others = Object.keys(options).filter((name) => !plain.has(name) && !observers.has(name))
  const all = [...fields, ...others.map((name) => `${name}: …`)]
  return `simulate({ ${all.join(', ')} })`
}

function literal(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
}

/**
 * The commit of a folder, where it is in a Git repository: HEAD names one, or a file that does. In
 * a worktree `.git` is a file that names the folder of its HEAD, and that the one of all files.
 * https://git-scm.com/docs/gitrepository-layout
 */
export function commitOf(folder: string): string | undefined {
  const git = join(folder, '.git')
  if (!existsSync(git)) return dirname(folder) === folder ? undefined : commitOf(dirname(folder))
  const own = resolve(folder, /^gitdir: (.+)/.exec(textOf(git))?.[1] ?? git)
  const shared = resolve(own, textOf(join(own, 'commondir')).trim())
  const head = textOf(join(own, 'HEAD'))
  const reference = /^ref: (\S+)/.exec(head)?.[1]
  if (reference === undefined) return hashIn(head)
  const packed = textOf(join(shared, 'packed-refs'))
    .split('\n')
    .find((line) => line.endsWith(` ${reference}`))
  return hashIn(textOf(join(shared, reference))) ?? hashIn(packed ?? '')
}

function hashIn(text: string): string | undefined {
  return /^[0-9a-f]{40,64}\b/.exec(text)?.[0]
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
