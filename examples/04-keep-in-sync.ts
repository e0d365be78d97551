/**
 * Keep a repository in sync in the background, and wait until the server has a check-in:
 * `node examples/04-keep-in-sync.ts`. The server is in the same process, and lost at first.
 * @module
 */

import {
  checkin,
  createMemoryRepo,
  FossilError,
  fullAccess,
  handleXfer,
  hasArtifact,
  systemEnv,
  type Transport,
} from 'trilobite'
import { SyncAgent } from 'trilobite/agent'

using server = createMemoryRepo(systemEnv)
using repo = createMemoryRepo(systemEnv, { projectCode: server.projectCode })

let attempts = 0
const transport: Transport = {
  exchange: async (request) => {
    attempts++
    if (attempts <= 2) throw new FossilError('transport.unreachable', { reason: 'no such host' })
    return handleXfer(server, request, { access: fullAccess })
  },
}

await using agent = new SyncAgent(repo, {
  remotes: [{ name: 'origin', transport }],
  backoff: { minMs: 10, maxMs: 1000 },
  onEvent: (event) => {
    const error = event.type === 'sync.failed' ? `: ${event.error.code}` : ''
    console.log(`${event.type}${error}`)
  },
})
agent.start()

const notes = { name: 'notes.txt', content: new TextEncoder().encode('trilobites\n') }
const { hash } = checkin(repo, { comment: 'begin', user: 'ada', changes: [notes] })
const { remote } = await agent.pushed(hash)
console.log(`${remote} has it: ${hasArtifact(server, hash)}`)
