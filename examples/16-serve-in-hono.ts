/**
 * Serve a repository at a path of a Hono application: `node examples/16-serve-in-hono.ts`.
 * `@hono/node-server` and others listen for such an application; here it is asked directly.
 * @module
 */

import { Hono } from 'hono'
import { createMemoryRepo, sync, systemEnv, type Transport } from 'trilobite'
import { fossilHandler } from 'trilobite/transport/http'

using project = createMemoryRepo(systemEnv)
await using fossil = fossilHandler({ repo: project })

const app = new Hono()
app.get('/', (c) => c.text('Welcome.'))
app.all('/fossil/*', (c) => fossil(c.req.raw))

const page = await app.request('/')
console.log(await page.text())

const transport: Transport = {
  exchange: async (request) => {
    const headers = { 'content-type': 'application/x-fossil' }
    const body = new Uint8Array(request)
    const reply = await app.request('/fossil/', { method: 'POST', headers, body })
    return new Uint8Array(await reply.arrayBuffer())
  },
}
using repo = createMemoryRepo(systemEnv, { projectCode: project.projectCode })
const { complete } = await sync(repo, transport, { push: false })
console.log(`synced, complete: ${complete}`)
