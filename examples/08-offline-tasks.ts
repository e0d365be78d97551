/**
 * A list of things to do, on a phone, a laptop and a server. The phone is offline for a week, and
 * both go on with the list: `node examples/08-offline-tasks.ts`.
 * @module
 */

import {
  createMemoryRepo,
  type Env,
  fullAccess,
  handleXfer,
  type Repo,
  sync,
  systemEnv,
  type Transport,
} from 'trilobite'
import { defineTable, deleteRow, listRows, putRow } from 'trilobite/tables'

/** A clock that this example moves, so that a week passes at once. */
let nowMs = Date.UTC(2026, 10, 2, 9)
const env: Env = { ...systemEnv, clock: { nowMs: () => nowMs } }
const later = (hours: number): void => void (nowMs += hours * 3_600_000)

using server = createMemoryRepo(env)
const options = { projectCode: server.projectCode }
using phone = createMemoryRepo(env, options)
using laptop = createMemoryRepo(env, options)
const transport: Transport = {
  exchange: async (request) => handleXfer(server, request, { access: fullAccess }),
}

async function syncTasks(name: string, repo: Repo): Promise<void> {
  const { complete, tables } = await sync(repo, transport, { tables: true })
  const how = complete ? 'complete' : 'incomplete'
  console.log(`${name}: ${tables?.received} rows in, ${tables?.sent} out, ${how}`)
}

function task(repo: Repo, id: string, title: string, done = 0): void {
  putRow(repo, 'tasks', { id, title, done })
}

// Whoever defines the table first, the others get it with their next sync.
defineTable(laptop, {
  name: 'tasks',
  columns: [
    { name: 'id', type: 'text', key: true },
    { name: 'title', type: 'text' },
    { name: 'done', type: 'integer' },
  ],
  conflict: 'mtime-wins',
})
task(laptop, 'plants', 'Water the plants')
task(laptop, 'fossils', 'Clean the trilobites')
task(laptop, 'letter', 'Write to Ada')
await syncTasks('laptop', laptop)
await syncTasks('phone', phone)

// A week without a network: both change the list, the plants even both.
later(24)
task(phone, 'plants', 'Water the plants', 1)
task(phone, 'bread', 'Buy bread')
later(72)
deleteRow(laptop, 'tasks', { id: 'letter' })
task(laptop, 'plants', 'Water the plants and the cactus')
await syncTasks('laptop', laptop)
later(72)
await syncTasks('phone', phone)
await syncTasks('laptop', laptop)

for (const { values } of listRows(phone, 'tasks')) {
  console.log(`[${values['done'] === 1n ? 'x' : ' '}] ${String(values['title'])}`)
}
const lists = [phone, laptop, server].map((repo) => {
  return JSON.stringify(listRows(repo, 'tasks').map(({ pkHash, mtimeSec }) => [pkHash, mtimeSec]))
})
console.log(`all three agree: ${new Set(lists).size === 1}`)
