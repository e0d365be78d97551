/**
 * Pairs of a client and a server with a synced table, and the course that each is measured over:
 * the first sync of all rows, one of ten changed rows, one of nothing new.
 * @module
 */

import {
  createMemoryRepo,
  fullAccess,
  handleXfer,
  putUser,
  type Repo,
  sync,
  systemEnv,
  type Transport,
} from 'trilobite'
import { defineTable, listRows, putRow } from 'trilobite/tables'
import { httpTransport, serve } from 'trilobite/transport/http'

import type { Cost, GoTables } from './go-tables.ts'

/** Rows whose numbers are `step` apart; each version has another text. */
export interface Rows {
  readonly count: number
  readonly step: number
  readonly version: number
}

/** A client and its server. */
export interface Pair extends AsyncDisposable {
  /** Writes rows at the client. */
  readonly put: (rows: Rows) => Promise<Cost>
  readonly sync: () => Promise<Cost>
  /** The number of rows that the server holds. */
  readonly rowsAtServer: () => Promise<number>
}

/** Steps of a course. */
export type Step = 'written' | 'first' | 'changed' | 'idle'

/** The costs of a course, each step as often as it was taken. */
export type Course = Readonly<Record<Step, readonly Cost[]>>

const table = 'things'
const changedRows = 10

/**
 * Takes a pair through the course and closes it.
 *
 * @param course.runs times that rows are changed and nothing is new
 */
export async function measure(
  pair: Pair,
  { size, runs }: { size: number; runs: number },
): Promise<Course> {
  await using measured = pair
  const written = [await measured.put({ count: size, step: 1, version: 0 })]
  const first = [await measured.sync()]
  const held = await measured.rowsAtServer()
  if (held !== size) throw new Error(`${held} rows of ${size} have come`)
  const changed: Cost[] = []
  const idle: Cost[] = []
  for (let version = 1; version <= runs; version++) {
    await measured.put({ count: changedRows, step: Math.floor(size / changedRows), version })
    changed.push(await measured.sync())
    idle.push(await measured.sync())
  }
  return { written, first, changed, idle }
}

/** Two of ours in memory, in this process; messages are encoded and read again. */
export function ourPair(): Pair {
  const client = createMemoryRepo(systemEnv)
  const server = createMemoryRepo(systemEnv, { projectCode: client.projectCode })
  define(client)
  const exchange = async (request: Uint8Array): Promise<Uint8Array> =>
    handleXfer(server, request, { access: fullAccess })
  return {
    put: (rows) => ourCost(() => putRows(client, rows)),
    sync: () => ourCost(() => syncRows(client, { exchange }, 'ours')),
    rowsAtServer: async () => countRows(server),
    [Symbol.asyncDispose]: async () => {
      client.close()
      server.close()
    },
  }
}

/** The Go library's client and server in a process of their own. */
export function goPair(go: GoTables): Pair {
  return {
    put: (rows) => go.cost(putLine(rows)),
    sync: () => go.cost('sync'),
    rowsAtServer: async () => (await go.ask('cost')).server,
    [Symbol.asyncDispose]: () => go[Symbol.asyncDispose](),
  }
}

/** A client of ours, in memory, and the Go library's server, over HTTP. */
export async function withGoServer(go: GoTables): Promise<Pair> {
  const client = createMemoryRepo(systemEnv, { projectCode: go.projectCode })
  define(client)
  const transport = httpTransport((await go.ask('serve')).url)
  return {
    put: (rows) => ourCost(() => putRows(client, rows)),
    sync: () => both(go, () => syncRows(client, transport, 'plain')),
    rowsAtServer: async () => (await go.ask('cost')).server,
    [Symbol.asyncDispose]: async () => {
      transport.close()
      client.close()
      await go[Symbol.asyncDispose]()
    },
  }
}

/** The Go library's client, and a server of ours, in memory, over HTTP. */
export async function withGoClient(go: GoTables): Promise<Pair> {
  const repo = createMemoryRepo(systemEnv, { projectCode: go.projectCode })
  putUser(repo, { login: 'nobody', capabilities: 'io' })
  const server = await serve({ repo })
  return {
    put: (rows) => go.cost(putLine(rows)),
    sync: () => both(go, () => go.ask(`sync ${server.url}`)),
    rowsAtServer: async () => countRows(repo),
    [Symbol.asyncDispose]: async () => {
      await go[Symbol.asyncDispose]()
      await server.close()
      repo.close()
    },
  }
}

function define(repo: Repo): void {
  defineTable(repo, {
    name: table,
    columns: [
      { name: 'id', type: 'text', key: true },
      { name: 'title', type: 'text' },
      { name: 'count', type: 'integer' },
      { name: 'weight', type: 'real' },
    ],
    conflict: 'mtime-wins',
  })
}

function putRows(repo: Repo, { count, step, version }: Rows): void {
  repo.transaction(() => {
    for (let at = 0; at < count; at++) {
      const n = at * step
      const title = `thing ${n} of version ${version}, and a few words about it`
      putRow(repo, table, { id: `thing-${n}`, title, count: BigInt(n), weight: n / 7 })
    }
  })
}

function putLine({ count, step, version }: Rows): string {
  return `put ${count} ${step} ${version}`
}

function countRows(repo: Repo): number {
  return listRows(repo, table).length
}

async function syncRows(repo: Repo, transport: Transport, peer: 'ours' | 'plain'): Promise<void> {
  const tables = peer === 'ours' ? true : 'plain'
  const { complete, shortfall, tables: outcome } = await sync(repo, transport, { tables })
  if (!complete) throw new Error(shortfall)
  if (outcome?.peer !== peer) throw new Error(`the server is one of kind ${outcome?.peer}`)
}

async function ourCost(action: () => unknown): Promise<Cost> {
  const before = process.cpuUsage()
  await action()
  const { user, system } = process.cpuUsage(before)
  return { oursMs: (user + system) / 1000, theirsMs: 0 }
}

/** The cost of a step that both processes take part in. */
async function both(go: GoTables, action: () => unknown): Promise<Cost> {
  const before = (await go.ask('cost')).cpuMs
  const { oursMs } = await ourCost(action)
  return { oursMs, theirsMs: (await go.ask('cost')).cpuMs - before }
}
