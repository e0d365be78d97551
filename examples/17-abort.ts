/**
 * Give a clone up in its midst, and go on with it later: `node examples/17-abort.ts FOLDER`. The
 * server is in the same process, and sends little at a time.
 * @module
 */

import { join } from 'node:path'

import { createMemoryRepo, FossilError, setConfig, storeLocal, systemEnv } from 'trilobite'
import { cloneRepo, serve } from 'trilobite/transport/http'

using project = createMemoryRepo(systemEnv)
setConfig(project, 'max-download', '5000')
for (let i = 0; i < 40; i++) storeLocal(project, systemEnv.random.bytes(1000))
await using server = await serve({ repo: project })

const path = join(process.argv[2] ?? '.', 'clone.fossil')
const stop = new AbortController()
try {
  await cloneRepo(server.url, path, {
    env: systemEnv,
    signal: stop.signal,
    onProgress: ({ artifactsReceived }) => {
      if (artifactsReceived >= 10) stop.abort()
    },
  })
} catch (error) {
  if (!FossilError.is(error, 'transport.aborted')) throw error
  console.log('given up; what has come stays')
}

const { resumed, isWhole, artifactsReceived } = await cloneRepo(server.url, path, {
  env: systemEnv,
})
const some = artifactsReceived < 40 ? 'the rest' : 'everything'
console.log(`resumed: ${resumed}, whole: ${isWhole}, ${some} came`)
