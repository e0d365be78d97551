/**
 * `node clone-process.ts clone|settle|sync URL FILE [TIMES]`: one of our clients in a process of
 * its own. `sync` is one that finds nothing to do, which `settle` sees to.
 * Prints `{ "timesMs": [...], "waitsMs": [...], "peakBytes": n }`: the time of each clone or sync
 * without the start of the process, how much of it went by in exchanges with the server, and the
 * most memory that the process had in use.
 * @module
 */

import { clone, createClone, openRepo, sync, systemEnv, type Transport } from 'trilobite'
import { httpTransport } from 'trilobite/transport/http'

const [task, url = '', file = '', times = '1'] = process.argv.slice(2)
const timesMs: number[] = []
const waitsMs: number[] = []
let waitMs = 0
for (let i = 0; i < Number(times); i++) {
  const startMs = performance.now()
  waitMs = 0
  await (task === 'clone' ? cloneOnce() : syncOnce())
  timesMs.push(performance.now() - startMs)
  waitsMs.push(waitMs)
}
const peakBytes = process.resourceUsage().maxRSS * 1024
console.log(JSON.stringify({ timesMs, waitsMs, peakBytes }))

async function cloneOnce(): Promise<void> {
  using repo = createClone(file, systemEnv)
  using transport = httpTransport(url)
  const { complete, shortfall } = await clone(repo, timed(transport))
  if (!complete) throw new Error(`the clone is not whole: ${shortfall}`)
}

/** As a command does it: opened, connected, synced, closed. */
async function syncOnce(): Promise<void> {
  using repo = openRepo(file, systemEnv)
  using transport = httpTransport(url)
  const result = await sync(repo, timed(transport))
  if (!result.complete) throw new Error(`the sync is not complete: ${result.shortfall}`)
  const moved = result.artifactsSent + result.artifactsReceived
  if (task === 'sync' && moved > 0) throw new Error(`${moved} artifacts were exchanged`)
}

/** Adds up the time that exchanges take. */
function timed(transport: Transport): Transport {
  return {
    exchange: async (request, options) => {
      const startMs = performance.now()
      const reply = await transport.exchange(request, options)
      waitMs += performance.now() - startMs
      return reply
    },
  }
}
