/**
 * Tell errors apart by their codes, and do what each calls for: `node examples/18-errors.ts`. The
 * codes are in docs/errors.md; the compiler knows what each has to say.
 * @module
 */

import {
  createMemoryRepo,
  FossilError,
  putUser,
  sync,
  systemEnv,
  type SyncOptions,
} from 'trilobite'
import { httpTransport, serve } from 'trilobite/transport/http'

using project = createMemoryRepo(systemEnv)
putUser(project, { login: 'ada', password: 'secret', capabilities: 'i' })
await using server = await serve({ repo: project })
using repo = createMemoryRepo(systemEnv, { projectCode: project.projectCode })
using stranger = createMemoryRepo(systemEnv)

/** Advice that a program would give its user. */
async function told(url: string, local = repo, options: SyncOptions = {}): Promise<string> {
  using transport = httpTransport(url)
  try {
    await sync(local, transport, options)
    return 'it went well'
  } catch (error) {
    if (!FossilError.is(error)) throw error
    if (FossilError.is(error, 'login.failed')) return 'ask for the password again'
    if (FossilError.is(error, 'sync.refused')) return `the server says: ${error.detail.message}`
    if (FossilError.is(error, 'transport')) return `try again later (${error.code})`
    throw error
  }
}

console.log(await told(server.url))
console.log(await told(server.url, repo, { login: { user: 'ada', password: 'wrong' } }))
console.log(await told('http://127.0.0.1:1/'))
console.log(await told(server.url, stranger))
