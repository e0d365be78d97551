/**
 * The lines that datagrams and streams write are those that docs/trace-format.md shows.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { utf8 } from '../base/bytes.ts'
import type { TraceEvent } from '../sim/trace.ts'
import { hear, LinkWorld } from './links.suite.ts'
import type { Stream } from './model.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/trace-format.md'), 'utf8')

/** Datagrams that arrive and are lost; a stream that ends well, and one that does not. */
async function run(): Promise<readonly string[]> {
  const stream = 'left/poll#1.stream#1'
  const streams: Stream[] = []
  const world: LinkWorld = new LinkWorld({
    nodes: ['left', 'right'],
    start: () => ({ onStream: (_from, accepted) => void hear(accepted) }),
    overrides: [
      { site: 'net/left→right/dgram/corrupted', use: 'poll#1.datagram#1', outcome: '500000^1' },
      { site: 'net/left→right/stream/slowStart', use: stream, outcome: 500 },
      { site: 'net/left→right/stream/delayed', use: `${stream}.send#1`, outcome: 300 },
    ],
  })
  const open = async (): Promise<void> => {
    streams.push(await world.streams.connect({ from: 'left', to: 'right' }))
  }
  world.at(0, 'left', 'poll#1', () => {
    world.send('left', 'right', utf8('hello'))
    void open()
  })
  world.at(5, 'right', 'poll#1', () => world.send('right', 'left', utf8('news'), 'notice'))
  world.at(12, 'left', 'cut', () => world.network.partition('left'))
  world.at(20, 'left', 'heal', () => world.network.healAll())
  world.at(600, 'left', 'poll#2', () => streams[0]?.send(utf8('ping')))
  world.at(601, 'left', 'poll#3', () => streams[0]?.end())
  world.at(1_000, 'left', 'cut', () => world.network.partition('left'))
  world.at(1_001, 'left', 'poll#4', () => world.send('left', 'right', utf8('unheard')))
  await world.run(1_010)
  world.at(1_010, 'left', 'poll#5', () => void open())
  world.at(3_000, 'left', 'heal', () => world.network.healAll())
  world.at(5_000, 'right', 'crash', () => world.crash('right'))
  world.at(5_001, 'left', 'poll#6', () => streams[1]?.send(utf8('in vain')))
  await world.run()
  return world.lines
}

test('the page shows the first line of each type', async () => {
  const [, example = ''] = /\n### Datagrams and streams\n[^]*?```jsonl\n([^]*?)```/.exec(page) ?? []
  const first = new Map<string, string>()
  for (const line of await run()) {
    const { type }: TraceEvent = JSON.parse(line)
    if (/^(?:datagram|stream)/.test(type) && !first.has(type)) first.set(type, line)
  }
  assert.equal([...first.values()].map((line) => `${line}\n`).join(''), example)
})
