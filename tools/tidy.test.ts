/**
 * The project obeys its own rules, and each rule catches a planted violation at the right line.
 * @module
 */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { suite, test } from 'node:test'

import { findingsIn, tidyReport } from './tidy.ts'
import type { Manifest } from './tidy/finding.ts'

const manifest: Manifest = {
  publicFiles: new Map([
    ['trilobite', 'src/index.ts'],
    ['trilobite/sim', 'src/sim/index.ts'],
  ]),
  dependencies: new Set(['pure-rand']),
}

const moduleHeader = '/** A planted file. @module */\n'

/** The findings of the rules in planted files: `path:line rule`. Bodies start on line 2. */
async function caught(bodies: Record<string, string>): Promise<string[]> {
  const files = Object.entries(bodies).map(([path, body]) => ({ path, text: moduleHeader + body }))
  const findings = await findingsIn(files, manifest)
  return findings.map(({ path, line, rule }) => `${path}:${line} ${rule}`)
}

/** The advice given for one planted file. */
async function advice(path: string, body: string): Promise<string> {
  const findings = await findingsIn([{ path, text: moduleHeader + body }], manifest)
  return findings.map((finding) => finding.advice).join('\n')
}

/** Spelled in two halves, because this file too may not name it. */
const sqlRandom = ['ran', 'dom'].join('')

const empty = 'export {}\n'

test('the project is tidy', async () => {
  assert.deepEqual(await tidyReport(join(import.meta.dirname, '..')), [])
})

function importing(from: string, specifier: string, to: string): Record<string, string> {
  return { [from]: `import '${specifier}'\n`, [to]: empty }
}

suite('imports', () => {
  const allowed: [from: string, specifier: string, to: string][] = [
    ['src/repo/blob.ts', '../base/bytes.ts', 'src/base/bytes.ts'],
    ['src/repo/blob.ts', './schema.ts', 'src/repo/schema.ts'],
    ['src/dst/node.ts', '../index.ts', 'src/index.ts'],
    ['src/runner/run.ts', '../sim/clock.ts', 'src/sim/clock.ts'],
    ['src/repo/blob.test.ts', '../../tools/corpus.ts', 'tools/corpus.ts'],
    ['web/main.ts', '../src/sim/trace.ts', 'src/sim/trace.ts'],
    ['interop/clone.test.ts', '../tools/corpus.ts', 'tools/corpus.ts'],
    ['bench/main.ts', './delta.ts', 'bench/delta.ts'],
    ['examples/embed.ts', 'trilobite/sim', 'src/sim/index.ts'],
    ['src/sim/random.ts', 'pure-rand', 'src/sim/clock.ts'],
    ['src/cli/ci.ts', '../sim/index.ts', 'src/sim/index.ts'],
    ['src/cli/ci.test.ts', '../repo/blob.ts', 'src/repo/blob.ts'],
    ['src/sim/random.test.ts', 'fast-check', 'src/sim/clock.ts'],
  ]
  for (const [from, specifier, to] of allowed) {
    test(`${from} may import ${specifier}`, async () => {
      assert.deepEqual(await caught(importing(from, specifier, to)), [])
    })
  }
  const refused: [from: string, specifier: string, to: string][] = [
    ['src/base/bytes.ts', '../repo/blob.ts', 'src/repo/blob.ts'],
    ['src/sim/clock.ts', '../hash/sha1.ts', 'src/hash/sha1.ts'],
    ['src/sim/clock.ts', '../runner/run.ts', 'src/runner/run.ts'],
    ['src/runner/run.ts', '../hash/sha1.ts', 'src/hash/sha1.ts'],
    ['src/runner/run.test.ts', '../repo/blob.ts', 'src/repo/blob.ts'],
    ['src/transport/http.ts', '../index.ts', 'src/index.ts'],
    ['src/repo/blob.ts', '../../tools/corpus.ts', 'tools/corpus.ts'],
    ['src/repo/blob.ts', './blob.test.ts', 'src/repo/blob.test.ts'],
    ['src/repo/blob.ts', './blob.js', 'src/repo/blob.txt.ts'],
    ['src/repo/blob.ts', 'trilobite/sim', 'src/sim/index.ts'],
    ['src/repo/blob.ts', 'fast-check', 'src/repo/schema.ts'],
    ['src/repo/blob.ts', 'node:test', 'src/repo/schema.ts'],
    ['src/repo/blob.ts', 'fs', 'src/repo/schema.ts'],
    ['src/base/bytes.ts', '../new/thing.ts', 'src/new/thing.ts'],
    ['examples/embed.ts', '../src/repo/repo.ts', 'src/repo/repo.ts'],
    ['examples/embed.ts', '../tools/corpus.ts', 'tools/corpus.ts'],
    ['interop/clone.test.ts', 'trilobite/repo', 'src/repo/repo.ts'],
    ['bench/main.ts', '../interop/clone.ts', 'interop/clone.ts'],
    ['src/cli/ci.ts', '../repo/blob.ts', 'src/repo/blob.ts'],
  ]
  for (const [from, specifier, to] of refused) {
    test(`${from} may not import ${specifier}`, async () => {
      assert.deepEqual(await caught(importing(from, specifier, to)), [`${from}:2 import`])
    })
  }

  test('re-exports, import() calls and import() types count as imports', async () => {
    const spoken = [
      "export { a } from '../repo/a.ts'\nexport const here = 1\n",
      "export const a = await import('../repo/a.ts')\n",
      "export type A = import('../repo/a.ts').A\n",
      "import type { A } from '../repo/a.ts'\nexport type B = A\n",
    ]
    for (const body of spoken) {
      const found = await caught({ 'src/base/b.ts': body, 'src/repo/a.ts': empty })
      assert.deepEqual(found, ['src/base/b.ts:2 import'])
    }
  })

  test('a cycle is found even where every link is a type', async () => {
    const files = {
      'src/repo/a.ts': "import type { B } from './b.ts'\nexport type A = B\n",
      'src/repo/b.ts': "import type { C } from './c.ts'\nexport type B = C\n",
      'src/repo/c.ts': "import type { A } from './a.ts'\nexport type C = A\n",
    }
    assert.deepEqual(await caught(files), ['src/repo/c.ts:2 cycle'])
  })

  test('a file that imports itself is a cycle', async () => {
    assert.deepEqual(await caught({ 'src/repo/a.ts': "import './a.ts'\n" }), [
      'src/repo/a.ts:2 cycle',
    ])
  })

  test('an index.ts that package.json does not export is a barrel', async () => {
    assert.deepEqual(await caught({ 'src/repo/index.ts': 'export const a = 1\n' }), [
      'src/repo/index.ts:1 barrel',
    ])
  })

  test('a file of nothing but re-exports is a barrel whatever its name', async () => {
    const found = await caught({
      'src/repo/all.ts': "export { a } from './a.ts'\n",
      'src/repo/a.ts': '',
    })
    assert.deepEqual(found, ['src/repo/all.ts:1 barrel'])
  })

  test('an exported index names what it exports', async () => {
    const found = await caught({
      'src/index.ts': "export * from './repo/a.ts'\n",
      'src/repo/a.ts': '',
    })
    assert.deepEqual(found, ['src/index.ts:2 barrel'])
  })
})

