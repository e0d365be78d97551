/**
 * Files without history, of which every repository has the latest version:
 * `node examples/19-unversioned-files.ts`.
 * @module
 */

import {
  createMemoryRepo,
  fullAccess,
  handleXfer,
  listUnversioned,
  readUnversioned,
  removeUnversioned,
  sync,
  systemEnv,
  type Transport,
  writeUnversioned,
} from 'trilobite'

using server = createMemoryRepo(systemEnv)
using repo = createMemoryRepo(systemEnv, { projectCode: server.projectCode })
const transport: Transport = {
  exchange: async (request) => handleXfer(server, request, { access: fullAccess }),
}
const names = (): string[] =>
  listUnversioned(server).flatMap(({ name, hash }) => (hash === undefined ? [] : [name]))

const content = new TextEncoder().encode('version 1\n')
writeUnversioned(repo, { name: 'download/latest.txt', content, mtimeSec: 1_000 })
writeUnversioned(repo, { name: 'logo.png', content: new Uint8Array(100), mtimeSec: 1_000 })
const first = await sync(repo, transport, { unversioned: true })
console.log(`${first.unversioned?.sent} sent: ${names().join(', ')}`)

// The later time wins, wherever the file was written.
writeUnversioned(server, {
  name: 'download/latest.txt',
  content: new TextEncoder().encode('version 2\n'),
})
removeUnversioned(repo, { name: 'logo.png' })
const second = await sync(repo, transport, { unversioned: true })
const text = new TextDecoder().decode(readUnversioned(repo, 'download/latest.txt'))
console.log(`${second.unversioned?.received} received: ${text.trim()}`)
console.log(`the server has ${names().join(', ')}`)
