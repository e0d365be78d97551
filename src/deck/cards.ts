/**
 * The meaning of each card, both directions in view: `read` takes the arguments of one card into a
 * draft, `write` gives the cards for a field, sorted where their order carries no meaning.
 *
 * May know cards as bytes and the types of decks. Which cards make which kind is decided in
 * `parse.ts`. Specification: fileformat.wiki §2. Reference: manifest.c:574-1070, one case a card.
 * @module
 */

import { compareText } from '../base/bytes.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import type { CardReader, CardWriter } from './card.ts'
import { formatDate, isDateMs, parseDate } from './date.ts'
import type { Cherrypick, DeckFile, DeckKind, DeckTag, TicketField } from './deck.ts'
import { fileTail, isReservedName, isSimplePath } from './file-name.ts'
import { compareAsBytes, encodeText } from '../base/text.ts'

/** Fields that single cards set, by the names that `deck.ts` gives them. */
interface Singles {
  fileName: string
  target: string
  source: ArtifactHash
  baseline: ArtifactHash
  comment: string
  dateMs: number
  datePrecision: 'seconds'
  eventMs: number
  technoteId: string
  threadRoot: ArtifactHash
  threadTitle: string
  inReplyTo: ArtifactHash
  ticketId: string
  wikiTitle: string
  mimetype: string
  repoChecksum: string
  user: string
  content: string
}

/** A deck before its kind is known: what its cards have said so far. */
export interface Draft extends Partial<Singles> {
  /** The kind that the latest telling card belongs to; most cards tell nothing. */
  kind?: DeckKind
  files: DeckFile[]
  fields: TicketField[]
  members: ArtifactHash[]
  parents: ArtifactHash[]
  cherrypicks: Cherrypick[]
  tags: DeckTag[]
  /** Hash of the M card or target of the T card read last, as written: their order counts. */
  latestHash: string
}

/** The fields of a deck that `write` looks at. Every `Deck` is one. */
export interface DeckFields extends Readonly<Partial<Singles>> {
  readonly files?: readonly DeckFile[]
  readonly fields?: readonly TicketField[]
  readonly members?: readonly ArtifactHash[]
  readonly parents?: readonly ArtifactHash[]
  readonly cherrypicks?: readonly Cherrypick[]
  readonly tags?: readonly DeckTag[]
}

/** One type of card. Both methods throw `deck.malformed`, through the reader or the writer. */
export interface CardCodec {
  read(reader: CardReader, draft: Draft): void
  write(deck: DeckFields, writer: CardWriter): void
}

/** A draft that no card has touched. */
export function emptyDraft(): Draft {
  return {
    files: [],
    fields: [],
    members: [],
    parents: [],
    cherrypicks: [],
    tags: [],
    latestHash: '',
  }
}

const hexadecimal32 = /^[0-9a-f]{32}$/i
const hexadecimal40 = /^[0-9a-f]{40}$/i
const hexadecimal40or64 = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i
const hexadecimal = /^[0-9a-f]*$/i

const repeated = 'only one is allowed'
const unsorted = 'out of order or repeated'

/** `A FILENAME TARGET ?SOURCE?`: attaches an artifact, or takes an attachment away. */
const attachment: CardCodec = {
  read(reader, draft) {
    const name = reader.text() ?? reader.fail('no file name')
    const target = reader.text() ?? reader.fail('no target')
    const source = reader.hash()
    if (draft.fileName !== undefined) reader.fail(repeated)
    if (!isSimplePath(name)) reader.fail('the file name is not a simple path')
    if (!isWikiTitle(target)) reader.fail('the target is neither a hash nor a page')
    draft.fileName = fileTail(name)
    draft.target = target
    if (source !== undefined) draft.source = source
    draft.kind = 'attachment'
  },
  write({ fileName, target, source }, writer) {
    if (fileName === undefined || target === undefined) return
    if (fileName !== fileTail(fileName)) writer.fail('name of an attachment with a directory')
    const args = [writer.text(fileName, 'file name'), writer.text(target, 'target')]
    if (source !== undefined) args.push(writer.token(source, 'hash'))
    writer.card('A', args)
  },
}

