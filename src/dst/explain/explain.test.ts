/**
 * Reasons why a node lacks something: each way in which the chain can break, planted in a star, and
 * told by the trace alone.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { purge } from '../../admin/purge.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { ensureKnown } from '../../repo/blob.ts'
import { dbOf } from '../../repo/repo.ts'
import { shun } from '../../repo/shun.ts'
import type { NodeId } from '../../runner/model.ts'
import type { Override } from '../../sim/decision.ts'
import type { SimConfig } from '../config.ts'
import { onDemand, Star } from '../scenarios/star.suite.ts'
import { simulate } from '../simulate.ts'
import { TraceLines } from '../trace-lines.suite.ts'
import { explain } from './explain.ts'
import type { Explanation } from './explanation.ts'
import { explanationText } from './explanation-text.ts'
import type { Question } from './subject.ts'

const told = { describesMessages: true, describesHoldings: true }

/** A star whose leaves sync when told, and its trace. */
class ToldStar extends Star {
  readonly #trace: TraceLines

  constructor(config: Partial<SimConfig> = {}) {
    const trace = new TraceLines()
    super({ numLeaves: 2, ...onDemand, ...told, ...config, onTraceLine: trace.onTraceLine })
    this.#trace = trace
  }

  /** Lets leaves sync, one after the other; what is planted here may well break an invariant. */
  async syncs(...leaves: readonly number[]): Promise<void> {
    for (const index of leaves) {
      const leaf = this.leaf(index)
      const { syncs } = leaf.stats
      this.simulator.scheduleSyncNow(leaf.id)
      while (leaf.stats.syncs === syncs) await this.simulator.step()
    }
  }

  explain(thing: ArtifactHash | Question, node: NodeId): Explanation {
    const question = typeof thing === 'string' ? { artifact: thing } : thing
    const lines = this.#trace.lines
    return explain({ name: 'trace', lines: () => lines }, question, node)
  }

  /** Tells whether a line of the trace has all of some texts. */
  tells(...texts: readonly string[]): boolean {
    return this.#trace.lines.some((line) => texts.every((text) => line.includes(text)))
  }
}

function struck(kind: string, use: number): readonly Override[] {
  return [{ site: `net/leaf-0→master/${kind}`, use, outcome: true }]
}

