/**
 * The format of a trace is what docs/trace-format.md and its schema say: every line of three runs
 * satisfies the schema, the page names every type of line, and its example is a real run. Fossil
 * uses neither datagrams nor streams: their lines are those that the page shows of another run,
 * which a test of the runner compares with it.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'

import { FossilError } from 'trilobite'
import { simulate, type SimulateOptions, type Simulator } from 'trilobite/dst'

import { type JsonObject, problemOf } from './json-schema.ts'

/** The parts of the schema that this test reads. */
type LineSchema = JsonObject & {
  readonly oneOf: readonly { readonly $ref: string }[]
  readonly $defs: Readonly<Record<string, { readonly properties?: JsonObject }>>
}

const docs = join(import.meta.dirname, '../docs')
const page = readFileSync(join(docs, 'trace-format.md'), 'utf8')
const schema: LineSchema = JSON.parse(readFileSync(join(docs, 'trace-format.schema.json'), 'utf8'))
const types = schema.oneOf.map(({ $ref }) => $ref.replace('#/$defs/', ''))

type Line = JsonObject & { readonly type: string }

const parsed = (line: string): Line => JSON.parse(line)

async function traceOf(options: Partial<SimulateOptions>): Promise<string[]> {
  const lines: string[] = []
  const onTraceLine = (line: string): void => void lines.push(line)
  const config = { ...options.config, onTraceLine }
  const size = options.plan === undefined ? { leaves: 2, durationMs: 60_000 } : {}
  await simulate({ seed: 1, ...size, ...options, config })
  return lines
}

/** A leaf is cut off for a moment every two seconds, one way or both. */
function flickering(simulator: Simulator): { start(): void } {
  const { startMs } = simulator.clock()
  const network = simulator.network()
  return {
    start: () => {
      for (let ms = 0; ms < 60_000; ms += 2_000) {
        simulator.scheduleAction(startMs + ms, () => network.partition('leaf-0'))
        simulator.scheduleAction(startMs + ms + 200, () => network.heal('leaf-0'))
      }
    },
  }
}

const unwell = (): Promise<Uint8Array> =>
  Promise.reject(new FossilError('transport.failed', { reason: 'out of order' }))

/** The lines of datagrams and streams that the page shows. */
function linesOfLinks(): Line[] {
  const [, example = ''] = /\n### Datagrams and streams\n[^]*?```jsonl\n([^]*?)```/.exec(page) ?? []
  return example.split('\n').slice(0, -1).map(parsed)
}

const runs: Readonly<Record<string, Partial<SimulateOptions>>> = {
  'a calm run': { level: 'normal', config: { hashPolicy: 'sha3' } },
  'a hostile run with everything on': {
    seed: 6,
    durationMs: 300_000,
    operationCount: 150,
    uv: true,
    login: true,
    allKinds: true,
    config: {
      describesMessages: true,
      describesHoldings: true,
      crashes: { calmMeanMs: 60_000, downMeanMs: 5_000 },
    },
  },
  'a run of agents': { plan: 'leaves=2,private=yes,faults=none', config: { node: 'agent' } },
  'a run whose nodes come and go': {
    plan: 'leaves=2,late=1,operations=30,topology=star,faults=stop+pause+crash',
  },
  'a run with syncs by hand': { plan: 'normal,topology=star,node=poll,mix=repair' },
  'a run with partitions': { workloads: (simulator) => [flickering(simulator)] },
  'a run with a nemesis': {
    plan: 'leaves=3,topology=star,faults=clog+partial+swizzle+clockJump+clockDrift+broken',
  },
  'a run whose server is out of order': {
    level: 'normal',
    config: { upstream: { exchange: unwell } },
  },
}

suite('the schema', async () => {
  const traces = new Map<string, readonly Line[]>()
  for (const [name, options] of Object.entries(runs)) {
    traces.set(name, (await traceOf(options)).map(parsed))
  }

  for (const [name, lines] of traces) {
    test(`allows every line of ${name}`, () => {
      assert.ok(lines.length > 20)
      for (const line of lines) {
        assert.equal(problemOf(line, schema), undefined, JSON.stringify(line))
      }
    })
  }

  test('allows every line of datagrams and streams', () => {
    for (const line of linesOfLinks()) {
      assert.equal(problemOf(line, schema), undefined, JSON.stringify(line))
    }
  })

  const written = [...traces.values(), linesOfLinks()].flat()
  const samples = new Map(written.map((line) => [line.type, line]))

  test('has no type that these runs do not write', () => {
    assert.deepEqual([...samples.keys()].sort(), [...types].sort())
  })

  test('allows no line with a field too many, too few, or of another kind', () => {
    for (const line of samples.values()) {
      assert.notEqual(problemOf({ ...line, surplus: 1 }, schema), undefined, line.type)
      for (const name of ['event', 'cause', 'lamport', 'atMs', 'type']) {
        const { [name]: _, ...rest } = line
        assert.notEqual(problemOf(rest, schema), undefined, `${line.type} without ${name}`)
        assert.notEqual(problemOf({ ...line, [name]: -1 }, schema), undefined, name)
      }
      for (const name of Object.keys(line)) {
        const changed = problemOf({ ...line, [name]: null }, schema)
        assert.notEqual(changed, undefined, `${line.type}.${name}`)
      }
    }
  })
})

suite('the page', () => {
  test('has a row for every type of line, in the order of the schema', () => {
    const rows = [...page.matchAll(/^\| `([a-zA-Z.]+)` +\|/gm)].map(([, type]) => type)
    const fields = ['event', 'cause', 'lamport', 'atMs', 'type']
    assert.deepEqual(rows, [...fields, ...types])
  })

  test('names every field of a line in the row of its type', () => {
    for (const [type, fields] of Object.entries(fieldsByType())) {
      const row = page.split('\n').find((text) => text.startsWith(`| \`${type}\` `)) ?? ''
      const reference = /the fields of `([a-z]+)`/.exec(row)?.[1]
      const named = reference === undefined ? [] : fieldsByType()[reference]
      for (const field of fields) {
        assert.ok(row.includes(`\`${field}\``) || named?.includes(field), `${type}.${field}`)
      }
    }
  })

  test('shows the first line of each type of a run', async () => {
    const [, command = '', example = ''] =
      /\n(trilobite sim run .*)\n[^]*?```jsonl\n([^]*?)```/.exec(page) ?? []
    const [, plan = ''] = / --plan (\S+) /.exec(command) ?? []
    assert.equal(command, `trilobite sim run --plan ${plan} --trace trace.jsonl`)
    const first = new Map<string, string>()
    for (const line of await traceOf({ plan })) {
      const { type } = parsed(line)
      if (!first.has(type)) first.set(type, line)
    }
    assert.equal(example, [...first.values()].map((line) => `${line}\n`).join(''))
  })
})

/** The fields of each type of line besides those of every line. */
function fieldsByType(): Record<string, readonly string[]> {
  return Object.fromEntries(
    types.map((type) => {
      const fields = Object.keys(schema.$defs[type]?.properties ?? {})
      return [type, fields.filter((field) => field !== 'type')]
    }),
  )
}