/** `D DATE`: when the artifact was made. */
const date: CardCodec = {
  read(reader, draft) {
    if (draft.dateMs !== undefined) reader.fail(repeated)
    const text = reader.token() ?? reader.fail('no date')
    draft.dateMs = parseDate(text) ?? reader.fail('not a date')
    if (!text.includes('.') && draft.dateMs % 1000 === 0) draft.datePrecision = 'seconds'
  },
  write({ dateMs, datePrecision }, writer) {
    if (dateMs === undefined) return
    if (!isDateMs(dateMs)) writer.fail('a date that no card can hold')
    if (datePrecision === 'seconds' && dateMs % 1000 !== 0) {
      writer.fail('a date in seconds that is not a whole second')
    }
    writer.card('D', [formatDate(dateMs, datePrecision)])
  },
}

/** `E DATE TECHNOTE-ID`: where on the timeline a technote belongs. */
const event: CardCodec = {
  read(reader, draft) {
    if (draft.eventMs !== undefined) reader.fail(repeated)
    draft.eventMs = parseDate(reader.token() ?? '') ?? reader.fail('not a date')
    draft.technoteId = reader.token() ?? reader.fail('no technote id')
    if (!hexadecimal40or64.test(draft.technoteId)) reader.fail('malformed technote id')
    draft.kind = 'technote'
  },
  write({ eventMs, technoteId }, writer) {
    if (eventMs === undefined || technoteId === undefined) return
    if (!isDateMs(eventMs)) writer.fail('a date that no card can hold')
    const precision = eventMs % 1000 === 0 ? 'seconds' : 'milliseconds'
    writer.card('E', [formatDate(eventMs, precision), writer.token(technoteId, 'technote id')])
  },
}

/** `F NAME ?HASH? ?PERMISSIONS? ?PRIOR-NAME?`: a file, or one the baseline has and we do not. */
const file: CardCodec = {
  read(reader, draft) {
    const line = reader.peekLine()
    const known = reader.fileCards?.get(line)
    if (known !== undefined) reader.skipLine(line)
    const found = known?.file ?? readFile(reader)
    if (found.hash === undefined && draft.baseline === undefined) reader.fail('no hash')
    const previous = draft.files.at(-1)
    if (previous && (known === undefined || known.previous !== previous)) {
      if (compareAsBytes(previous.name, found.name) >= 0) reader.fail(unsorted)
      if (known !== undefined) known.previous = previous
    }
    if (known === undefined) {
      if (isReservedName(found.name)) return
      if (reader.hasRead(line)) reader.fileCards?.remember(line, found, previous)
    }
    draft.files.push(found)
    draft.kind = 'checkin'
  },
  write({ files = [] }, writer) {
    for (const each of files.toSorted((a, b) => compareAsBytes(a.name, b.name))) {
      writer.card('F', fileArguments(each, writer))
    }
  },
}

function readFile(reader: CardReader): DeckFile {
  const name = reader.text() ?? reader.fail('no name')
  if (!isSimplePath(name)) reader.fail('the name is not a simple path')
  const hash = reader.hash()
  const permissions = reader.token()
  const priorName = reader.text()
  if (priorName !== undefined && !isSimplePath(priorName)) {
    reader.fail('the prior name is not a simple path')
  }
  return {
    name,
    ...(hash !== undefined && { hash }),
    // One check-in of 2008 has the space before permissions and none after it.
    ...(permissions && { permissions }),
    ...(priorName !== undefined && { priorName }),
  }
}

/** `J NAME ?VALUE?`: a ticket field. Stock does not unescape the name, so we do not escape it. */
const field: CardCodec = {
  read(reader, draft) {
    const name = reader.token() ?? reader.fail('no name')
    const value = reader.text() ?? ''
    const previous = draft.fields.at(-1)
    if (previous && compareAsBytes(previous.name, name) >= 0) reader.fail(unsorted)
    draft.fields.push({ name, value })
    draft.kind = 'ticket'
  },
  write({ fields = [] }, writer) {
    for (const { name, value } of fields.toSorted((a, b) => compareAsBytes(a.name, b.name))) {
      writer.card('J', [writer.token(name, 'field name'), writer.text(value, 'field value')])
    }
  },
}

/** `K TICKET-ID`: the ticket that changes. */
const ticket: CardCodec = {
  read(reader, draft) {
    if (draft.ticketId !== undefined) reader.fail(repeated)
    draft.ticketId = reader.token() ?? reader.fail('no ticket id')
    if (!hexadecimal40.test(draft.ticketId)) reader.fail('malformed ticket id')
    draft.kind = 'ticket'
  },
  write({ ticketId }, writer) {
    if (ticketId !== undefined) writer.card('K', [writer.token(ticketId, 'ticket id')])
  },
}

