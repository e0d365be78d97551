/**
 * Two people edit the same notes without a network, so that the branch forks; one of them brings
 * the two lines together again: `node examples/11-merge.ts`.
 * @module
 */

import {
  type ArtifactHash,
  checkin,
  commitMerge,
  createMemoryRepo,
  type Env,
  fullAccess,
  handleXfer,
  planMerge,
  type Repo,
  sync,
  systemEnv,
  type Transport,
} from 'trilobite'
import { latestCheckin, leaves, readFile } from 'trilobite/history'

/** A clock that this example moves. */
let nowMs = Date.UTC(2026, 10, 2, 9)
const env: Env = { ...systemEnv, clock: { nowMs: () => (nowMs += 60_000) } }
const text = (lines: string): Uint8Array => new TextEncoder().encode(lines)

using server = createMemoryRepo(env)
const options = { projectCode: server.projectCode }
using ada = createMemoryRepo(env, options)
using ben = createMemoryRepo(env, options)
const transport: Transport = {
  exchange: async (request) => handleXfer(server, request, { access: fullAccess }),
}

function edit(repo: Repo, user: string, files: Record<string, string>): ArtifactHash {
  const changes = Object.entries(files).map(([name, lines]) => ({ name, content: text(lines) }))
  return checkin(repo, { comment: `edit of ${user}`, user, changes }).hash
}

edit(ada, 'ada', { 'notes.txt': 'monday:\nrain\n\ntuesday:\n\n', 'todo.txt': 'buy tea\n' })
await sync(ada, transport)
await sync(ben, transport)

// A day without a network.
edit(ada, 'ada', {
  'notes.txt': 'monday:\nmuch rain\n\ntuesday:\n\n',
  'todo.txt': 'buy coffee\n',
})
edit(ben, 'ben', { 'notes.txt': 'monday:\nrain\n\ntuesday:\nsun\n\n', 'todo.txt': 'buy cake\n' })
await sync(ada, transport)
await sync(ben, transport)
console.log(`ben: ${leaves(ben).length} open leaves`)

// Ben merges into his own line what came from Ada.
const [target, source] = leaves(ben)
if (target === undefined || source === undefined) throw new Error('there is nothing to merge')
const plan = planMerge(ben, { source, target })
for (const { change, name } of plan.files) console.log(`${change}: ${name}`)
for (const { kind, name, hunks = [] } of plan.conflicts) {
  const lines = hunks.map(({ targetStart }) => targetStart).join(', ')
  console.log(`conflict of ${kind} in ${name}, line ${lines}`)
}
const resolutions = plan.conflicts.map(({ name }) => ({
  name,
  content: text('buy coffee and cake\n'),
}))
commitMerge(ben, plan, { comment: 'merge', user: 'ben', resolutions })
await sync(ben, transport)
await sync(ada, transport)

const latest = latestCheckin(ada)
if (latest === undefined) throw new Error('there are no check-ins')
console.log(`ada: ${leaves(ada).length} open leaf`)
for (const name of ['notes.txt', 'todo.txt']) {
  console.log(
    `${name}: ${JSON.stringify(new TextDecoder().decode(readFile(ada, latest, name).content))}`,
  )
}
