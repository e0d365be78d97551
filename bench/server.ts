/**
 * Requests that our server answers in a second, beside `fossil server` over a copy of the same
 * repository: the same bytes to both, by one client and by many. Each server is a process of its
 * own and the clients are this one.
 * @module
 */

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { openRepo, systemEnv } from 'trilobite'
import { type Card, CardWriter, encodeMessage } from 'trilobite/xfer'
import { decodeMessage, parseCards } from 'trilobite/xfer'

import { corpus, type CorpusName } from '../tools/corpus.ts'
import { findFossil } from '../tools/ensure-fossil.ts'
import { post, putLoad, type Reply } from './load.ts'
import { fossilServer, ourServer } from './processes.ts'
import { type BenchOptions, type BenchResult, type BenchRow, benchRow, median } from './report.ts'

/** One thing to ask of both servers. */
interface Question {
  readonly name: string
  readonly body: Uint8Array
  /** Cards of the type that a right answer has, and how many at least. */
  readonly answer: { readonly type: Card['type']; readonly atLeast: number }
}

interface Urls {
  readonly ours: string
  readonly stock: string | undefined
}

const contentType = 'application/x-fossil'
const crowds = [1, 32]

/** Measures both servers over the small corpus, and the idle pull over the large one, too. */
export async function run({ quick }: BenchOptions): Promise<BenchResult> {
  const fossil = findFossil()
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-bench-'))
  const names: readonly CorpusName[] = quick
    ? ['npm-history']
    : ['npm-history', 'npm-history-large']
  const rows: BenchRow[] = []
  try {
    for (const name of names) {
      const copies = [join(folder, `${name}-ours`), join(folder, `${name}-stock`)] as const
      for (const copy of copies) copyFileSync(await corpus(name), copy)
      const questions = questionsFor(name, copies[0])
      await using ours = await ourServer(copies[0], join(folder, 'compiled'))
      await using stock = fossil === undefined ? undefined : await fossilServer(copies[1])
      const urls = { ours: ours.url, stock: stock?.url }
      for (const question of questions) rows.push(...(await ask(question, urls, quick)))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  }
  return {
    name: 'server',
    ...(fossil === undefined ? {} : { peer: `fossil ${fossil.version}` }),
    rows,
    notes: [
      'the same request bytes to both, over connections that are kept where the server keeps them.',
      'median of three turns, ours and stock alternating; replies checked by status and length.',
      'the clients share the machine: with ours they take a third to a half of a core (measured).',
    ],
  }
}

function questionsFor(name: CorpusName, file: string): Question[] {
  using repo = openRepo(file, systemEnv)
  const codes = { serverCode: repo.serverCode, projectCode: repo.projectCode }
  const pull: Question = {
    name: `idle pull, ${name}`,
    body: message({ type: 'pull', ...codes }),
    answer: { type: 'igot', atLeast: 1 },
  }
  if (name !== 'npm-history') return [pull]
  const clone: Question = {
    name: `clone round 1, ${name}`,
    body: message({ type: 'clone', version: 3, sequence: 1 }),
    answer: { type: 'cfile', atLeast: 399 },
  }
  return [pull, clone]
}

function message(card: Card): Uint8Array {
  const writer = new CardWriter()
  writer.add({ type: 'pragma', name: 'client-version', args: ['22600', '20250101', '0'] })
  writer.add(card)
  return encodeMessage(writer.finish())
}

async function ask(question: Question, urls: Urls, quick: boolean): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  for (const clients of crowds) {
    const durationMs = quick ? 300 : 2000
    const speed = (url: string) => speedOf(question, { url, clients, durationMs })
    if (clients === crowds[0]) await speed(urls.ours)
    const ours: number[] = []
    const stock: number[] = []
    for (let turn = 0; turn < (quick ? 1 : 3); turn++) {
      ours.push(await speed(urls.ours))
      if (urls.stock !== undefined) stock.push(await speed(urls.stock))
    }
    const name = `${question.name}, ${clients} ${clients === 1 ? 'client' : 'clients'}`
    rows.push(benchRow(name, median(ours), 'req/s', stock.length > 0 ? median(stock) : undefined))
  }
  return rows
}

async function speedOf(
  { body, answer }: Question,
  load: { url: string; clients: number; durationMs: number },
): Promise<number> {
  // The first answer may make clusters; from the second on they are all alike.
  await post({ url: load.url, contentType, body })
  const expected = await post({ url: load.url, contentType, body })
  checkAnswer(expected, answer)
  const { requestsPerSec } = await putLoad({ ...load, contentType, body }, (reply) => {
    // Times of day and random numbers in comments have a fixed length, but deflate differently.
    const difference = Math.abs(reply.body.length - expected.body.length)
    if (reply.status !== 200 || difference > 64) throw new Error('one answer is unlike the others')
  })
  return requestsPerSec
}

function checkAnswer({ status, body }: Reply, { type, atLeast }: Question['answer']): void {
  if (status !== 200) throw new Error(`the server answers with status ${status}`)
  const isRaw = type === 'cfile'
  const cards = [...parseCards(isRaw ? body : decodeMessage(body, { maxBytes: 1e9 }))]
  const error = cards.find((card) => card.type === 'error')
  const found = cards.filter((card) => card.type === type).length
  if (error !== undefined || found < atLeast) {
    throw new Error(`the answer has ${found} ${type} cards (${error?.text ?? 'no error'})`)
  }
}
