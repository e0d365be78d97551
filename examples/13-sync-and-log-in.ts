/**
 * Sync with a server that lets nobody write but who logs in: `node examples/13-sync-and-log-in.ts`.
 * The server is in the same process.
 * @module
 */

import { createMemoryRepo, putUser, sync, systemEnv, writeWiki } from 'trilobite'
import { wikiPages } from 'trilobite/history'
import { httpTransport, serve } from 'trilobite/transport/http'

using project = createMemoryRepo(systemEnv)
putUser(project, { login: 'ada', password: 'secret', capabilities: 'i' })
writeWiki(project, { title: 'Home', content: 'Welcome.\n' }, { user: 'ben' })
await using server = await serve({ repo: project })

using repo = createMemoryRepo(systemEnv, { projectCode: project.projectCode })
writeWiki(repo, { title: 'Eyes', content: 'Made of calcite.\n' }, { user: 'ada' })

using transport = httpTransport(server.url)
const asNobody = await sync(repo, transport)
console.log(`nobody: ${asNobody.artifactsReceived} in, ${asNobody.shortfall}`)

const login = { user: 'ada', password: 'secret' }
const asAda = await sync(repo, transport, { login })
console.log(`ada: ${asAda.artifactsSent} out, complete: ${asAda.complete}`)
const titles = wikiPages(project).map(({ title }) => title)
console.log(`the server has ${titles.join(', ')}`)