/** `L WIKI-TITLE`: the page. */
const wikiTitle: CardCodec = {
  read(reader, draft) {
    if (draft.wikiTitle !== undefined) reader.fail(repeated)
    draft.wikiTitle = reader.text() ?? reader.fail('no title')
    if (!isWikiTitle(draft.wikiTitle)) reader.fail('malformed title')
    draft.kind = 'wiki'
  },
  write(deck, writer) {
    if (deck.wikiTitle !== undefined) writer.card('L', [writer.text(deck.wikiTitle, 'title')])
  },
}

/** `M HASH`: an artifact that exists. */
const member: CardCodec = {
  read(reader, draft) {
    const token = reader.token() ?? reader.fail('no hash')
    const hash = reader.hashOf(token)
    if (draft.members.length > 0 && compareText(draft.latestHash, token) >= 0) {
      reader.fail(unsorted)
    }
    draft.members.push(hash)
    draft.latestHash = token
    draft.kind = 'cluster'
  },
  write({ members }, writer) {
    if (members === undefined) return
    if (members.length === 0) writer.fail('a cluster without members')
    for (const hash of members.toSorted(compareText)) writer.card('M', [writer.token(hash, 'hash')])
  },
}

/** `P HASH...`: what this artifact follows. The first check-in of an old repository has none. */
const parents: CardCodec = {
  read(reader, draft) {
    for (let hash = reader.hash(); hash !== undefined; hash = reader.hash()) {
      draft.parents.push(hash)
    }
  },
  write(deck, writer) {
    if (!deck.parents || deck.parents.length === 0) return
    writer.card(
      'P',
      deck.parents.map((hash) => writer.token(hash, 'hash')),
    )
  },
}

/** `Q (+|-)HASH ?BASE?`: changes picked or backed out. */
const cherrypick: CardCodec = {
  read(reader, draft) {
    const token = reader.token() ?? reader.fail('no hash')
    const direction = firstOf(['+', '-'], token) ?? reader.fail('neither + nor -')
    const target = reader.hashOf(token.slice(1))
    const base = reader.hash()
    draft.cherrypicks.push({ direction, target, ...(base !== undefined && { base }) })
    draft.kind = 'checkin'
  },
  write({ cherrypicks = [] }, writer) {
    const cards = cherrypicks.map(({ direction, target, base }) => {
      const args = base === undefined ? [direction + target] : [direction + target, base]
      return args.map((arg) => writer.token(arg, 'hash'))
    })
    cards.sort((a, b) => compareText(a.join(' '), b.join(' ')))
    for (const args of cards) writer.card('Q', args)
  },
}

/** `R MD5`: the checksum over all files. */
const repoChecksum: CardCodec = {
  read(reader, draft) {
    if (draft.repoChecksum !== undefined) reader.fail(repeated)
    draft.repoChecksum = reader.token() ?? reader.fail('no checksum')
    if (!hexadecimal32.test(draft.repoChecksum)) reader.fail('malformed checksum')
    draft.kind = 'checkin'
  },
  write(deck, writer) {
    if (deck.repoChecksum !== undefined) {
      writer.card('R', [writer.token(deck.repoChecksum, 'checksum')])
    }
  },
}

/** `T (+|*|-)NAME TARGET ?VALUE?`: a tag or property. */
const tag: CardCodec = {
  read(reader, draft) {
    const name = reader.text() ?? reader.fail('no name')
    const token = reader.token() ?? reader.fail('no target')
    const value = reader.text()
    const target = token === '*' ? token : reader.hashOf(token)
    const action = firstOf(['+', '*', '-'], name) ?? reader.fail('neither +, * nor -')
    if (hexadecimal.test(name.slice(1))) reader.fail('the name could be a hash')
    const previous = draft.tags.at(-1)
    // `*` sorts before every hash, as the absent target does in stock.
    const order = previous
      ? compareAsBytes(previous.action + previous.name, name) ||
        compareText(draft.latestHash, token)
      : -1
    if (order >= 0) reader.fail(unsorted)
    draft.tags.push({
      action,
      name: name.slice(1),
      target,
      ...(value !== undefined && { value }),
    })
    draft.latestHash = token
  },
  write({ tags = [] }, writer) {
    const sorted = tags.toSorted(
      (a, b) =>
        compareAsBytes(a.action + a.name, b.action + b.name) || compareText(a.target, b.target),
    )
    for (const { action, name, target, value } of sorted) {
      const args = [writer.text(action + name, 'tag name'), writer.token(target, 'hash')]
      if (value !== undefined) args.push(writer.text(value, 'tag value'))
      writer.card('T', args)
    }
  },
}

