/**
 * `npm run soak [-- --minutes N --clients N]`: a server under the work of a day. Clients of ours
 * and of stock check in and sync beside each other, through nginx where it is installed, until the
 * time is over. At the end every repository holds the same and verifies, nobody met an error, and
 * the server needs hardly more memory than after a minute.
 *
 * Prints what it measured as one JSON object; exits 1 where something of that does not hold.
 * @module
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import {
  checkin,
  clone,
  createClone,
  createRepo,
  openRepo,
  putRemote,
  putUser,
  sync,
  systemEnv,
  verify,
} from 'trilobite'
import { openDatabase } from 'trilobite/db/node'
import { httpTransport } from 'trilobite/transport/http'

import { findFossil, runFossil } from './ensure-fossil.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '4' },
    clients: { type: 'string', default: '8' },
  },
})
const runMs = Number(values.minutes) * 60_000
const clientCount = Number(values.clients)
/** The server has seen everything once by then. */
const settledMs = Math.min(60_000, runMs / 4)
const mostGrowth = 1.1
const password = 'soak'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'trilobite-soak-'))
const hubPath = join(folder, 'hub.fossil')
const children: ChildProcess[] = []
const problems: string[] = []
const counts = { ours: 0, stock: 0 }

/** One who checks in and syncs. */
interface Client {
  readonly name: string
  readonly path: string
  readonly isStock: boolean
  /** Checks something in and syncs it; adds to the problems what goes wrong. */
  work(round: number): Promise<void>
  /** Syncs until nothing moves. */
  settle(): Promise<void>
}

function note(client: string, problem: unknown): void {
  problems.push(`${client}: ${String(problem).replace(/\s+/g, ' ').slice(0, 300)}`)
}

function makeHub(): void {
  using hub = createRepo(hubPath, systemEnv)
  for (let i = 0; i < clientCount; i++) {
    putUser(hub, { login: `c${i}`, password, capabilities: 'gio' })
  }
  checkin(hub, { changes: [], comment: 'initial empty check-in', user: 'c0' })
}