suite('an artifact', () => {
  test('that is here came with a message of a peer, which had made it', async () => {
    using star = new ToldStar()
    const hash = star.hub.store('news')
    await star.syncs(0)
    const { verdict, conclusion, steps, unseen } = star.explain(hash, 'leaf-0')
    assert.equal(verdict, 'held')
    assert.match(conclusion, /^leaf-0 has it, since .* with the reply of .* from master$/)
    assert.deepEqual(
      steps.map(({ node, text }) => `${node}: ${text.replace(/,? (?:in|with) the .*/, '')}`),
      [
        'master: master has it from the beginning',
        'master: master announces it to leaf-0',
        'leaf-0: leaf-0 learns of it, and wants it',
        'leaf-0: leaf-0 asks for it from master',
        'master: master sends it to leaf-0',
        'leaf-0: leaf-0 has it',
      ],
    )
    assert.deepEqual(unseen, [])
  })

  test('that its holder never announces is told apart', async () => {
    using star = new ToldStar()
    const hash = star.hub.store('unheard of')
    dbOf(star.hub.repo).exec('DELETE FROM unclustered')
    await star.syncs(0, 0)
    const { verdict, conclusion } = star.explain(hash, 'leaf-0')
    assert.equal(verdict, 'not-announced')
    assert.match(
      conclusion,
      /^2 exchanges between leaf-0 and master went well while master had it, .*does not announce/,
    )
  })

  test('that a node was told of and has banned is not asked for', async () => {
    using star = new ToldStar()
    const hash = star.hub.store('banned')
    shun(star.leaf(0).repo, [hash])
    await star.syncs(0)
    const { verdict, conclusion } = star.explain(hash, 'leaf-0')
    assert.equal(verdict, 'not-asked')
    assert.match(conclusion, /never asked for it: leaf-0 has banned it/)
  })

  test('that a node asked for in vain was not sent', async () => {
    using star = new ToldStar()
    const hash = star.hub.store('secret', { isPrivate: true })
    ensureKnown(star.leaf(0).repo, hash, { isPrivate: false })
    await star.syncs(0)
    const { verdict, conclusion } = star.explain(hash, 'leaf-0')
    assert.equal(verdict, 'unanswered')
    assert.match(conclusion, /^leaf-0 asked master for it, .*, and master did not send it\./)
  })

  test('that was sent and lost names the fault', async () => {
    using star = new ToldStar({ overrides: struck('replyLost', 1) })
    const hash = star.hub.store('lost on its way')
    await star.syncs(0)
    const { verdict, conclusion } = star.explain(hash, 'leaf-0')
    assert.equal(verdict, 'lost')
    assert.match(
      conclusion,
      /did not arrive: it is lost: fault net\/leaf-0→master\/replyLost, use \S+\.round#2\. No /,
    )
  })

  test('that was asked for in a request that was lost names the fault, too', async () => {
    using star = new ToldStar({ overrides: struck('requestLost', 1) })
    const hash = star.hub.store('asked for')
    await star.syncs(0)
    const { verdict, conclusion } = star.explain(hash, 'leaf-0')
    assert.equal(verdict, 'unanswered')
    assert.match(
      conclusion,
      /^leaf-0 asked master for it, and the question was lost: .*\/requestLost, use /,
    )
  })

  test('that arrived at who has banned it was refused', async () => {
    using star = new ToldStar()
    const hash = star.leaf(0).store('unwelcome')
    shun(star.hub.repo, [hash])
    await star.syncs(0)
    const { verdict, conclusion } = star.explain(hash, 'master')
    assert.equal(verdict, 'refused')
    assert.match(conclusion, /^it reached master and was not kept: master has banned it/)
  })

  test('that was here and was taken away tells when', async () => {
    using star = new ToldStar()
    const hash = star.hub.store('taken away')
    await star.syncs(0)
    purge(star.leaf(0).repo, [hash])
    await star.syncs(1)
    const { verdict, conclusion } = star.explain(hash, 'leaf-0')
    assert.equal(verdict, 'removed')
    assert.match(
      conclusion,
      /^leaf-0 had it and has it no more: it went at .* by the hand of a call/,
    )
  })

  test('that is private stays where it is', async () => {
    using star = new ToldStar()
    const hash = star.hub.store('private', { isPrivate: true })
    await star.syncs(0)
    const { verdict, steps } = star.explain(hash, 'leaf-0')
    assert.equal(verdict, 'private')
    assert.match(steps[0]?.text ?? '', /^master has it, as private/)
  })

  test('that a partition kept away names the outage', async () => {
    using star = new ToldStar()
    const hash = star.hub.store('out of reach')
    star.network.partition('leaf-0')
    await star.syncs(0)
    const { verdict, conclusion } = star.explain(hash, 'leaf-0')
    assert.equal(verdict, 'not-synced')
    assert.match(conclusion, /1 exchange between leaf-0 and master began .* a partition between/)
  })

  test('that nobody came for, since the node had crashed, names the crash', async () => {
    using star = new ToldStar()
    await star.syncs(0)
    const hash = star.hub.store('too late')
    star.simulator.crash('leaf-0')
    await star.syncs(1)
    const { verdict, conclusion } = star.explain(hash, 'leaf-0')
    assert.equal(verdict, 'not-synced')
    assert.match(conclusion, /no sync between leaf-0 and master began .*: leaf-0 crashes at/)
  })

  test('that its peer lacks is explained by the peer', async () => {
    using star = new ToldStar({ overrides: struck('requestLost', 0) })
    const hash = star.leaf(0).store('stuck')
    await star.syncs(0, 1)
    const { verdict, because } = star.explain(hash, 'leaf-1')
    assert.equal(verdict, 'elsewhere')
    const [first, ...others] = because
    assert.deepEqual([first?.node, first?.verdict, others], ['master', 'lost', []])
  })

  test('that is on its way when the run ends is not lost', async () => {
    using star = new ToldStar()
    const hash = star.hub.store('nearly there')
    star.simulator.scheduleSyncNow('leaf-0')
    while (!star.tells('"type":"message"', `"file ${hash} `)) await star.simulator.step()
    const { verdict, conclusion } = star.explain(hash, 'leaf-0')
    assert.equal(verdict, 'ended')
    assert.match(conclusion, /still on its way when the trace ends/)
  })

  test('is named by the beginning of its hash where no other begins so', async () => {
    using star = new ToldStar()
    const hashes = star.hub.storeMany(2)
    await star.syncs(0)
    const [hash] = hashes
    assert.ok(hash)
    assert.equal(star.explain({ artifact: hash.slice(0, 10) }, 'leaf-0').verdict, 'held')
    assert.throws(() => star.explain({ artifact: 'ffffffff' }, 'leaf-0'), { code: 'name.unknown' })
    assert.throws(() => star.explain({ artifact: 'xyz' }, 'leaf-0'), { code: 'name.unknown' })
    assert.throws(() => star.explain(hash, 'leaf-7'), { code: 'name.unknown' })
  })

  test('of which several begin so has to be named further', () => {
    const [one, other] = [`ab12${'0'.repeat(36)}`, `ab12${'1'.repeat(36)}`]
    const lines = [
      '{"event":0,"cause":0,"lamport":0,"atMs":0,"type":"run","format":1,"nodes":["a"]}',
      `{"event":1,"cause":0,"lamport":1,"atMs":5,"type":"operation","hash":"${one}"}`,
      `{"event":2,"cause":0,"lamport":1,"atMs":5,"type":"operation","hash":"${other}"}`,
    ]
    const source = { name: 'trace', lines: () => lines }
    assert.throws(() => explain(source, { artifact: 'ab12' }, 'a'), {
      code: 'name.ambiguous',
      detail: { name: 'ab12', candidates: [one, other] },
    })
  })

  test('that was acknowledged and never held is told apart from one that went', () => {
    const hash = 'c'.repeat(40)
    const lines = [
      '{"event":0,"cause":0,"lamport":0,"atMs":0,"type":"run","format":1,"nodes":["a"]}',
      '{"event":0,"cause":0,"lamport":0,"atMs":0,"type":"holding","node":"a","gained":[]}',
      '{"event":1,"cause":0,"lamport":1,"atMs":5,"type":"operation","node":"a","id":"a#1",' +
        `"op":"checkin","args":{},"outcome":"acknowledged","hash":"${hash}"}`,
    ]
    const source = { name: 'trace', lines: () => lines }
    const { verdict, conclusion } = explain(source, { artifact: hash }, 'a')
    assert.equal(verdict, 'unkept')
    assert.match(conclusion, /^a said that it had made it, and never had it: .* a#1, checkin/)
  })

  test('of a trace without explanations is told as far as that goes', async () => {
    const { trace, hashOf } = await toldRun({ describesMessages: false, describesHoldings: false })
    const { verdict, unseen, steps } = explain(trace, { artifact: hashOf('begin') }, 'leaf-0')
    assert.deepEqual([verdict, unseen.length], ['unseen', 2])
    assert.match(steps[0]?.text ?? '', /^master: operation master#1, begin, is acknowledged$/)
  })

  test('of a trace with messages alone arrives, and nobody says whether it stays', async () => {
    const { trace, hashOf } = await toldRun({ describesHoldings: false })
    const { verdict, unseen } = explain(trace, { artifact: hashOf('begin') }, 'leaf-0')
    assert.deepEqual([verdict, unseen.length], ['arrived', 1])
  })

  test('that an operation took away names that', async () => {
    const { trace, hashOf } = await toldRun({})
    const purged = hashOf('purge')
    const at = trace.lines().findLast((line) => line.includes('"op":"purge"')) ?? ''
    const { node }: { node: string } = JSON.parse(at)
    const { steps } = explain(trace, { artifact: purged }, node)
    assert.ok(steps.some(({ text }) => /has it no more: operation \S+, purge$/.test(text)))
  })
})

interface ToldRun {
  readonly trace: { readonly name: string; lines(): readonly string[] }
  /** Hash that the last operation of a name made or took. */
  readonly hashOf: (op: string) => string
}

/** A run with purges. */
async function toldRun(config: Partial<SimConfig>): Promise<ToldRun> {
  const { lines, onTraceLine } = new TraceLines()
  const plan = 'normal,leaves=1,operations=10,durationMs=20000,mix=checkin+purge,topology=star'
  const { verdict } = await simulate({ seed: 4, plan, config: { ...told, ...config, onTraceLine } })
  assert.equal(verdict, 'converged')
  const hashOf = (op: string): string => {
    const isIt = (line: string): boolean =>
      line.includes(`"op":"${op}"`) && line.includes('"outcome":"acknowledged"')
    const { hash }: { hash: string } = JSON.parse(lines.findLast(isIt) ?? '{}')
    assert.ok(hash, op)
    return hash
  }
  return { trace: { name: 'trace', lines: () => lines }, hashOf }
}

suite('other things', () => {
  test('a file that was sent and lost is told as an artifact is', async () => {
    using star = new ToldStar({ uv: true, overrides: struck('replyLost', 1) })
    await star.hub.writeFile('notes.txt', 'hello', 1_700_000_000)
    await star.syncs(0)
    const { verdict, subject, steps } = star.explain({ file: 'notes.txt' }, 'leaf-0')
    assert.equal(subject, 'unversioned file notes.txt of 1700000000')
    assert.equal(verdict, 'lost')
    assert.match(steps[0]?.text ?? '', /^master has it: somebody writes it$/)
    assert.equal(star.explain({ file: 'notes.txt' }, 'master').verdict, 'held')
    assert.throws(() => star.explain({ file: 'other.txt' }, 'master'), { code: 'name.unknown' })
  })

  test('a file of which an older version is here lacks the latest', async () => {
    using star = new ToldStar({ uv: true })
    await star.hub.writeFile('notes.txt', 'hello', 1_700_000_000)
    await star.syncs(0)
    await star.hub.writeFile('notes.txt', 'hello again', 1_700_000_001)
    const { verdict, subject } = star.explain({ file: 'notes.txt' }, 'leaf-0')
    assert.deepEqual([verdict, subject.slice(-10)], ['not-synced', '1700000001'])
  })

  test('a derived row that is missing leads to the artifact that it follows from', async () => {
    using star = new ToldStar({ overrides: struck('replyLost', 1) })
    const hash = star.hub.checkin('README', 'first')
    await star.syncs(0)
    const { verdict, because } = star.explain({ row: { table: 'event', key: hash } }, 'leaf-0')
    assert.equal(verdict, 'elsewhere')
    assert.ok(because.some(({ subject }) => subject === `artifact ${hash}`))
    assert.ok(because.every((each) => each.verdict === 'lost'))
  })

  test('a derived row that does not follow from what is here is told apart', async () => {
    using star = new ToldStar()
    const hash = star.hub.checkin('README', 'first')
    dbOf(star.leaf(0).repo).exec(
      'CREATE TRIGGER forgetful AFTER INSERT ON event BEGIN DELETE FROM event; END',
    )
    await star.syncs(0)
    const row = { table: 'event', key: hash }
    const { verdict, conclusion } = star.explain({ row }, 'leaf-0')
    assert.equal(verdict, 'underived')
    assert.match(conclusion, /^leaf-0 holds all artifacts that the row names or came with/)
  })

  test('a row of a synced table is named by its table and the beginning of its key', async () => {
    const { lines, onTraceLine } = new TraceLines()
    const plan = 'normal,leaves=1,operations=8,durationMs=20000,mix=rowPut,topology=star'
    await simulate({ seed: 1, plan, config: { ...told, onTraceLine } })
    const source = { name: 'trace', lines: () => lines }
    const held = lines.find((line) => /"row \S+ [0-9a-f]{40} /.test(line)) ?? ''
    const [, table = '', key = ''] = /"row (\S+) ([0-9a-f]{40}) /.exec(held) ?? []
    const row = { table, key: key.slice(0, 12) }
    const { verdict, subject } = explain(source, { row }, 'leaf-0')
    assert.deepEqual([verdict, subject.startsWith(`row ${table}:${key} of `)], ['held', true])
  })
})

test('an explanation is a headline, a line for each step, and the last link', async () => {
  using star = new ToldStar({ overrides: struck('requestLost', 0) })
  const hash = star.leaf(0).store('stuck')
  await star.syncs(0, 1)
  const lost = 'it is lost: fault net/leaf-0→master/requestLost, use syncNow#1.round#1'
  const endMs = star.simulator.clock().elapsedMs
  assert.deepEqual(explanationText(star.explain(hash, 'leaf-1')).split('\n'), [
    `leaf-1: artifact ${hash} never came near`,
    '     0.000 s        leaf-0 has it from the beginning',
    '  → nobody that leaf-1 exchanged messages with ever had it, so that it could not come',
    '',
    `  master: artifact ${hash} was sent and lost`,
    `       0.000 s #1     leaf-0 sends it to master, in the request of syncNow#1.round#1; ${lost}`,
    `    → it was sent to master and did not arrive: ${lost}. ` +
      `No exchange went well after that: the run ended at ${(endMs / 1000).toFixed(3)} s`,
    '',
  ])
})
