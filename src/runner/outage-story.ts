/**
 * The times in which a node was down, paused or cut off, according to the lines of a trace.
 * @module
 */

import type { TraceEvent } from '../sim/trace.ts'
import type { NodeId } from './model.ts'
import { textOf } from './trace-reader.ts'

const begins: ReadonlySet<string> = new Set(['crash', 'stop', 'pause', 'partition'])
const ends: ReadonlySet<string> = new Set(['restart', 'join', 'resume', 'heal'])

/** The lines of outages in one trace. */
export class OutageStory {
  readonly #lines: TraceEvent[] = []

  /** Takes the next line of a trace; ignores lines of other types. */
  add(line: TraceEvent): void {
    if (begins.has(line.type) || ends.has(line.type) || line.type === 'faults.end') {
      this.#lines.push(line)
    }
  }

  /** The lines about a node. */
  of(node: NodeId): readonly TraceEvent[] {
    return this.#lines.filter((line) => concerns(line, node))
  }

  /** The line since which a node is down, paused or cut off, if it still is at the end. */
  openAt(node: NodeId): TraceEvent | undefined {
    const open = new Map<string, TraceEvent>()
    for (const line of this.#lines) {
      if (line.type === 'faults.end') {
        open.delete('partition')
        open.delete('pause')
      }
      if (!concerns(line, node)) continue
      const kind = kindOf(line)
      if (begins.has(line.type)) open.set(kind, line)
      else open.delete(kind)
    }
    return open.values().next().value
  }
}

function concerns(line: TraceEvent, node: NodeId): boolean {
  return ['node', 'from', 'to'].some((field) => textOf(line, field) === node)
}

function kindOf({ type }: TraceEvent): string {
  if (type === 'partition' || type === 'heal') return 'partition'
  return type === 'pause' || type === 'resume' ? 'pause' : 'down'
}
