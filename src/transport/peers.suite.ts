/**
 * HTTP servers that misbehave on demand, for the tests of the client. They close with their test.
 * @module
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

import type { Identity } from './certificate.suite.ts'

/** The handler of a server's requests. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown

/** Starts an HTTP server; returns its address, `http://127.0.0.1:PORT`. */
export function httpPeer(t: TestContext, listener: Listener): Promise<string> {
  return started(t, createServer(calling(listener)), 'http')
}

/** Starts an HTTPS server; returns its address. */
export function httpsPeer(t: TestContext, identity: Identity, listener: Listener): Promise<string> {
  return started(t, createSecureServer(identity, calling(listener)), 'https')
}

/** A client that leaves in the middle fails its listener, which is nothing to the others. */
function calling(listener: Listener): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const done = async (): Promise<unknown> => listener(request, response)
    done().catch(() => response.destroy())
  }
}

async function started(t: TestContext, server: Server, protocol: string): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `${protocol}://127.0.0.1:${portOf(server)}`
}

/** Starts a server that does as `onRequest` says once it has seen a whole request head. */
export async function socketPeer(
  t: TestContext,
  onRequest: (socket: Socket, connection: number) => void,
): Promise<string> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createSocketServer((socket) => {
    const connection = connections++
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    socket.on('data', (part: Buffer) => {
      if (part.includes('\r\n\r\n')) onRequest(socket, connection)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `http://127.0.0.1:${portOf(server)}`
}

/** An address where nobody listens. */
export async function closedPort(): Promise<string> {
  const server = createSocketServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return `http://127.0.0.1:${port}`
}

/** The body of a request, whole. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  const body: AsyncIterable<Buffer> = request
  for await (const part of body) parts.push(part)
  return Buffer.concat(parts)
}

function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return address.port
}
