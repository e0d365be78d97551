/**
 * A process for kill.test.ts to kill: `clone FILE URL` goes on with a clone; `serve
 * FILE` serves until it is killed.
 * @module
 */

import { clone, openRepo, systemEnv } from 'trilobite'
import { httpTransport, serve } from 'trilobite/transport/http'

const [command = '', file = '', url = ''] = process.argv.slice(2)

if (command === 'serve') {
  const server = await serve({ file, env: systemEnv })
  console.log(`listening on ${server.url}`)
} else if (command === 'clone') {
  using repo = openRepo(file, systemEnv)
  using transport = httpTransport(url)
  const isComplete = !repo.isUnfinishedClone || (await clone(repo, transport)).complete
  console.log(isComplete ? 'clone complete' : 'clone incomplete')
} else {
  throw new Error(`no command ${command}`)
}
