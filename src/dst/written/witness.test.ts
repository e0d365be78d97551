/**
 * The witness passes operations that write what they were asked for, and names what another one
 * did in its place.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { utf8 } from '../../base/bytes.ts'
import { type Env, noBuggify } from '../../base/env.ts'
import { createRepo } from '../../crosslink/open.ts'
import { openDatabase } from '../../db/node.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { contentOf } from '../operations/content.ts'
import { hashes } from '../operations/drawing.ts'
import type { Made } from '../operations/operation.ts'
import { References } from '../operations/references.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { writeUnversioned } from '../../repo/unversioned.ts'
import { Arguments, type ArgumentValues } from '../../runner/arguments.ts'
import { attachFile } from '../../write/attachment.ts'
import { newBranch } from '../../write/branch.ts'
import { checkin, type CheckinOptions } from '../../write/checkin.ts'
import { newThread } from '../../write/forum.ts'
import { addTag, editTags } from '../../write/tag.ts'
import { newTechnote } from '../../write/technote.ts'
import { newTicket } from '../../write/ticket.ts'
import { writeWiki } from '../../write/wiki.ts'
import { WrittenWitness } from './witness.ts'

let drawn = 0
const env: Env = {
  clock: { nowMs: () => 1_767_225_600_123 },
  random: { bytes: (length) => new Uint8Array(length).fill(++drawn) },
  buggify: noBuggify,
}

/** The second of two check-ins. */
const second = { changes: [{ name: 'b', content: utf8('b\n') }], comment: 'two', user: 'u' }

/** A repository with a check-in and a page. */
function repoOf(): { repo: Repo; first: ArtifactHash } {
  const repo = createRepo(openDatabase(), env, { hashPolicy: 'sha1' })
  const changes = [{ name: 'a', content: utf8('a\n') }]
  const { hash } = checkin(repo, { changes, comment: 'one', user: 'u' })
  writeWiki(repo, { title: 'Home', content: 'home' }, { user: 'u' })
  return { repo, first: hash }
}

/** Findings of an operation with these arguments, in place of which something else is done. */
function seen(
  name: string,
  args: ArgumentValues | ((first: string) => ArgumentValues),
  act: (repo: Repo, first: ArtifactHash) => Made | undefined,
): string[] {
  const { repo, first } = repoOf()
  const given = new Arguments(name, typeof args === 'function' ? args(first) : args)
  const witness = new WrittenWitness()
  const references = new References()
  const context = { id: 'leaf-0', repo, references, args: given }
  const watch = witness.watch(name, context)
  const made = act(repo, first)
  if (made === undefined) watch.cameToNothing()
  else watch.isDone(made)
  repo.close()
  return witness.miswritten.map(({ detail }) => detail)
}

/** A second check-in, changed. */
function goOn(other: Partial<CheckinOptions> = {}): (repo: Repo, first: ArtifactHash) => Made {
  return (repo, first) => ({
    artifacts: checkin(repo, { ...second, ...allowed, parent: first, ...other }).newArtifacts,
  })
}

const allowed = { fork: 'allow', allowOlder: true, allowEmpty: true } as const
const goingOn = (further: ArgumentValues) => (first: string) => ({
  parent: first,
  user: 'u',
  comment: 'two',
  changes: [{ name: 'b', empty: true }],
  ...further,
})
const empty = [{ name: 'b', content: new Uint8Array() }]

