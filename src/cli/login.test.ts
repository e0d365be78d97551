/**
 * Logins of commands: passwords that no list of processes shows, and servers that send one on.
 * @module
 */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { before, test, type TestContext } from 'node:test'

import { findRemote } from '../admin/remote.ts'
import { putUser, systemEnv } from '../index.ts'
import { type FossilServer, serve } from '../transport/http.ts'
import { as, Scratch } from './command.suite.ts'
import { passwordVariable } from './login-options.ts'

const scratch = new Scratch()
const password = 'a#b?c'
const sync = ['sync', '-R', 'leaf.fossil']

before(() => {
  scratch.repo('hub.fossil', { artifacts: 1 })
  using repo = scratch.open('hub.fossil')
  putUser(repo, { login: 'amy', password, capabilities: 'gio' })
})

async function hub(t: TestContext): Promise<FossilServer> {
  const server = await serve({ file: join(scratch.folder, 'hub.fossil'), env: systemEnv })
  t.after(() => server.close())
  return server
}

/** A server that sends everybody to `location`. */
async function redirector(t: TestContext, status: number, location: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.writeHead(status, { location }).end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function remembered(): { url: string; password?: string } | undefined {
  using repo = scratch.open('leaf.fossil')
  const remote = findRemote(repo, 'default')
  if (remote === undefined) return undefined
  const { url, password: kept } = remote
  return { url, ...(kept === undefined ? {} : { password: kept }) }
}

test('a password comes by address, standard input or environment', async (t) => {
  const { url } = await hub(t)
  const address = as('amy', url)
  const clone = ['clone', address, 'leaf.fossil', '--password-stdin']
  assert.equal((await scratch.json(clone, { input: `${password}\n` }))['complete'], true)
  assert.deepEqual(remembered(), { url: address }, 'what came for this once is not kept')

  process.env[passwordVariable] = 'wrong'
  const wrong = await scratch.run(sync)
  process.env[passwordVariable] = password
  const right = await scratch.run(sync)
  delete process.env[passwordVariable]
  assert.deepEqual([wrong.code, wrong.stderr], [2, 'trilobite: login.failed: login failed\n'])
  assert.equal(right.code, 0)

  const raw = await scratch.run([...sync, as(`amy:${password}`, url)])
  assert.equal(raw.code, 0)
  assert.match(raw.stderr, /^trilobite: # and \? in the password are taken as they are; .*%23/)
  assert.deepEqual(remembered(), { url: address, password })

  const whose = await scratch.run([...sync, url, '--password-stdin'], { input: 'x\n' })
  assert.equal(whose.code, 2)
  assert.match(whose.stderr, /say whose password it is/)
})

test('a login follows no redirect elsewhere, and the command says where it led', async (t) => {
  const { url } = await hub(t)
  const elsewhere = `${url.replace('127.0.0.1', 'localhost')}x`
  const passing = as('amy:wrong', await redirector(t, 302, elsewhere))
  const told = await scratch.run([...sync, passing, '--once'])
  assert.equal(told.stderr, '')
  const words = `\nredirected to ${elsewhere}, which is another site and was told no login:`
  assert.ok(told.stdout.includes(words), told.stdout)
  const trusted = await scratch.run([...sync, passing, '--once', '--trust-redirects'])
  assert.equal(trusted.stderr, 'trilobite: login.failed: login failed\n')

  const moved = await redirector(t, 301, elsewhere)
  await scratch.json(['pull', '-R', 'leaf.fossil', as('amy:wrong', moved)])
  assert.deepEqual(remembered(), { url: elsewhere })
})
