/**
 * The share of some of our files in the CPU time of a piece of work, by V8's sampling profiler.
 * @module
 */

import { type Profiler, Session } from 'node:inspector/promises'

/**
 * Time in Node's own code and in native code counts for the file of ours that called it.
 *
 * @returns from 0 to 1: the time in files whose URL matches, of all the time that is not idle
 */
export async function cpuShare(work: () => Promise<void>, files: RegExp): Promise<number> {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.start')
    await work()
    const { profile } = await session.post('Profiler.stop')
    return shareIn(profile, files)
  } finally {
    session.disconnect()
  }
}

function shareIn(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  files: RegExp,
): number {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((to) => [to, id])))
  const ownerOf = (leaf: number): string => {
    for (let id: number | undefined = leaf; id !== undefined; id = callers.get(id)) {
      const { url = '' } = byId.get(id)?.callFrame ?? {}
      if (url.startsWith('file:') && !url.includes('/node_modules/')) return url
    }
    return ''
  }
  let [all, matching] = [0, 0]
  for (const [at, id] of samples.entries()) {
    if (byId.get(id)?.callFrame.functionName === '(idle)') continue
    const time = timeDeltas[at] ?? 0
    all += time
    if (files.test(ownerOf(id))) matching += time
  }
  return matching / all
}
