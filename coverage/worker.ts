/**
 * A process that runs seeds and tells which functions of the project they entered, started by
 * sweep.ts from the sources. Node strips types in place, so that V8's offsets are those of the
 * file.
 *
 * V8 counts from before the simulator is loaded, so that nothing here may name it in an import of
 * its own. https://chromedevtools.github.io/devtools-protocol/tot/Profiler/
 * @module
 */

import { type Profiler, Session } from 'node:inspector/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Entered, EnteredRange, Message, Task } from './messages.ts'

const root = join(import.meta.dirname, '..')

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sweep.ts wrote it
const task = JSON.parse(process.argv[2] ?? '') as Task

function say(message: Message): void {
  process.send?.(message)
}

async function work({ first, last, step, plan }: Task): Promise<void> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  // Whether, not how often: V8 forgets a function that it has told of, and optimizes as ever.
  await session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: false })
  const { simulate } = await import('trilobite/dst')
  for (let seed = first; seed <= last; seed += step) {
    const { verdict } = await simulate({ seed, plan })
    say({ type: 'seed', seed, verdict })
  }
  const { result } = await session.post('Profiler.takePreciseCoverage')
  say({ type: 'entered', entered: enteredIn(result) })
}

function enteredIn(scripts: readonly Profiler.ScriptCoverage[]): Entered {
  const entered: Record<string, EnteredRange[]> = {}
  for (const { url, functions } of scripts) {
    if (!url.startsWith('file:')) continue
    const file = relative(root, fileURLToPath(url)).replaceAll(sep, '/')
    if (!file.startsWith('src/')) continue
    entered[file] = functions.flatMap(({ ranges: [whole] }) =>
      whole === undefined || whole.count === 0
        ? []
        : [[whole.startOffset, whole.endOffset] as const],
    )
  }
  return entered
}

// Whoever started this wants no more of it.
process.once('disconnect', () => process.exit())

try {
  await work(task)
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  process.disconnect?.()
}