/** `U ?LOGIN?`: who made the artifact. */
const user: CardCodec = {
  read(reader, draft) {
    if (draft.user !== undefined) reader.fail(repeated)
    draft.user = reader.text() || 'anonymous'
  },
  write(deck, writer) {
    if (deck.user === undefined) return
    if (deck.user === '') writer.fail('an empty user, which readers take for anonymous')
    writer.card('U', [writer.text(deck.user, 'user')])
  },
}

/** `W SIZE`, then SIZE bytes and a newline: the text of a page, note or post. */
const content: CardCodec = {
  read(reader, draft) {
    // Stock reads the leading digits and ignores what follows them.
    const [size] = /^\d*/.exec(reader.token() ?? reader.fail('no size')) ?? []
    if (draft.content !== undefined) reader.fail(repeated)
    draft.content = reader.content(Number(size))
  },
  write(deck, writer) {
    if (deck.content !== undefined) writer.content(deck.content)
  },
}

/** `Z MD5`: the checksum over all cards before it; `checksum.ts` computes and checks it. */
const checksum: CardCodec = {
  read(reader) {
    if (!hexadecimal32.test(reader.token() ?? '')) reader.fail('malformed checksum')
  },
  write() {},
}

/** The format, one codec for each letter, in the order of an artifact. */
export const cards: ReadonlyMap<string, CardCodec> = new Map([
  ['A', attachment],
  ['B', hashCard('B', 'baseline', 'checkin')],
  ['C', textCard('C', 'comment')],
  ['D', date],
  ['E', event],
  ['F', file],
  ['G', hashCard('G', 'threadRoot', 'forum')],
  ['H', textCard('H', 'threadTitle', 'forum')],
  ['I', hashCard('I', 'inReplyTo', 'forum')],
  ['J', field],
  ['K', ticket],
  ['L', wikiTitle],
  ['M', member],
  ['N', textCard('N', 'mimetype')],
  ['P', parents],
  ['Q', cherrypick],
  ['R', repoChecksum],
  ['T', tag],
  ['U', user],
  ['W', content],
  ['Z', checksum],
])

/** A card whose one argument is text. */
function textCard(
  letter: string,
  key: 'comment' | 'threadTitle' | 'mimetype',
  kind?: DeckKind,
): CardCodec {
  return {
    read(reader, draft) {
      if (draft[key] !== undefined) reader.fail(repeated)
      draft[key] = reader.text() ?? reader.fail('no text')
      if (kind) draft.kind = kind
    },
    write(deck, writer) {
      const text = deck[key]
      if (text !== undefined) writer.card(letter, [writer.text(text, key)])
    },
  }
}

/** A card whose one argument is the hash of an artifact. */
function hashCard(
  letter: string,
  key: 'baseline' | 'threadRoot' | 'inReplyTo',
  kind: DeckKind,
): CardCodec {
  return {
    read(reader, draft) {
      if (draft[key] !== undefined) reader.fail(repeated)
      draft[key] = reader.hash() ?? reader.fail('no hash')
      draft.kind = kind
    },
    write(deck, writer) {
      const hash = deck[key]
      if (hash !== undefined) writer.card(letter, [writer.token(hash, key)])
    },
  }
}

function fileArguments(each: DeckFile, writer: CardWriter): string[] {
  const { name, hash, permissions, priorName } = each
  if (isReservedName(name)) writer.fail('file name that Fossil reserves, which readers leave out')
  const args = [writer.text(name, 'file name')]
  if (hash === undefined) {
    if (permissions || priorName !== undefined) writer.fail('a deleted file with permissions')
    return args
  }
  args.push(writer.token(hash, 'hash'))
  if (priorName !== undefined) {
    args.push(writer.token(permissions || 'w', 'permissions'), writer.text(priorName, 'file name'))
  } else if (permissions) args.push(writer.token(permissions, 'permissions'))
  return args
}

/** The sign that `text` starts with. */
function firstOf<Sign extends string>(signs: readonly Sign[], text: string): Sign | undefined {
  return signs.find((sign) => text.startsWith(sign))
}

/** 1 to 100 bytes, no control characters, no space at an end or beside another. wiki.c:37-49. */
function isWikiTitle(title: string): boolean {
  // oxlint-disable-next-line no-control-regex -- they are what a title must not have
  if (title === '' || /[\0-\x1f]|^ | $| {2}/.test(title)) return false
  return title.length <= 100 && encodeText(title).length <= 100
}
