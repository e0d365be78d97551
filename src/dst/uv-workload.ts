/**
 * Changes of unversioned files during a simulation: people write, overwrite and delete a few names
 * at every node, as if nobody else did. Times collide and run backwards on purpose, since they
 * decide which version wins.
 * @module
 */

import { noBytes, utf8 } from '../base/bytes.ts'
import type { NodeId } from '../runner/model.ts'
import { scheduleOperations, type Workload } from '../runner/operations.ts'
import type { Draw } from '../sim/random.ts'
import type { Simulator } from './simulator.ts'

/** How busy people are. */
export interface UvWorkloadOptions {
  /** From one change at a node to its next, on average. */
  readonly meanIntervalMs: number
  /** No change happens at or after this virtual time. */
  readonly untilMs: number
}

/** Few enough to collide all the time. */
const names = ['notes.txt', 'wiki/logo.png', 'download/release-1.0.tar.gz', 'übersicht.md', 'a']

/** Times that are not the clock's are rounded to this, so that those of two nodes are often one. */
const gridSec = 20

/** Changes unversioned files at every node, the master included where it is known. */
export class UvWorkload implements Workload {
  readonly #simulator: Simulator
  readonly #options: UvWorkloadOptions

  constructor(simulator: Simulator, options: UvWorkloadOptions) {
    this.#simulator = simulator
    this.#options = options
  }

  /** Schedules the work. */
  start(): void {
    scheduleOperations(
      this.#simulator,
      this.#simulator.nodes(),
      { ...this.#options, stream: 'uv-workload' },
      ({ id }, draw) => this.#change(id, draw),
    )
  }

  #change(id: NodeId, draw: Draw): void {
    const nowMs = this.#simulator.clock().nowMs()
    const name = draw.pick(names)
    const mtimeSec = drawTime(draw, Math.floor(nowMs / 1000))
    const change = { name, ...(mtimeSec === undefined ? {} : { mtimeSec }) }
    if (draw.chance(0.25)) this.#simulator.scheduleUvDelete(id, nowMs, change)
    else this.#simulator.scheduleUvWrite(id, nowMs, { ...change, data: drawContent(draw) })
  }
}

/**
 * Mostly undefined: what the node's own clock says. Else a time that others pick, too, or one that
 * is past, as of a file that is added with the time it has on disk.
 */
function drawTime(draw: Draw, nowSec: number): number | undefined {
  if (draw.chance(0.6)) return undefined
  const agoSec = draw.chance(0.7) ? 0 : draw.int(0, 20 * gridSec)
  return Math.floor((nowSec - agoSec) / gridSec) * gridSec
}

/** One of three versions that others write as well, nothing, or something new of any size. */
function drawContent(draw: Draw): Uint8Array {
  const kind = draw.int(0, 9)
  if (kind < 3) return utf8(`version ${kind}\n`)
  if (kind === 3) return noBytes
  if (kind === 4) return draw.bytes(draw.int(1, 120_000))
  return utf8(`${draw.uint32()} ${draw.uint32()}\n`.repeat(draw.int(1, 200)))
}
