/**
 * Random decks of every kind, for tests. Each is one that `formatDeck` writes and `parseDeck`
 * gives back as it was: lists sorted, names unique, no field that readers would change.
 * @module
 */

import * as fc from 'fast-check'

import { present } from '../base/assert.ts'
import { compareText } from '../base/bytes.ts'
import { type ArtifactHash, parseArtifactHash } from '../hash/artifact-hash.ts'
import type { Cherrypick, Deck, DeckFile, DeckKind, DeckTag } from './deck.ts'
import { isReservedName, isSimplePath } from './file-name.ts'
import { compareAsBytes, decodeText, encodeText } from '../base/text.ts'

/** Objects with all fields of `always` and those of `sometimes`, which may lack some. */
function join<A extends object, B extends object>(
  always: fc.Arbitrary<A>,
  sometimes: fc.Arbitrary<B>,
): fc.Arbitrary<A & B> {
  return fc.tuple(always, sometimes).map(([fields, others]) => ({ ...fields, ...others }))
}

/** An option of `fc.record`: every field may be missing. */
const some = { requiredKeys: [] }

/** An option of `fc.record`: objects as literals make them. */
const plain = { noNullPrototype: true }

/** One of the characters of `alphabet`. */
const oneOf = (alphabet: string): fc.Arbitrary<string> => fc.constantFrom(...alphabet.split(''))

const digit = oneOf('0123456789abcdef')
const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: digit, minLength: length, maxLength: length })

const hash: fc.Arbitrary<ArtifactHash> = fc
  .oneof(hex(40), hex(64))
  .map((text) => present(parseArtifactHash(text), 'the arbitrary makes hashes'))

/** Text with whitespace, backslashes, letters of all widths and bytes that are not UTF-8. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).map((value) => value.replaceAll('\0', '')),
  fc.string({ unit: fc.oneof(oneOf(' \t\n\r\v\f\\sné\uffff'), fc.constant('😀')), maxLength: 12 }),
  fc.uint8Array({ min: 1, maxLength: 12 }).map(decodeText),
)

const word = fc.string({ unit: oneOf('abcxyz+-_.é'), minLength: 1, maxLength: 8 })
const login = text.filter((value) => value !== '')
const stamp = {
  dateMs: fc.integer({ min: -60_000_000_000_000, max: 250_000_000_000_000 }),
}

const path = fc
  .array(
    fc.oneof(
      word,
      text.filter((part) => !/[/\n]/.test(part)),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join('/'))
  .filter((name) => isSimplePath(name) && !isReservedName(name))

const title = fc
  .array(word, { minLength: 1, maxLength: 6 })
  .map((words) => words.join(' '))
  .filter((value) => encodeText(value).length <= 100)

const parents = fc.uniqueArray(hash, { maxLength: 3 })

function sortedBy<T>(values: fc.Arbitrary<T>, key: (value: T) => string): fc.Arbitrary<T[]> {
  return fc
    .uniqueArray(values, { selector: key, maxLength: 6 })
    .map((list) => list.sort((a, b) => compareAsBytes(key(a), key(b))))
}

function files(isDelta: boolean): fc.Arbitrary<DeckFile[]> {
  const permissions = fc.constantFrom('x', 'l', 'w', 'xw')
  const kept: fc.Arbitrary<DeckFile> = join(
    fc.record({ name: path, hash }),
    fc.record({ permissions }, some),
  )
  const renamed: fc.Arbitrary<DeckFile> = fc.record(
    { name: path, hash, permissions, priorName: path },
    plain,
  )
  const gone: fc.Arbitrary<DeckFile> = fc.record({ name: path }, plain)
  const file = isDelta ? fc.oneof(kept, renamed, gone) : fc.oneof(kept, renamed)
  return sortedBy(file, ({ name }) => name)
}

const cherrypick: fc.Arbitrary<Cherrypick> = join(
  fc.record({ direction: fc.constantFrom('+', '-'), target: hash }),
  fc.record({ base: hash }, some),
)
const cherrypicks = sortedBy(cherrypick, ({ direction, target, base }) =>
  [direction + target, ...(base ? [base] : [])].join(' '),
)

const tagName = text.filter((value) => !/^[0-9a-f]*$/i.test(value))

/** Tags in the order of their cards. */
function tags<Action extends DeckTag['action'], Target extends DeckTag['target']>(
  action: fc.Arbitrary<Action>,
  target: fc.Arbitrary<Target>,
): fc.Arbitrary<{ action: Action; name: string; target: Target; value?: string }[]> {
  const one = join(fc.record({ action, name: tagName, target }), fc.record({ value: text }, some))
  return fc
    .uniqueArray(one, { selector: (tag) => tag.action + tag.name + tag.target, maxLength: 5 })
    .map((list) =>
      list.sort(
        (a, b) =>
          compareAsBytes(a.action + a.name, b.action + b.name) || compareText(a.target, b.target),
      ),
    )
}

