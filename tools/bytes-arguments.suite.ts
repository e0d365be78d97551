/**
 * Calls of every public function that takes bytes, with whatever is given in their place, as a
 * caller makes them whom no compiler checks.
 * @module
 */

import {
  attachFile,
  checkin,
  commitMerge,
  createMemoryRepo,
  decodeText,
  fullAccess,
  handleXfer,
  parseArtifact,
  planMerge,
  storeLocal,
  systemEnv,
  writeUnversioned,
  writeWiki,
} from 'trilobite'
import { openDatabase } from 'trilobite/db/node'
import { applyDelta, createDelta } from 'trilobite/delta'
import { sha1, sha3 } from 'trilobite/hash'
import { decodeMessage, encodeMessage, parseCards, signMessage } from 'trilobite/xfer'

/** Something in the place of bytes. */
export type Instead = never

const user = { user: 'ada' }

const oneFile = (text: string) => [{ name: 'a.txt', content: new TextEncoder().encode(text) }]

/** Functions that take bytes or the path of a file: a string is right there. */
export const takingPaths: ReadonlySet<string> = new Set(['openDatabase'])

/** By the name of the function; one may be called in several ways. */
export const callers: Readonly<Record<string, (instead: Instead) => unknown>> = {
  applyDelta: (delta) => applyDelta(new Uint8Array(), delta),
  attachFile: (content) => {
    using repo = createMemoryRepo(systemEnv)
    writeWiki(repo, { title: 'Home', content: 'Welcome.' }, user)
    return attachFile(repo, { page: 'Home' }, { fileName: 'a.txt', content }, user)
  },
  checkin: (content) => {
    using repo = createMemoryRepo(systemEnv)
    return checkin(repo, { ...user, comment: 'x', changes: [{ name: 'a.txt', content }] })
  },
  commitMerge: (content) => {
    using repo = createMemoryRepo(systemEnv)
    const { hash: parent } = checkin(repo, { ...user, comment: 'a', changes: oneFile('a') })
    const fork = { ...user, parent, comment: 'b', fork: 'allow' } as const
    const target = checkin(repo, { ...fork, changes: oneFile('b') }).hash
    const source = checkin(repo, { ...fork, changes: oneFile('c') }).hash
    const resolutions = [{ name: 'a.txt', content }]
    return commitMerge(repo, planMerge(repo, { source, target }), {
      ...user,
      comment: 'merge',
      resolutions,
    })
  },
  createDelta: (target) => createDelta(new Uint8Array(), target),
  decodeMessage: (body) => decodeMessage(body, { maxBytes: 1000 }),
  decodeText: (bytes) => decodeText(bytes),
  encodeMessage: (message) => encodeMessage(message),
  handleXfer: (request) => {
    using repo = createMemoryRepo(systemEnv)
    return handleXfer(repo, request, { access: fullAccess })
  },
  openDatabase: (source) => openDatabase(source),
  parseArtifact: (bytes) => parseArtifact(bytes),
  parseCards: (message) => parseCards(message),
  sha1: (bytes) => sha1(bytes),
  sha3: (bytes) => sha3(bytes),
  signMessage: (rest) => signMessage(rest, { projectCode: 'p', login: 'ada', password: 'x' }),
  storeLocal: (content) => {
    using repo = createMemoryRepo(systemEnv)
    return storeLocal(repo, content)
  },
  writeUnversioned: (content) => {
    using repo = createMemoryRepo(systemEnv)
    return writeUnversioned(repo, { name: 'a.txt', content })
  },
}
