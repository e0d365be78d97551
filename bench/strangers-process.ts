/**
 * `node strangers-process.ts handler|client|clone REPOSITORY BODY`: gives an encoded message to a
 * side, and prints `{ "cpuMs": n, "moreBytes": n, "outcome": "…" }`: its processor time, how much
 * more memory the process had in use than before, and what the side made of the message.
 * @module
 */

import { existsSync, readFileSync } from 'node:fs'
import { clone, createClone, FossilError, fullAccess, handleXfer, openRepo } from 'trilobite'
import { sync, systemEnv, type Transport } from 'trilobite'
import { decodeMessage, encodeMessage, parseCards } from 'trilobite/xfer'

const [side = '', path = '', bodyPath = ''] = process.argv.slice(2)
const body = readFileSync(bodyPath)
using repo = side === 'clone' ? createClone(`${path}-clone`, systemEnv) : openRepo(path, systemEnv)
// What is loaded and compiled when it is first used is no cost of the message.
handleXfer(repo, encodeMessage(Buffer.from('# warm up\n')), { access: fullAccess })
const before = { cpu: process.cpuUsage(), bytes: mostBytes() }
const outcome = await take()
const { user, system } = process.cpuUsage(before.cpu)
const moreBytes = mostBytes() - before.bytes
console.log(JSON.stringify({ cpuMs: (user + system) / 1000, moreBytes, outcome }))

/** The most memory that the process had in use. Linux hands `maxRSS` down from the parent. */
function mostBytes(): number {
  const status = '/proc/self/status'
  if (!existsSync(status)) return process.resourceUsage().maxRSS * 1024
  return Number(/^VmHWM:\s*([0-9]+) kB$/m.exec(readFileSync(status, 'latin1'))?.[1]) * 1024
}

async function take(): Promise<string> {
  if (side === 'handler') return answerIn(handleXfer(repo, body, { access: fullAccess }))
  let rounds = 0
  const transport: Transport = {
    exchange: () => {
      // One message is measured: the second round does not take place.
      if (rounds++ === 0) return Promise.resolve(body)
      throw new FossilError('transport.failed', { reason: 'measured' })
    },
  }
  try {
    if (side === 'clone') await clone(repo, transport)
    else await sync(repo, transport, { unversioned: true, pullConfig: ['all'] })
    return 'taken'
  } catch (error) {
    if (!FossilError.is(error)) throw error
    return FossilError.is(error, 'transport.failed') ? 'taken' : error.message
  }
}

function answerIn(reply: Uint8Array): string {
  for (const card of parseCards(decodeMessage(reply, { maxBytes: 2 ** 30 }))) {
    if (card.type === 'error') return card.text
  }
  return `answered with ${reply.length} bytes`
}
