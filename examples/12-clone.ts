/**
 * Clone a repository from a server to a file, with progress: `node examples/12-clone.ts FOLDER`.
 * The server is in the same process.
 * @module
 */

import { join } from 'node:path'

import { checkin, createMemoryRepo, openRepo, systemEnv } from 'trilobite'
import { resolveName, readFile } from 'trilobite/history'
import { cloneRepo, serve } from 'trilobite/transport/http'

using project = createMemoryRepo(systemEnv)
const content = new TextEncoder().encode('trilobites\n')
checkin(project, { comment: 'begin', user: 'ada', changes: [{ name: 'notes.txt', content }] })
await using server = await serve({ repo: project })

const path = join(process.argv[2] ?? '.', 'clone.fossil')
const { artifactsReceived, complete } = await cloneRepo(server.url, path, {
  env: systemEnv,
  onProgress: ({ artifactsReceived: count, bytesReceived }) => {
    console.log(`${count} artifacts in ${bytesReceived} bytes so far`)
  },
})
console.log(`${artifactsReceived} artifacts, complete: ${complete}`)

using copy = openRepo(path, systemEnv)
const notes = readFile(copy, resolveName(copy, 'trunk'), 'notes.txt')
console.log(new TextDecoder().decode(notes.content).trim())
