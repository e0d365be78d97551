/**
 * An agent of ours and the server of stock Fossil: what is delivered is there, in clusters or not,
 * and what stock refuses, openly or without a word, is not.
 * @module
 */

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  type ArtifactHash,
  checkinFiles,
  openRepo,
  parseArtifactHash,
  readArtifact,
  type Repo,
  systemEnv,
} from 'trilobite'
import { SyncAgent } from 'trilobite/agent'
import { createDelta } from 'trilobite/delta'
import { httpTransport } from 'trilobite/transport/http'
import { type Card, CardWriter, decodeMessage, encodeMessage, parseCards } from 'trilobite/xfer'

import { requireFossilOrSkip } from '../tools/ensure-fossil.ts'
import {
  agree,
  cloneTo,
  commit,
  fossil,
  held,
  makeFolder,
  makeTheirs,
  rows,
  stockServer,
  writeRows,
} from './stock.suite.ts'

/** Stock's server, whose visitors have `capabilities`, and an agent over a clone of it. */
async function makeAgent(t: TestContext, { capabilities = 'gio' } = {}) {
  const folder = makeFolder(t)
  const theirs = await makeTheirs(join(folder, 'theirs.fossil'), { capabilities })
  const url = await stockServer(t, theirs)
  const ours = join(folder, 'ours.fossil')
  await cloneTo(ours, url)
  const repo = openRepo(ours, systemEnv)
  const transport = httpTransport(url)
  const agent = new SyncAgent(repo, {
    remotes: [{ name: 'stock', transport }],
    intervalMs: 50,
    debounceMs: 0,
    backoff: { minMs: 10, maxMs: 50 },
  })
  t.after(async () => {
    await agent.stop()
    transport.close()
    repo.close()
  })
  agent.start()
  return { agent, repo, theirs, ours, transport, folder }
}

function isHeld(path: string, hash: ArtifactHash): boolean {
  return held(path).includes(hash)
}

test('a delivery to stock is there, and syncs go on in both directions', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const { agent, repo, theirs, ours, folder } = await makeAgent(t)
  for (let i = 0; i < 5; i++) {
    const made = commit(repo, 2, { name: `ours ${i}` })
    const { remote } = await agent.pushed(made)
    assert.equal(remote, 'stock')
    assert.ok(isHeld(theirs, made))
  }
  await fossil(folder, 'tag', 'add', 'seen', 'trunk', '-R', theirs)
  const [outcome] = await agent.syncNow()
  assert.equal(outcome?.result?.complete, true)
  await agent.stop()
  await agree(20, theirs, ours)
})

test('an artifact that a cluster of stock names is delivered by sending it back', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const { agent, repo, theirs } = await makeAgent(t)
  const made = commit(repo, 60)
  await agent.syncNow()
  // Stock forms clusters for whoever pulls: the next sync, and so the check, meets them.
  await agent.syncNow()
  const announced = rows(theirs, 'SELECT uuid FROM unclustered JOIN blob USING(rid)')
  assert.ok(!announced.includes(made) && announced.length < 100, `${announced.length} announced`)
  await agent.pushed(made)
  assert.ok(isHeld(theirs, made))
})

test('what stock shuns is not delivered, though stock takes it without a word', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const { agent, repo, theirs } = await makeAgent(t)
  agent.goOffline()
  const made = commit(repo, 1)
  writeRows(theirs, `INSERT INTO shun(uuid, mtime) VALUES('${made}', 1700000000)`)
  agent.goOnline()
  const [outcome] = await agent.syncNow()
  assert.equal(outcome?.result?.complete, true)
  await assert.rejects(agent.pushed(made), /push.failed: stock: .*does not have it after 8 syncs/)
  assert.equal(isHeld(theirs, made), false)
})

function cardsOf(reply: Uint8Array): Card[] {
  return parseCards(decodeMessage(reply, { maxBytes: 1 << 20 })).toArray()
}

/** A pull that asks for one artifact. */
function requestFor(repo: Repo, hash: ArtifactHash): Uint8Array {
  const writer = new CardWriter()
  writer.add({ type: 'pragma', name: 'client-version', args: ['22600', '20250101', '0'] })
  writer.add({ type: 'pull', serverCode: repo.serverCode, projectCode: repo.projectCode })
  writer.add({ type: 'gimme', hash })
  return encodeMessage(writer.finish())
}

/** A push of one artifact as a delta of another that nobody has. */
function pushOfDelta(repo: Repo, hash: ArtifactHash): Uint8Array {
  const source = Buffer.from(`nobody has this\n${'a line of every version\n'.repeat(20)}`)
  const sourceName = createHash('sha3-256').update(source).digest('hex')
  const deltaSource = parseArtifactHash(sourceName) ?? assert.fail()
  const codes = { serverCode: repo.serverCode, projectCode: repo.projectCode }
  const writer = new CardWriter()
  writer.add({ type: 'push', ...codes })
  const content = createDelta(source, readArtifact(repo, hash))
  writer.add({ type: 'file', hash, deltaSource, content })
  return encodeMessage(writer.finish())
}

test('a delta that stock keeps and announces, but cannot read, is not delivered', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const { agent, repo, transport } = await makeAgent(t)
  agent.goOffline()
  const made = commit(repo, 1)
  const file = checkinFiles(repo, made).get('a.txt')?.hash ?? assert.fail()
  await transport.exchange(pushOfDelta(repo, file))
  agent.goOnline()
  await agent.pushed(made)
  const reply = await transport.exchange(requestFor(repo, file))
  const sent = cardsOf(reply).flatMap((card) => (card.type === 'file' ? [card.content.length] : []))
  assert.deepEqual(sent, [0], 'it sends an empty file')
  const pull = await transport.exchange(requestFor(repo, made))
  const announced = cardsOf(pull).flatMap((card) => (card.type === 'igot' ? [card.hash] : []))
  assert.ok(announced.includes(file), 'it announces the artifact')
  await assert.rejects(agent.pushed(file), /push.failed: stock: .*does not have it after 8 syncs/)
})

test('a stock server that lets nobody push refuses', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  const { agent, repo, theirs } = await makeAgent(t, { capabilities: 'go' })
  const made = commit(repo, 1)
  await assert.rejects(agent.pushed(made), /push.failed: stock: .*does not accept a push/)
  assert.equal(isHeld(theirs, made), false)
})
