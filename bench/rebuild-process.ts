/**
 * `node rebuild-process.ts rebuild|verify FILE`: one of our maintenance jobs in a process of its
 * own. Prints `{ "timesMs": [...], "peakBytes": n }`: its time without the start of the process,
 * and the most memory that the process had in use.
 * @module
 */

import { openRepo, rebuild, systemEnv, verify } from 'trilobite'

const [task, file = ''] = process.argv.slice(2)
const startMs = performance.now()
{
  using repo = openRepo(file, systemEnv)
  if (task === 'rebuild') rebuild(repo)
  else {
    const { total, differences } = verify(repo)
    if (total > 0)
      throw new Error(`${total} differences, such as ${JSON.stringify(differences[0])}`)
  }
}
const timesMs = [performance.now() - startMs]
console.log(JSON.stringify({ timesMs, peakBytes: process.resourceUsage().maxRSS * 1024 }))
