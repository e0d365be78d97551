/**
 * Functions that no run entered stand beside their reasons, and a reason that is not so is told.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { SourceFunction } from './functions.ts'
import { judge } from './judge.ts'

const place = { from: 0, bodyFrom: 1, end: 2 }
const entered: SourceFunction = { file: 'src/repo/a.ts', name: 'entered', line: 1, ...place }
const known: SourceFunction = { file: 'src/repo/a.ts', name: 'known', line: 5, ...place }
const unknown: SourceFunction = { file: 'src/sync/b.ts', name: 'B.unknown', line: 9, ...place }

const swept = { functions: [entered, known, unknown], missed: [known, unknown], strays: [] }
const reason = 'reads a file of the disk'

test('a function that no run entered is told with its reason, where there is one', () => {
  const given = { file: 'src/repo/a.ts', functions: ['known'], reason }
  const { folders, voidReasons } = judge(swept, [given])
  const told = folders.filter(({ functions }) => functions > 0)
  assert.deepEqual(told, [
    {
      folder: 'sync',
      functions: 1,
      missed: [{ file: 'src/sync/b.ts', name: 'B.unknown', line: 9 }],
    },
    {
      folder: 'repo',
      functions: 2,
      missed: [{ file: 'src/repo/a.ts', name: 'known', line: 5, reason }],
    },
  ])
  assert.deepEqual(voidReasons, [])
})

test('a reason for what is rare is not void where a run enters it after all', () => {
  const given = { file: 'src/repo/a.ts', functions: ['entered'], reason, isRare: true }
  assert.deepEqual(judge(swept, [given]).voidReasons, [])
})

test('a reason is void for a function that there is not, and for one that is entered', () => {
  const given = { file: 'src/repo/a.ts', functions: ['entered', 'gone'], reason }
  assert.deepEqual(judge(swept, [given]).voidReasons, [
    { of: 'src/repo/a.ts gone', problem: 'does not exist' },
    { of: 'src/repo/a.ts entered', problem: 'is entered after all' },
  ])
})
