/**
 * Functions are named by class and object, and found where V8 says that they are.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { functionsOf } from './functions.ts'

const text = `/** Ünïcode 🐟 before everything. */
export function plain(): number {
  const within = (): number => 1
  return [1].map(() => within())[0] ?? 0
}
function overloaded(a: string): void
function overloaded(a: number): void
function overloaded(_a: unknown): void {}
class Session {
  readonly #field = (): void => {}
  constructor() { overloaded(1) }
  get state(): string { return '' }
  set state(_value: string) { this.#field() }
  static async #secret(): Promise<void> {}
  abstractly?(): void
}
const cards = { igot: { parse: (line: string) => line, format() { return [] } } }
const arrow = async (x: number): Promise<number> => x
const numbers = [1, 2].map((each) => each + 1)
`

test('functions have the names of what is around them, and callbacks have none', async () => {
  const found = await functionsOf([{ path: 'src/a.ts', text }])
  assert.deepEqual(
    found.map(({ name, line }) => `${line} ${name}`),
    [
      '2 plain',
      '8 overloaded',
      '10 Session.#field',
      '11 Session.constructor',
      '12 get Session.state',
      '13 set Session.state',
      '14 Session.#secret',
      '17 cards.igot.parse',
      '17 cards.igot.format',
      '18 arrow',
    ],
  )
})

test('the place of a function is its text', async () => {
  const found = await functionsOf([{ path: 'src/a.ts', text }])
  const texts = found.map(({ from, end }) => text.slice(from, end).trim())
  assert.equal(texts[1], 'function overloaded(_a: unknown): void {}')
  assert.match(texts[6] ?? '', /^static async #secret\(\).*\{\}$/)
  assert.match(texts[9] ?? '', /^arrow = async|^async \(x/)
})
