/**
 * The rules by which versions of rows and of definitions meet: the same whichever comes first.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import * as fc from 'fast-check'
import {
  compareDefinitions,
  type DatedDefinition,
  definitionJson,
  mergeDefinitions,
  parseDefinition,
} from './definition.ts'
import { compareVersions, ownerOf, resolve, type Version } from './resolve.ts'
import { things } from './tables.suite.ts'

const version: fc.Arbitrary<Version> = fc.record(
  {
    mtimeSec: fc.nat(2),
    isDeleted: fc.boolean(),
    data: fc.constantFrom('{"a":1}', '{"a":2}'),
    owner: fc.constantFrom('', 'amy'),
  },
  { noNullPrototype: true },
)

/** The version that stands after all of `list` have come. */
function standing(list: readonly Version[]): Version | undefined {
  let held: Version | undefined
  for (const each of list) {
    if (resolve(held, each, { isServer: false }) === 'take') held = each
  }
  return held
}

const heldBy = (owner: string): Version => ({ mtimeSec: 1, isDeleted: false, data: '{}', owner })

function merged(a: DatedDefinition, b: DatedDefinition): DatedDefinition {
  return mergeDefinitions(a, b) ?? assert.fail('they fit')
}

suite('versions of a row', () => {
  test('have a total order', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        assert.equal(Math.sign(compareVersions(a, b)), -Math.sign(compareVersions(b, a)) + 0)
        if (compareVersions(a, b) === 0) assert.deepEqual(a, b)
        const isSorted = compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0
        if (isSorted) assert.ok(compareVersions(a, c) <= 0)
      }),
      { seed: 1 },
    )
  })

  test('come to the same one in whichever order they come', () => {
    fc.assert(
      fc.property(fc.array(version, { minLength: 1, maxLength: 6 }), (versions) => {
        const best = versions.toSorted((a, b) => compareVersions(b, a))[0]
        assert.deepEqual(standing(versions), best)
      }),
      { seed: 2 },
    )
  })

  test('with another owner give way to the server’s, whatever their times', () => {
    const held = { mtimeSec: 20, isDeleted: false, data: '{}', owner: 'bob' }
    const theirs = { mtimeSec: 10, isDeleted: false, data: '{}', owner: 'amy' }
    assert.equal(resolve(held, theirs, { isServer: true }), 'take')
    assert.equal(resolve(held, theirs, { isServer: false }), 'keep')
    assert.equal(resolve(held, { ...theirs, owner: 'bob' }, { isServer: true }), 'keep')
    const refusal = { isServer: true, isRefusal: true }
    assert.equal(resolve(held, { ...theirs, owner: 'bob' }, refusal), 'take')
    assert.equal(resolve(held, held, refusal), 'same')
  })
})

suite('owners', () => {
  const amy = { login: 'amy', isTrusted: false }
  const cases: [what: string, got: string | undefined, expected: string | undefined][] = [
    ['a new row', ownerOf('owner-write', { held: undefined, claimed: '', writer: amy }), 'amy'],
    ['of Go', ownerOf('self-write', { held: undefined, claimed: undefined, writer: amy }), 'amy'],
    [
      'her own',
      ownerOf('owner-write', { held: heldBy('amy'), claimed: 'amy', writer: amy }),
      'amy',
    ],
    ['bob’s', ownerOf('owner-write', { held: heldBy('bob'), claimed: '', writer: amy }), undefined],
    ['as bob', ownerOf('self-write', { held: undefined, claimed: 'bob', writer: amy }), undefined],
    ['unowned', ownerOf('self-write', { held: heldBy(''), claimed: '', writer: amy }), 'amy'],
    ['closed', ownerOf('owner-write', { held: heldBy(''), claimed: '', writer: amy }), undefined],
    ['of none', ownerOf('mtime-wins', { held: heldBy(''), claimed: 'bob', writer: amy }), ''],
  ]
  for (const [what, got, expected] of cases) {
    test(`of ${what}: ${expected ?? 'refused'}`, () => assert.equal(got, expected))
  }

  test('are what those who are trusted say they are', () => {
    const writer = { login: 'root', isTrusted: true }
    assert.equal(ownerOf('owner-write', { held: heldBy('bob'), claimed: 'amy', writer }), 'amy')
    const ofGo = { held: heldBy('bob'), claimed: undefined, writer }
    assert.equal(ownerOf('owner-write', ofGo), 'bob')
  })
})

suite('definitions', () => {
  const values = ['v', 'w', 'x', 'y']
  const definition = fc
    .record({
      version: fc.integer({ min: 1, max: 3 }),
      mtimeSec: fc.nat(2),
      more: fc.shuffledSubarray(values),
      conflict: fc.constantFrom('mtime-wins', 'self-write'),
    })
    .map(({ more, ...rest }): DatedDefinition => {
      const columns = more.map((name) => ({ name, type: 'text' }) as const)
      return { name: 't', columns: [{ name: 'id', type: 'text', key: true }, ...columns], ...rest }
    })

  test('join to the same one in whichever order they come', () => {
    fc.assert(
      fc.property(definition, definition, definition, (a, b, c) => {
        assert.equal(compareDefinitions(merged(a, b), merged(b, a)), 0)
        assert.equal(compareDefinitions(merged(merged(a, b), c), merged(a, merged(b, c))), 0)
        assert.equal(compareDefinitions(merged(merged(a, b), b), merged(a, b)), 0)
      }),
      { numRuns: 2000, seed: 20261129 },
    )
  })

  test('with another key or type do not fit', () => {
    const dated = { ...things, version: 1, mtimeSec: 1 }
    const [id, n, v, ...rest] = things.columns
    assert.ok(id !== undefined && n !== undefined && v !== undefined)
    const others = [
      [id, { name: 'n', type: 'integer' } as const, v, ...rest],
      [id, n, { ...v, type: 'blob' } as const, ...rest],
      [id, n, { ...v, key: true }, ...rest],
      [id, v],
    ]
    for (const columns of others) {
      assert.equal(mergeDefinitions(dated, { ...dated, columns, version: 2 }), undefined)
    }
  })

  test('have the JSON of go-libfossil', () => {
    const json =
      '{"columns":[{"name":"id","type":"text","pk":true},{"name":"v","type":"text","pk":false}],' +
      '"conflict":"owner-write"}'
    assert.equal(definitionJson(parseDefinition('owner', json)), json)
  })
})