suite('the witness of what is written', () => {
  test('passes what was asked for', () => {
    const tagged = { tags: ['x'], color: 'gold', closed: true, dateMs: 5 }
    assert.deepEqual(seen('checkin', goingOn(tagged), goOn({ changes: empty, ...tagged })), [])
    const page = { title: 'Home', content: 'x y', user: 'u' }
    const write = (repo: Repo): Made => ({ artifacts: [writeWiki(repo, page, page).hash] })
    assert.deepEqual(seen('wiki', page, write), [])
    const begun = { branch: 'side', color: '', user: 'u' }
    const begin = (repo: Repo, basis: ArtifactHash): Made => ({
      artifacts: [newBranch(repo, { name: 'side', basis, color: '' }, begun).hash],
    })
    assert.deepEqual(
      seen('branch', (basis) => ({ ...begun, basis }), begin),
      [],
    )
  })

  test('passes tickets and notes under the id that they were given', () => {
    const fields = { title: 't ~', private_contact: 'ann' }
    const open = (repo: Repo): Made => {
      const { hash, ticketId } = newTicket(repo, fields, { user: 'u' })
      return { artifacts: [hash], subject: ticketId }
    }
    assert.deepEqual(seen('ticket', { fields: [fields], user: 'u' }, open), [])
    const note = { content: 'x ~', eventMs: 1_500, tags: ['a b'], color: 'gold' }
    const begin = (repo: Repo): Made => {
      const { hash, technoteId } = newTechnote(repo, note, { user: 'u' })
      return { artifacts: [hash], subject: technoteId }
    }
    assert.deepEqual(seen('technote', { ...note, user: 'u' }, begin), [])
  })

  const others: readonly (readonly [string, () => string[], RegExp])[] = [
    ['another user', () => asked({}, { user: 'v' }), /lacks "U u", has "U v"/],
    ['another comment', () => asked({}, { comment: 'x' }), /lacks "C two", has "C x"/],
    ['another date', () => asked({}, { dateMs: 5 }), /has "D 1970-01-01T00:00:00.005"/],
    ['no mimetype', () => asked({ mimetype: 'text/plain' }, {}), /lacks "N text\/plain"$/],
    ['other content', () => asked({}, { changes: second.changes }), /no artifact.*nor a file/],
    ['a file less', () => asked({ changes: [] }, {}), /no artifact that was asked for|has "F b/],
    [
      'a file that stays',
      () => asked({ changes: [{ name: 'a', removed: true }] }, { changes: [] }),
      /has "F a/,
    ],
    [
      'no permission',
      () => asked({ changes: [{ name: 'b', empty: true, permission: 'executable' }] }, {}),
      /lacks "F b \w+ x"/,
    ],
    ['a whole manifest', () => asked({ deltaManifest: true }, {}), /lacks "B/],
    ['a tag less', () => asked({ tags: ['x', 'y z'] }, { tags: ['x'] }), /lacks "T \+sym-y z \*"$/],
    ['a tag more', () => asked({}, { closed: true }), /has "T \+closed \*"$/],
    ['no colour', () => asked({ color: 'gold' }, {}), /lacks "T \+bgcolor \* gold"$/],
    ['no new branch', () => asked({ branch: 'side' }, {}), /lacks "T -sym-trunk \*"/],
    ['in public', () => asked({ isPrivate: true }, {}), /is public/],
    ['in private', () => asked({}, { isPrivate: true }), /is private/],
    ['twice', twice, /a checkin, was not asked for/],
    ['untold', untold, /is new, and was not reported/],
    ['told of more', toldOfMore, /was reported as new/],
    ['of what cannot be', () => asked({ changes: [{ name: 'x', from: 'y' }] }, {}), /cannot be$/],
    ['something and failed', failed, /came to nothing, and left rows: /],
    ['what can be and is not done', refused, /came to nothing, and can be: no error/],
    ['a file that stays private', keptPrivate, /a file of a public check-in, is private/],
    ['another tag', otherTag, /lacks "T \*bgcolor \w+ gold", has "T \+bgcolor \w+ gold"$/],
    ['a value less', valueless, /lacks "T \+x \w+ two words"/],
    ['another title', otherTitle, /lacks "H a b", has "H c"/],
    ['another attachment', otherAttachment, /lacks "A log.txt Home/],
    ['an unversioned file of another time', () => file(7, 'x'), /is of 7, not of 8/],
    ['an unversioned file of other content', () => file(8, 'y'), /uv is \w+, not \w+/],
    ['an unversioned file that is cut', cutFile, /has other content/],
  ]
  for (const [what, findings, detail] of others) {
    test(`names ${what}`, () => {
      const [found = 'nothing', ...more] = findings()
      assert.match(found, detail)
      assert.deepEqual(more, [])
    })
  }
})

/** A second check-in that was asked for in one way and made in another. */
function asked(further: ArgumentValues, other: Partial<CheckinOptions>): string[] {
  return seen('checkin', goingOn(further), goOn({ changes: empty, ...other }))
}

function twice(): string[] {
  return seen('checkin', goingOn({}), (repo, first) => {
    const one = goOn({ changes: empty })(repo, first)
    const other = goOn({ changes: empty, comment: 'again' })(repo, first)
    return { artifacts: [...(one.artifacts ?? []), ...(other.artifacts ?? [])] }
  })
}

function untold(): string[] {
  return seen('checkin', goingOn({}), (repo, first) => {
    const { artifacts = [] } = goOn({ changes: empty })(repo, first)
    return { artifacts: artifacts.slice(1) }
  })
}

function toldOfMore(): string[] {
  return seen('checkin', goingOn({}), (repo, first) => {
    const { artifacts = [] } = goOn({ changes: empty })(repo, first)
    return { artifacts: [...artifacts, first] }
  })
}

function failed(): string[] {
  return seen('checkin', goingOn({}), (repo, first) => {
    goOn()(repo, first)
    return undefined
  })
}

function refused(): string[] {
  return seen('checkin', goingOn({}), () => undefined)
}

/** A public check-in on top of a private file. */
function keptPrivate(): string[] {
  return seen('checkin', goingOn({ changes: [{ name: 'b', empty: true }] }), (repo, first) => {
    const made = goOn({ changes: empty })(repo, first)
    const [kept = ''] = hashes(repo, 'SELECT uuid FROM blob ORDER BY rid')
    dbOf(repo).prepare('INSERT INTO private SELECT rid FROM blob WHERE uuid = ?').run(kept)
    return made
  })
}

function otherTag(): string[] {
  const edits = [{ name: 'bgcolor', isRaw: true, propagates: true, value: 'gold' }]
  return seen(
    'tag',
    (target) => ({ target, edits, user: 'u' }),
    (repo, target) => {
      const tag = { target, name: 'bgcolor', isRaw: true, value: 'gold' }
      return { artifacts: [addTag(repo, tag, { user: 'u' }).hash] }
    },
  )
}

function valueless(): string[] {
  const edits = [{ name: 'x', isRaw: true, value: 'two words' }]
  return seen(
    'tag',
    (target) => ({ target, edits, user: 'u' }),
    (repo, target) => {
      const tag = { action: 'add', target, name: 'x', isRaw: true } as const
      return { artifacts: [editTags(repo, [tag], { user: 'u' }).hash] }
    },
  )
}

function otherTitle(): string[] {
  const post = { title: 'a b', content: 'x' }
  return seen('forum', { ...post, user: 'u' }, (repo) => ({
    artifacts: [newThread(repo, { ...post, title: 'c' }, { user: 'u' }).hash],
  }))
}

function otherAttachment(): string[] {
  const args = { page: 'Home', fileName: 'log.txt', comment: '', user: 'u' }
  return seen('attachment', args, (repo) => {
    const other = { fileName: 'log.png', content: new Uint8Array() }
    const { hash, source } = attachFile(repo, { page: 'Home' }, other, { user: 'u' })
    return { artifacts: [source, hash] }
  })
}

function file(mtimeSec: number, text: string): string[] {
  return seen('uvWrite', { name: 'uv', mtimeSec: 8 }, (repo) => {
    const content = text === 'x' ? new Uint8Array() : utf8(text)
    writeUnversioned(repo, { name: 'uv', content, mtimeSec })
    return {}
  })
}

function cutFile(): string[] {
  return seen('uvWrite', { name: 'uv', mtimeSec: 8, key: 1, lines: 2 }, (repo) => {
    const content = contentOf(new Arguments('', { key: 1, lines: 2 }))
    writeUnversioned(repo, { name: 'uv', content, mtimeSec: 8 })
    dbOf(repo).exec("UPDATE unversioned SET content = x'00'")
    return {}
  })
}
