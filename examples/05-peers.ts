/**
 * Three peers without a master, on a network that loses a third of what is said:
 * `node examples/05-peers.ts`.
 * @module
 */

import { createMemoryRepo, FossilError, sync, systemEnv, writeWiki } from 'trilobite'
import { checkConvergence, countBlobs, PeerNetwork } from 'trilobite/dst'

using ada = createMemoryRepo(systemEnv)
const options = { projectCode: ada.projectCode }
using ben = createMemoryRepo(systemEnv, options)
using cyd = createMemoryRepo(systemEnv, options)
const peers = new Map([
  ['ada', ada],
  ['ben', ben],
  ['cyd', cyd],
])

const network = new PeerNetwork({ seed: 7 })
for (const [name, repo] of peers) {
  network.addPeer(name, repo)
  writeWiki(repo, { title: `Page of ${name}`, content: `${name} was here.\n` }, { user: name })
}

let syncs = 0
let lost = 0

/** Syncs until both ends hold the same: nobody is told which message was lost. */
async function insist(source: string, target: string): Promise<void> {
  const repo = peers.get(source) ?? ada
  for (let isComplete = false; !isComplete;) {
    syncs++
    try {
      isComplete = (await sync(repo, network.transport(source, target))).complete
    } catch (error) {
      if (!FossilError.is(error, 'transport')) throw error
      lost++
    }
  }
}

network.setDropRate(1 / 3)
// Ada and Cyd never meet: what they wrote travels over Ben.
await insist('ada', 'ben')
await insist('cyd', 'ben')
await insist('ada', 'ben')

checkConvergence(ada, peers)
const passedMs = network.clock().nowMs() - network.clock().startMs
console.log(
  `ada, ben and cyd hold ${countBlobs(ada)} artifacts each after ${syncs} syncs,`,
  `${lost} of them lost, in ${Math.round(passedMs / 1000)} s`,
)