suite('determinism', () => {
  const refused = [
    'Date.now()',
    'new Date(0)',
    'Math.random()',
    'setTimeout(() => 1, 5)',
    'setInterval(() => 1, 5)',
    'setImmediate(() => 1)',
    'performance.now()',
    'process.env.HOME',
    "fetch('http://localhost')",
    'globalThis.fetch',
    '{ fetch }',
    '[setTimeout]',
    'crypto.getRandomValues(new Uint8Array(1))',
    'AbortSignal.timeout(5)',
    'db.exec("SELECT julianday(\'now\')")',
    "db.exec(`SELECT strftime('%s', 'now')`)",
    "db.exec('SELECT datetime()')",
    "db.exec('INSERT INTO t VALUES (CURRENT_TIMESTAMP)')",
    `db.exec('SELECT * FROM blob ORDER BY ${sqlRandom}()')`,
    `db.exec('SELECT lower(hex(${sqlRandom}blob(16)))')`,
  ]
  for (const expression of refused) {
    test(`${expression} is banned below the transports`, async () => {
      const found = await caught({ 'src/repo/a.ts': `export const a = ${expression}\n` })
      assert.deepEqual([...new Set(found)], ['src/repo/a.ts:2 banned'])
    })
  }
  const imports = [
    "import { randomBytes } from 'node:crypto'",
    "import { randomUUID as id } from 'node:crypto'",
    "import { setTimeout as sleep } from 'node:timers/promises'",
    "import { performance } from 'node:perf_hooks'",
    "import process from 'node:process'",
  ]
  for (const statement of imports) {
    test(`${statement} is banned below the transports`, async () => {
      const found = await caught({ 'src/sim/a.ts': `${statement}\n` })
      assert.deepEqual([...new Set(found)], ['src/sim/a.ts:2 banned'])
    })
  }
  test('a namespace import of node:crypto does not hide its randomness', async () => {
    const body = "import * as nodeCrypto from 'node:crypto'\nnodeCrypto.randomFillSync(bytes)\n"
    assert.deepEqual(await caught({ 'src/sim/a.ts': body }), ['src/sim/a.ts:3 banned'])
  })
  const harmless = [
    'type Timer = typeof setTimeout\n',
    'export interface Stamp { at: Date; process: string }\n',
    'export const a = card.process(card.fetch, { fetch: 1 })\n',
    'export function process(fetch: string): string { return fetch }\n',
    'export const hashed = crypto\nimport crypto from "node:crypto"\n',
    '// Date.now() and Math.random() in a comment\n',
    "export const sql = 'SELECT datetime(mtime), randomness FROM event'\n",
  ]
  for (const body of harmless) {
    test(`${body.split('\n')[0]} reaches nothing`, async () => {
      assert.deepEqual(await caught({ 'src/repo/a.ts': body }), [])
    })
  }
  test('env.ts is the one place below the transports with clock and randomness', async () => {
    const body = 'export const a = [Date.now(), Math.random(), process.pid]\n'
    assert.deepEqual(await caught({ 'src/base/env.ts': body }), [])
    assert.equal((await caught({ 'src/base/other.ts': body })).length, 3)
  })
  test('transports, commands and pages touch the host; their tests draw nothing', async () => {
    const body = 'export const a = [Date.now(), fetch, crypto]\n'
    for (const folder of ['src/transport', 'src/cli', 'web']) {
      assert.deepEqual(await caught({ [`${folder}/a.ts`]: body }), [])
      assert.deepEqual(await caught({ [`${folder}/a.test.ts`]: body }), [
        `${folder}/a.test.ts:2 banned`,
      ])
    }
  })
  test('tests of the product read the host but never wait and never draw', async () => {
    const body = 'export const a = [process.env, setTimeout, Math.random()]\n'
    assert.equal((await caught({ 'src/repo/a.test.ts': body })).length, 2)
  })
  test('tools and benches read the clock but draw no randomness', async () => {
    assert.deepEqual(await caught({ 'bench/a.ts': 'export const a = performance.now()\n' }), [])
    assert.deepEqual(await caught({ 'tools/a.ts': 'export const a = Math.random()\n' }), [
      'tools/a.ts:2 banned',
    ])
  })
})

