/**
 * Write a small history, branches, tags and a wiki page included, and look back at it:
 * `node examples/03-look-back.ts`. Everything stays in memory.
 * @module
 */

import { addTag, checkin, createMemoryRepo, systemEnv, verify, writeWiki } from 'trilobite'
import { diffCheckins, formatCheckinDiff, resolveName, timeline } from 'trilobite/history'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

using repo = createMemoryRepo(systemEnv)
const user = 'ada'
const notes = { name: 'notes.txt', content: bytes('trilobites\nare extinct\n') }
const first = checkin(repo, { comment: 'begin', user, changes: [notes] })
const fix = { name: 'notes.txt', content: bytes('trilobites\nwere arthropods\n') }
const second = checkin(repo, { comment: 'be exact', user, changes: [fix], parent: first.hash })
addTag(repo, { name: 'v1', target: second.hash }, { user })
writeWiki(repo, { title: 'Home', content: 'Welcome.', mimetype: 'text/x-markdown' }, { user })

for (const { kind, comment, tags } of timeline(repo, { kinds: ['checkin', 'wiki'] })) {
  console.log(`${kind}: ${comment}${tags.length > 0 ? ` (${tags.join(', ')})` : ''}`)
}
const from = resolveName(repo, 'root:trunk')
const to = resolveName(repo, 'v1')
process.stdout.write(formatCheckinDiff(diffCheckins(repo, { from, to })))
console.log(`${verify(repo).total} differences between the tables and the artifacts`)
