/**
 * Keep data in a Fossil repository: `node examples/01-embed.ts project.fossil`.
 * Stock `fossil` opens the file: `fossil ui project.fossil`.
 * @module
 */

import { checkin, checkinFiles, createRepo, readArtifact, systemEnv } from 'trilobite'

const path = process.argv[2] ?? 'project.fossil'
const utf8 = new TextEncoder()

using repo = createRepo(path, systemEnv)
const first = checkin(repo, {
  comment: 'begin',
  user: 'admin',
  changes: [{ name: 'notes/hello.txt', content: utf8.encode('hello\n') }],
})
const second = checkin(repo, {
  comment: 'greet everyone',
  user: 'admin',
  parent: first.hash,
  changes: [{ name: 'notes/everyone.txt', content: utf8.encode('hello, everyone\n') }],
})

for (const [name, { hash }] of checkinFiles(repo, second.hash)) {
  console.log(name, readArtifact(repo, hash).length, 'bytes')
}