const self = fc.constant('*' as const)
const anyAction = fc.constantFrom('+', '*', '-')

/** A check-in says something that tells it from a control artifact: here, always a comment. */
function checkin(isDelta: boolean): fc.Arbitrary<Deck> {
  const fields = {
    kind: fc.constant('checkin' as const),
    comment: text,
    ...stamp,
    files: files(isDelta),
    parents,
    cherrypicks,
    tags: tags(anyAction, fc.oneof(self, hash)),
  }
  const optional = fc.record({ mimetype: text, repoChecksum: hex(32), user: login }, some)
  if (isDelta) return join(fc.record({ ...fields, baseline: hash }), optional)
  return join(fc.record(fields), optional)
}

const post = {
  kind: fc.constant('forum' as const),
  ...stamp,
  parents: fc.array(hash, { maxLength: 1 }),
  user: login,
  content: text,
}

/** Decks by kind. */
export const arbitraryDecks: Readonly<Record<DeckKind, fc.Arbitrary<Deck>>> = {
  checkin: fc.boolean().chain(checkin),
  cluster: fc.record(
    {
      kind: fc.constant('cluster' as const),
      members: fc.uniqueArray(hash, { minLength: 1, maxLength: 8 }).map((list) => list.sort()),
    },
    plain,
  ),
  control: fc.record(
    {
      kind: fc.constant('control' as const),
      ...stamp,
      tags: tags(anyAction, hash).filter((list) => list.length > 0),
      user: login,
    },
    plain,
  ),
  wiki: join(
    fc.record({
      kind: fc.constant('wiki' as const),
      ...stamp,
      wikiTitle: title,
      parents,
      user: login,
      content: text,
    }),
    fc.record({ comment: text, mimetype: text }, some),
  ),
  ticket: fc.record(
    {
      kind: fc.constant('ticket' as const),
      ...stamp,
      fields: sortedBy(fc.record({ name: word, value: text }, plain), ({ name }) => name).filter(
        (list) => list.length > 0,
      ),
      ticketId: hex(40),
      user: login,
    },
    plain,
  ),
  attachment: join(
    fc.record({
      kind: fc.constant('attachment' as const),
      fileName: path.map((name) => name.replaceAll('/', '-')),
      target: fc.oneof(title, hash),
      ...stamp,
    }),
    fc.record({ source: hash, comment: text, mimetype: text, user: login }, some),
  ),
  technote: join(
    fc.record({
      kind: fc.constant('technote' as const),
      ...stamp,
      eventMs: stamp.dateMs,
      technoteId: hex(40),
      parents,
      tags: tags(fc.constant('+' as const), self),
      content: text,
    }),
    fc.record({ comment: text, mimetype: text, user: login }, some),
  ),
  forum: fc.oneof(
    join(fc.record({ ...post, threadTitle: text }), fc.record({ mimetype: text }, some)),
    join(
      fc.record({ ...post, threadRoot: hash, inReplyTo: hash }),
      fc.record({ mimetype: text }, some),
    ),
  ),
}