suite('shape', () => {
  test('a file without a module header is found', async () => {
    const files = ['export {}\n', '// A note.\nexport {}\n', '/** No tag. */\nexport {}\n']
    for (const text of files) {
      const found = await findingsIn([{ path: 'src/base/a.ts', text }], manifest)
      assert.deepEqual(
        found.map(({ rule, line }) => [rule, line]),
        [['header', 1]],
      )
    }
  })
  test('a header may follow the line that names the interpreter', async () => {
    const text = '#!/usr/bin/env node\n/**\n * Launcher.\n * @module\n */\n'
    assert.deepEqual(await findingsIn([{ path: 'bin/a.mjs', text }], manifest), [])
  })
  test('500 lines pass and 501 do not', async () => {
    assert.deepEqual(await caught({ 'src/base/a.ts': '\n'.repeat(499) }), [])
    assert.deepEqual(await caught({ 'src/base/a.ts': '\n'.repeat(500) }), [
      'src/base/a.ts:501 file-length',
    ])
  })
  test('test vectors and the schema may be long', async () => {
    assert.deepEqual(await caught({ 'src/hash/sha1.vectors.ts': '\n'.repeat(900) }), [])
    assert.deepEqual(await caught({ 'src/repo/schema.ts': '\n'.repeat(900) }), [])
  })
  const functions: Record<string, [before: string, after: string]> = {
    'a function': ['export function f(): void {', '}'],
    'an arrow function': ['export const f = () => {', '}'],
    'a method': ['export class A { f() {', '} }'],
    'a constructor': ['export class A { constructor() {', '} }'],
    'a getter': ['export class A { get f() {', '} }'],
    'a static block': ['export class A { static {', '} }'],
    'a callback': ['call(function () {', '})'],
  }
  for (const [kind, [before, after]] of Object.entries(functions)) {
    test(`70 lines of ${kind} pass and 71 do not`, async () => {
      const fits = before + '\n'.repeat(69) + after
      assert.deepEqual(await caught({ 'src/base/a.ts': fits }), [])
      const tooLong = before + '\n'.repeat(70) + after
      assert.deepEqual(await caught({ 'src/base/a.ts': tooLong }), [
        'src/base/a.ts:2 function-length',
      ])
    })
  }
  test('the tests inside a suite do not count as lines of the suite', async () => {
    const inner = `  test('a fact', async () => {${'\n'.repeat(40)}})\n`
    const body = (name: string): string => `${name}('it', () => {\n${inner.repeat(3)}})\n`
    assert.deepEqual(await caught({ 'src/base/a.test.ts': body('suite') }), [])
    assert.deepEqual(await caught({ 'src/base/a.ts': `run(() => {${'\n'.repeat(80)}})\n` }), [
      'src/base/a.ts:2 function-length',
    ])
  })
  test('100 columns pass and 101 do not', async () => {
    const words = `// ${'word '.repeat(30)}`
    const line = (columns: number): string => `${words.slice(0, columns - 1)}.\n`
    assert.deepEqual(await caught({ 'src/base/a.ts': line(100) }), [])
    assert.deepEqual(await caught({ 'src/base/a.ts': line(101) }), ['src/base/a.ts:2 columns'])
  })
  test('a URL or a hash that cannot be broken may be wide', async () => {
    assert.deepEqual(
      await caught({ 'src/base/a.ts': `// see https://example.org/${'a/'.repeat(50)}\n` }),
      [],
    )
  })
  test('a title says what is, not what ought to be', async () => {
    const body = "test('it should work', async () => {})\ntest.skip(`Should ${1}`, () => {})\n"
    assert.deepEqual(await caught({ 'src/base/a.test.ts': body }), [
      'src/base/a.test.ts:2 title',
      'src/base/a.test.ts:3 title',
    ])
    assert.deepEqual(
      await caught({ 'src/base/a.test.ts': "test('a shoulder', async () => {})\n" }),
      [],
    )
  })
  test('a suppression carries its reason', async () => {
    const comment = ['// oxlint', 'disable', 'next', 'line no-console'].join('-')
    assert.deepEqual(await caught({ 'src/base/a.ts': `${comment}\n` }), [
      'src/base/a.ts:2 suppression',
    ])
    assert.deepEqual(await caught({ 'src/base/a.ts': `${comment} -- a reason\n` }), [])
  })
})

