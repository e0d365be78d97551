/**
 * A toy over streams: a client sends words, a line each, to a server that sends them back in
 * capitals. The client connects again after a break, and sends what has not come back.
 * @module
 */

import { fromUtf8, utf8 } from '../base/bytes.ts'
import { FossilError } from '../base/error.ts'
import { LinkWorld, type LinkWorldOptions } from './links.suite.ts'
import type { Stream } from './model.ts'

/** A client, and the words that have come back to it. */
export interface Echo {
  readonly world: LinkWorld
  readonly words: readonly string[]
  readonly answers: string[]
}

/** `chunks` is a planted bug: a server believes that what is sent at once arrives at once. */
export type Framing = 'lines' | 'chunks'

/** From a break to the next attempt. */
const pauseMs = 1_000

/** A client at work for as long as it takes; the server crashes twice, and is cut off once. */
export function startEcho(
  options: Omit<LinkWorldOptions, 'nodes' | 'start'>,
  framing: Framing = 'lines',
): Echo {
  const world: LinkWorld = new LinkWorld({
    ...options,
    nodes: ['client', 'server'],
    start: (id) =>
      id === 'client' ? {} : { onStream: (_from, stream) => void serve(stream, framing) },
  })
  const words = Array.from({ length: 30 }, (_, n) => `word-${n}`)
  const echo: Echo = { world, words, answers: [] }
  world.at(0, 'client', 'poll#1', () => void ask(echo))
  for (const crashMs of [3_000, 9_000]) {
    world.at(crashMs, 'server', `crash#${crashMs}`, () => world.crash('server'))
    world.at(crashMs + 1_500, 'server', `restart#${crashMs}`, () => world.restart('server'))
  }
  world.at(6_000, 'server', 'cut', () => world.network.partition('server'))
  world.at(8_000, 'server', 'heal', () => world.network.healAll())
  return echo
}

async function serve(stream: Stream, framing: Framing): Promise<void> {
  const read = framing === 'lines' ? linesOf : chunksOf
  await untilBroken(async () => {
    for await (const line of read(stream)) stream.send(utf8(`${line.toUpperCase()}\n`))
    stream.end()
  })
}

async function ask({ world, words, answers }: Echo): Promise<void> {
  for (let attempt = 1; answers.length < words.length; attempt++) {
    await untilBroken(async () => {
      const stream = await world.streams.connect({ from: 'client', to: 'server' })
      // One at a time for a while, and then all the rest at once.
      const lines = linesOf(stream)
      for (const [sent, word] of words.slice(answers.length).entries()) {
        stream.send(utf8(`${word}\n`))
        const answer = sent < 5 ? await lines.next() : undefined
        if (answer?.done === false) answers.push(answer.value)
      }
      stream.end()
      for await (const line of lines) answers.push(line)
    })
    await new Promise<void>((resume) => {
      world.at(world.clock.nowMs() + pauseMs, 'client', `retry#${attempt}`, resume)
    })
  }
}

async function untilBroken(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!FossilError.is(error, 'transport.failed')) throw error
  }
}

async function* linesOf(stream: Stream): AsyncGenerator<string, void> {
  let rest = ''
  for (let bytes = await stream.receive(); bytes; bytes = await stream.receive()) {
    const lines = (rest + fromUtf8(bytes)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

async function* chunksOf(stream: Stream): AsyncGenerator<string, void> {
  for (let bytes = await stream.receive(); bytes; bytes = await stream.receive()) {
    yield fromUtf8(bytes).trimEnd()
  }
}
