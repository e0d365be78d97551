/**
 * Stock Fossil as the other side of a conversation, for tests: its `fossil http` answers messages,
 * and its client talks to a server of ours that knows only the conversation under test.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { fossilUser, runFossil } from '../../tools/ensure-fossil.ts'
import { openDatabase } from '../db/node.ts'
import type { Repo } from '../repo/repo.ts'
import { openRepo } from '../crosslink/open.ts'
import type { Card } from '../xfer/card.ts'
import { CardWriter } from '../xfer/format.ts'
import { contentTypes, decodeMessage, encodeMessage } from '../xfer/frame.ts'
import { sharedSecret, signBySecret } from '../xfer/login.ts'
import { parseCards } from '../xfer/parse.ts'
import { ourVersion, versionPragma } from '../xfer/version.ts'
import { testEnv } from './pair.suite.ts'

const password = 'correct horse'
const maxBytes = 1 << 24

/** The part of a test's context that tells when the test is over. */
interface Lifetime {
  after(action: () => void): void
}

/** A repository of stock's, with one user whom it knows by password. */
export interface StockRepo {
  readonly path: string
  readonly folder: string
  readonly projectCode: string
}

/** Makes a repository with stock; its user may do what the letters say. */
export async function stockRepo(t: Lifetime, capabilities: string): Promise<StockRepo> {
  const folder = mkdtempSync(join(tmpdir(), 'trilobite-stock-'))
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }))
  const path = join(folder, 'hub.fossil')
  await runFossil(['new', path])
  await runFossil(['user', 'password', fossilUser, password, '-R', path])
  await runFossil(['user', 'capabilities', fossilUser, capabilities, '-R', path])
  const { stdout } = await runFossil(['info', '-R', path])
  const projectCode = /^project-code: +(\w+)/m.exec(stdout)?.[1] ?? assert.fail(stdout)
  return { path, folder, projectCode }
}

/** Opens a repository file of stock's with our code. */
export function openStock({ path }: StockRepo): Repo {
  return openRepo(openDatabase(path), testEnv('stock'))
}

/** Signs what `write` writes, has stock's server answer it, and returns the answer. */
export async function askStock(
  repo: StockRepo,
  write: (writer: CardWriter) => void,
): Promise<Uint8Array> {
  const writer = new CardWriter()
  writer.add(versionPragma('client-version', ourVersion))
  write(writer)
  writer.add({ type: 'comment', text: 'the nonce covers this' })
  const { projectCode } = repo
  const secret = sharedSecret({ projectCode, login: fossilUser, password })
  const body = encodeMessage(signBySecret(writer.finish(), { login: fossilUser, secret }))
  const header = [
    'POST /xfer HTTP/1.0',
    'Host: localhost',
    `Content-Type: ${contentTypes.compressed}`,
    `Content-Length: ${body.length}`,
  ].join('\r\n')
  const input = Buffer.concat([Buffer.from(`${header}\r\n\r\n`), body])
  const { bytes } = await runFossil(['http', repo.path, '--ipaddr', '127.0.0.1'], { input })
  const answer = Buffer.from(bytes)
  return decodeMessage(answer.subarray(answer.indexOf('\r\n\r\n') + 4), { maxBytes })
}

/** One side of a conversation, on the server: applies a card and writes what answers it. */
export type AnswerCard = (card: Card, writer: CardWriter) => void

/** Serves requests of stock's client over HTTP; returns the address. Errors become its replies. */
export function serveStock(t: Lifetime, repo: Repo, makeAnswer: () => AnswerCard): Promise<string> {
  const server = createServer((request, response) => {
    void respond(request, response)
  })
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reply = encodeMessage(answerTo(repo, await bodyOf(request), makeAnswer()))
    response.setHeader('Content-Type', contentTypes.compressed)
    response.setHeader('Content-Length', reply.length)
    response.end(reply)
  }
  t.after(() => server.close())
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      assert.ok(typeof address === 'object' && address !== null)
      resolve(`http://127.0.0.1:${address.port}/`)
    })
  })
}

function answerTo(repo: Repo, body: Uint8Array, answer: AnswerCard): Uint8Array {
  const writer = new CardWriter()
  try {
    repo.transaction(() => {
      for (const card of parseCards(decodeMessage(body, { maxBytes }))) {
        if (card.type === 'pragma' && card.name === 'client-version') {
          writer.add(versionPragma('server-version', ourVersion))
        } else {
          answer(card, writer)
        }
      }
    })
  } catch (error) {
    writer.reset()
    writer.add({ type: 'error', text: String(error) })
  }
  return writer.finish()
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of request) {
    assert.ok(Buffer.isBuffer(chunk))
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