async function startServer(): Promise<{ url: string; pid: number }> {
  const args = ['--conditions=@trilobite/source', join(root, 'src/cli/main.ts')]
  const child = spawn(process.execPath, [...args, 'serve', hubPath, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  child.stderr.on('data', (text: Buffer) => note('the server', text))
  const [line]: Buffer[] = await once(child.stdout, 'data')
  return { url: JSON.parse(String(line)).url, pid: child.pid ?? 0 }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a TCP port
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function nginxBin(): string | undefined {
  return ['nginx', '/usr/sbin/nginx', '/usr/local/sbin/nginx'].find(
    (bin) => spawnSync(bin, ['-v']).status === 0,
  )
}

/** nginx before the server, as docs/operating.md has it, but for TLS. Returns its address. */
async function startNginx(bin: string, upstream: string): Promise<string> {
  const port = await freePort()
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/nginx-${name};`)
    .join('\n  ')
  const config = `
daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/nginx-error.log warn;
worker_processes 1;
events {}
http {
  access_log ${folder}/nginx-access.log;
  ${temporary}
  upstream trilobite {
    server ${new URL(upstream).host};
    keepalive 16;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://trilobite;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host 127.0.0.1;
      proxy_set_header X-Forwarded-For $remote_addr;
      client_max_body_size 256m;
      proxy_read_timeout 600s;
      gzip off;
    }
  }
}
`
  const path = join(folder, 'nginx.conf')
  writeFileSync(path, config)
  const child = spawn(bin, ['-c', path, '-e', `${folder}/nginx-error.log`], { stdio: 'inherit' })
  children.push(child)
  const url = `http://127.0.0.1:${port}/`
  for (let tries = 0; tries < 50; tries++) {
    const isThere = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isThere) return url
    await delay(100)
  }
  throw new Error('nginx does not answer')
}

function addressFor(url: string, login: string): string {
  return url.replace('//', `//${login}:${password}@`)
}

/** A client of ours, in this process. */
async function ourClient(url: string, index: number): Promise<Client> {
  const name = `c${index}`
  const path = join(folder, `${name}.fossil`)
  const login = { user: name, password }
  using repo = createClone(path, systemEnv, { url })
  using transport = httpTransport(url)
  const { complete, shortfall } = await clone(repo, transport, { login })
  if (!complete) note(name, `the clone is incomplete: ${shortfall}`)
  const syncOnce = async (): Promise<number> => {
    using opened = openRepo(path, systemEnv)
    using way = httpTransport(url)
    const result = await sync(opened, way, { login })
    if (!result.complete) note(name, `a sync is incomplete: ${result.shortfall}`)
    return result.artifactsReceived + result.artifactsSent
  }
  return {
    name,
    path,
    isStock: false,
    work: async (round) => {
      {
        using opened = openRepo(path, systemEnv)
        const content = Buffer.from(textOf(name, round))
        const changes = [{ name: `${name}.txt`, content }]
        checkin(opened, { changes, comment: `${name} ${round}`, user: name })
      }
      await syncOnce()
      counts.ours++
    },
    settle: async () => {
      while ((await syncOnce()) > 0);
    },
  }
}

/** A client of stock's, with a check-out. */
async function stockClient(url: string, index: number): Promise<Client> {
  const name = `c${index}`
  const path = join(folder, `${name}.fossil`)
  const checkout = join(folder, name)
  mkdirSync(checkout)
  const fossil = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await runFossil([...args, '--user', name], { cwd: checkout })
    const said = stdout + stderr
    if (/error|fatal|fail|incorrect|server says|did not reply|denied/i.test(said)) {
      note(name, `fossil ${args[0]}: ${said}`)
    }
    return said
  }
  await fossil('clone', addressFor(url, name), path)
  {
    // Stock remembers a password only when somebody at a terminal says so.
    using repo = openRepo(path, systemEnv)
    putRemote(repo, { name: 'default', url: url.replace('//', `//${name}@`), password })
  }
  await fossil('open', path, '--nested')
  return {
    name,
    path,
    isStock: true,
    work: async (round) => {
      writeFileSync(join(checkout, `${name}.txt`), textOf(name, round))
      if (round === 0) await fossil('add', `${name}.txt`)
      // A branch of its own, or its own autosync would call it a fork.
      const branch = round === 0 ? ['--branch', name] : []
      await fossil('commit', '-m', `${name} ${round}`, '--no-warnings', ...branch)
      await fossil('sync')
      counts.stock++
    },
    settle: async () => {
      for (let tries = 0; tries < 20; tries++) {
        if (/Artifacts? sent: 0 +received: 0/i.test(await fossil('sync'))) return
      }
      note(name, 'its syncs do not come to an end')
    },
  }
}

function textOf(name: string, round: number): string {
  const lines = Array.from(
    { length: 200 },
    (_, i) => `${name} line ${i} ${(i * 7919) % (round + 2)}`,
  )
  return `${lines.join('\n')}\n`
}

async function untilOver(client: Client, endMs: number): Promise<void> {
  for (let round = 0; performance.now() < endMs; round++) {
    try {
      await client.work(round)
    } catch (error) {
      note(client.name, error)
    }
    await delay(500)
  }
}

function rssBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024
}

/** The middle one of what was seen within the ten seconds before `atMs`. */
function memoryAt(
  samples: readonly (readonly [atMs: number, bytes: number])[],
  atMs: number,
): number {
  const near = samples.filter(([when]) => when <= atMs && when > atMs - 10_000)
  const sorted = near.map(([, bytes]) => bytes).sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}

function heldIn(path: string): string {
  const db = openDatabase(path, { readOnly: true })
  try {
    const sql =
      'SELECT group_concat(uuid) FROM (SELECT uuid FROM blob WHERE size >= 0 ORDER BY uuid)'
    return String(db.prepare(sql).get()?.[0])
  } finally {
    db.close()
  }
}

