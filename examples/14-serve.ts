/**
 * Serve every repository of a folder, each at the path of its name:
 * `node examples/14-serve.ts FOLDER`. Stock works with it, too: `fossil clone URL notes.fossil`.
 * @module
 */

import { join } from 'node:path'

import { createRepo, systemEnv } from 'trilobite'
import { cloneRepo, serve } from 'trilobite/transport/http'

const folder = process.argv[2] ?? '.'
createRepo(join(folder, 'notes.fossil'), systemEnv).close()

await using server = await serve({
  folder,
  env: systemEnv,
  // Port 0 is any that is free, and by default nobody but this machine is listened to.
  port: 0,
  observer: (event) => {
    if (event.type === 'http.answered')
      console.log(`${event.method} ${event.path}: ${event.status}`)
  },
})
await cloneRepo(`${server.url}notes`, join(folder, 'copy.fossil'), { env: systemEnv })