suite('wording', () => {
  const clauses = ['What', 'How', 'Whether', 'Who', 'Whose', 'Which', 'Why', 'Where', 'When']
  for (const word of clauses) {
    test(`a doc comment that begins with "${word}" is found`, async () => {
      const oneLine = `/** ${word} it is. */\nexport const a = 1\n`
      const longer = `/**\n * ${word} it is.\n */\nexport const b = 1\n`
      const inside = `export class C {\n  /** ${word} it is. */\n  d = 1\n}\n`
      assert.deepEqual(await caught({ 'src/base/a.ts': `${oneLine}${longer}${inside}` }), [
        'src/base/a.ts:2 wording',
        'src/base/a.ts:4 wording',
        'src/base/a.ts:9 wording',
      ])
    })
  }
  test('a header that begins so is found', async () => {
    const files = [{ path: 'src/base/a.ts', text: '/**\n * What it is.\n * @module\n */\n' }]
    const findings = await findingsIn(files, manifest)
    assert.deepEqual(
      findings.map(({ line, rule }) => [line, rule]),
      [[1, 'wording']],
    )
  })
  test('nouns and verbs pass, and so do clauses that begin no doc comment', async () => {
    const body = [
      '/** Tells whether it is. */',
      'export const a = 1',
      '/**',
      ' * The name: of a node.',
      ' * What follows stays.',
      ' */',
      'export const b = 2',
      '// What a reader must know.',
      '/** Whatsit, by name. */',
      'export const c = 3',
      '',
    ]
    assert.deepEqual(await caught({ 'src/base/a.ts': body.join('\n') }), [])
  })
})

suite('seeds', () => {
  test('a property without a seed is found, in whichever way it draws', async () => {
    const body = 'fc.assert(p)\nfc.sample(p, 5)\nawait fc.check(p, { numRuns: 5 })\n'
    assert.deepEqual(await caught({ 'src/base/a.test.ts': body }), [
      'src/base/a.test.ts:2 seeds',
      'src/base/a.test.ts:3 seeds',
      'src/base/a.test.ts:4 seeds',
    ])
  })
  test('one with a seed passes, named or not', async () => {
    const body = 'fc.assert(p, { seed: 1 })\nfc.sample(p, { seed, numRuns: 2 })\nfc.nat()\n'
    assert.deepEqual(await caught({ 'src/base/a.test.ts': body }), [])
  })
})

test('advice names the way out', async () => {
  assert.match(await advice('src/repo/a.ts', 'Date.now()\n'), /Date is not .*env\.clock/)
  assert.match(
    await advice('src/base/a.ts', "import '../repo/b.ts'\n"),
    /'\.\.\/repo\/b\.ts': no such file/,
  )
  assert.match(await advice('src/base/a.ts', '/** What it is. */\n'), /begin with a noun.*"What"/)
})