/** Everybody holds the same, and it is sound. Returns the number of artifacts. */
async function checkAll(clients: readonly Client[]): Promise<number> {
  const stockNames = new Set(clients.filter(({ isStock }) => isStock).map(({ name }) => name))
  let artifacts = 0
  for (const { name, path } of [{ name: 'the server', path: hubPath }, ...clients]) {
    using repo = openRepo(path, systemEnv)
    const { differences, artifacts: count } = verify(repo)
    // Of a date of its own, stock keeps what its SQLite makes of the decimals.
    const isOurs = !stockNames.has(name)
    const [wrong] = differences.filter(({ table }) => isOurs || /^(?:blob|sqlite)$/.test(table))
    if (wrong !== undefined) note(name, `does not verify: ${JSON.stringify(wrong)}`)
    if (heldIn(path) !== heldIn(hubPath)) note(name, 'holds something else than the server')
    artifacts = Math.max(artifacts, count)
    if (findFossil() === undefined) continue
    const { stdout } = await runFossil(['test-integrity', '-R', path])
    if (!/checked: +0 errors/.test(stdout)) note(name, `stock finds: ${stdout}`)
  }
  return artifacts
}

async function main(): Promise<void> {
  makeHub()
  const { url: direct, pid } = await startServer()
  const nginx = nginxBin()
  if (nginx === undefined) console.log('nginx is not installed: clients talk to the server itself')
  const url = nginx === undefined ? direct : await startNginx(nginx, direct)
  const hasStock = findFossil() !== undefined
  if (!hasStock) console.log('stock fossil is not installed: all clients are ours')
  const clients: Client[] = []
  for (let i = 0; i < clientCount; i++) {
    const isStock = hasStock && i % 2 === 1
    clients.push(isStock ? await stockClient(url, i) : await ourClient(url, i))
  }
  const samples: [number, number][] = []
  const beganMs = performance.now()
  const sampling = setInterval(
    () => samples.push([performance.now() - beganMs, rssBytes(pid)]),
    1000,
  )
  await Promise.all(clients.map((client) => untilOver(client, beganMs + runMs)))
  const endMs = performance.now() - beganMs
  clearInterval(sampling)
  for (const client of [...clients, ...clients]) await client.settle()
  const [early, late] = [memoryAt(samples, settledMs), memoryAt(samples, endMs)]
  const growth = late / early
  if (growth > mostGrowth) note('the server', `its memory grew to ${growth.toFixed(2)} times`)
  const artifacts = await checkAll(clients)
  const memory = { earlyBytes: early, lateBytes: late, growth: Number(growth.toFixed(3)) }
  const figures = { minutes: runMs / 60_000, clients: clients.length, nginx: nginx !== undefined }
  const requests = nginx === undefined ? null : statuses()
  console.log(JSON.stringify({ ...figures, rounds: counts, artifacts, requests, memory, problems }))
  process.exitCode = problems.length === 0 ? 0 : 1
}

/** Replies by status, as nginx logged them; whatever is no 200 is a problem. */
function statuses(): Record<string, number> {
  const found: Record<string, number> = {}
  for (const [, status = ''] of readFileSync(join(folder, 'nginx-access.log'), 'utf8').matchAll(
    /" (\d{3}) \d+ "/g,
  )) {
    found[status] = (found[status] ?? 0) + 1
    if (status !== '200') note('nginx', `a reply with status ${status}`)
  }
  return found
}

try {
  await main()
} finally {
  for (const child of children) {
    const ended = once(child, 'close')
    if (child.kill('SIGTERM')) await ended
  }
  if (problems.length === 0 && existsSync(folder)) rmSync(folder, { recursive: true, force: true })
  else console.error(`everything is in ${folder}`)
}
