/**
 * Serve a repository at a path of an HTTP server of one's own:
 * `node examples/15-serve-in-node-http.ts`.
 * @module
 */

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

import { createMemoryRepo, sync, systemEnv } from 'trilobite'
import { fossilHandler, httpTransport } from 'trilobite/transport/http'

using project = createMemoryRepo(systemEnv)
await using fossil = fossilHandler({ repo: project })

/** The request as the Web has it. Its body is read as it comes. */
function webRequest(message: IncomingMessage): Request {
  const { method = 'GET', url = '/' } = message
  const headers = new Headers()
  for (const [name, value] of Object.entries(message.headers)) headers.set(name, String(value))
  const body = method === 'POST' ? Readable.toWeb(message) : null
  const address = `http://${headers.get('host') ?? 'localhost'}${url}`
  return new Request(address, { method, headers, body, duplex: 'half' })
}

async function answer(message: IncomingMessage, reply: ServerResponse): Promise<void> {
  if (message.url?.startsWith('/fossil') !== true) {
    reply.end('Welcome.\n')
    return
  }
  const origin = { remoteAddress: message.socket.remoteAddress }
  const { status, headers, body } = await fossil(webRequest(message), origin)
  reply.writeHead(status, Object.fromEntries(headers))
  if (body === null) reply.end()
  else await pipeline(body, reply)
}

const server = createServer((message, reply) => {
  // A client that has gone needs no answer.
  answer(message, reply).catch(() => reply.destroy())
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port }: AddressInfo = Object(server.address())

const page = await fetch(`http://127.0.0.1:${port}/`)
console.log((await page.text()).trim())

using repo = createMemoryRepo(systemEnv, { projectCode: project.projectCode })
using transport = httpTransport(`http://127.0.0.1:${port}/fossil`)
const { complete } = await sync(repo, transport, { push: false })
console.log(`synced, complete: ${complete}`)
server.close()
