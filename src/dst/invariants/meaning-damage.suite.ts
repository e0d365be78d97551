/**
 * Things that are written, and that the model knows otherwise or not at all.
 * @module
 */

import assert from 'node:assert/strict'

import { utf8 } from '../../base/bytes.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { dbOf } from '../../repo/repo.ts'
import { storeLocal } from '../../repo/store.ts'
import { attachFile } from '../../write/attachment.ts'
import { checkin, type CheckinOptions } from '../../write/checkin.ts'
import { newThread } from '../../write/forum.ts'
import { addTag } from '../../write/tag.ts'
import { newTechnote } from '../../write/technote.ts'
import { newTicket } from '../../write/ticket.ts'
import { writeWiki } from '../../write/wiki.ts'
import { heardAt, historyHeld } from '../held-sayings.ts'
import { type Asked, meaningOf } from '../meanings/meaning.ts'
import { misreadings } from '../misreadings.ts'
import type { Damage, Pair } from './pair.suite.ts'

/** The author of everything here. */
const said = { user: 'ann', dateMs: 1_767_225_601_001 }

/** Something was made at the leaf, and this was asked for. */
function told({ leaf, acknowledged }: Pair, hash: ArtifactHash, asked: Asked): void {
  const says = meaningOf(asked, heardAt(leaf, { acknowledged }))
  acknowledged.push({ hash, nodeId: 'leaf-0', isPrivate: false, says })
}

const asWritten: CheckinOptions = {
  ...said,
  comment: 'written',
  changes: [{ name: 'x', content: utf8('written') }],
  newRoot: true,
}

/** A check-in is made, and another was asked for. */
function mistake(pair: Pair, meant: Partial<CheckinOptions>): void {
  const { hash } = checkin(pair.leaf, asWritten)
  told(pair, hash, { kind: 'checkin', options: { ...asWritten, ...meant } })
}

const mistakes: readonly (readonly [what: string, Partial<CheckinOptions>, RegExp])[] = [
  ['comment', { comment: 'meant' }, /comment "meant"\); holds 1 .* comment "written"/],
  ['author', { user: 'bob' }, /has user "bob"\); holds 1 .* has user "ann"/],
  ['time', { dateMs: 5 }, /has date 5\); holds .* has date 1767225601001/],
  ['branch', { branch: 'meant' }, /of its rows \(branch meant /],
  ['colour', { color: 'gold' }, /lacks 1 of its rows \(.*bgcolor.*gold/],
  ['name', { tags: ['meant'] }, /lacks 1 of its rows \(.*sym-meant/],
  ['end', { closed: true }, /of its rows \(.*closed/],
  ['content of a file', { changes: [{ name: 'x', content: utf8('meant') }] }, /a file of .*"x"/],
  ['name of a file', { changes: [{ name: 'y', content: utf8('written') }] }, /"y".*"x"/],
]

const checkinDamages: readonly Damage[] = [
  ...mistakes.map(([what, meant, detail]): Damage => {
    const inflict = (pair: Pair): void => mistake(pair, meant)
    const invariant = 'last-word-of-checkins'
    return {
      what: `a check-in with another ${what} than was meant`,
      invariant,
      where: 'leaf-0',
      detail,
      inflict,
    }
  }),
  {
    what: 'a check-in that nobody wrote',
    invariant: 'last-word-of-checkins',
    where: 'leaf-0',
    detail: /holds \d+ too many \(/,
    inflict: ({ leaf }) => void checkin(leaf, asWritten),
  },
  {
    what: 'a tag with another value than was meant',
    invariant: 'last-word-of-checkins',
    where: 'leaf-0',
    detail: /"note","single","meant".*"note","single","written"/,
    inflict: (pair) => {
      const { hash: target } = checkin(pair.leaf, asWritten)
      told(pair, target, { kind: 'checkin', options: asWritten })
      const tag = { target, name: 'note', isRaw: true, value: 'written' }
      const { hash } = addTag(pair.leaf, tag, said)
      const edits = [{ action: 'add', ...tag, value: 'meant' }] as const
      told(pair, hash, { kind: 'tags', edits, author: said })
    },
  },
  {
    what: 'a file that is told of as new and was there before',
    invariant: 'last-word-of-checkins',
    where: 'leaf-0',
    detail: /lacks 1 of its rows \(check-in \S+ edited \["a",.*\); holds 1 .* added \["a"/,
    inflict: (pair) => pair.damage('leaf', 'UPDATE mlink SET pid = 0'),
  },
]

const readDamages: readonly Damage[] = [
  {
    what: 'a look at something that was meant otherwise',
    invariant: 'reads',
    where: 'leaf-0',
    detail: /lack/,
    inflict: ({ leaf, master, acknowledged, misreadings: seen, named }) => {
      const history = historyHeld(leaf, { acknowledged })
      const place = { checkin: [...history.checkins.keys()].at(-1) ?? named.plain, file: 'a' }
      assert.deepEqual(misreadings(leaf, history, place), [])
      assert.deepEqual(misreadings(master, history, place), [])
      dbOf(leaf).exec('DELETE FROM plink; DELETE FROM mlink')
      for (const detail of misreadings(leaf, history, place)) {
        seen.push({ nodeId: 'leaf-0', detail })
      }
    },
  },
]

const noteDamages: readonly Damage[] = [
  {
    what: 'a technote with another text than was meant',
    invariant: 'last-word',
    where: 'leaf-0',
    detail: /text "meant"\); holds 1 .* text "written"/,
    inflict: (pair) => {
      const note = { content: 'written', eventMs: 1_000 }
      const { hash, technoteId } = newTechnote(pair.leaf, note, said)
      const meant = { ...note, content: 'meant' }
      told(pair, hash, { kind: 'technote', technoteId, note: meant, author: said })
    },
  },
  {
    what: 'a post with another text than was meant',
    invariant: 'last-word',
    where: 'leaf-0',
    detail: /text "meant"\); holds 1 .* text "written"/,
    inflict: (pair) => {
      const { hash } = newThread(pair.leaf, { title: 't', content: 'written' }, said)
      told(pair, hash, { kind: 'post', title: 't', content: 'meant', author: said })
    },
  },
  {
    what: 'an attachment of another content than was meant',
    invariant: 'last-word',
    where: 'leaf-0',
    detail: /lacks 4 of its rows \(attachment x of Home, \S+ has comment/,
    inflict: (pair) => {
      const page = { title: 'Home', content: 'text' }
      const { hash: home } = writeWiki(pair.leaf, page, said)
      told(pair, home, { kind: 'wiki', ...page, ...said })
      const file = { fileName: 'x', content: utf8('written'), comment: '' }
      const { hash } = attachFile(pair.leaf, { page: 'Home' }, file, said)
      const meant = { ...file, content: utf8('meant'), target: 'Home', author: said }
      told(pair, hash, { kind: 'attachment', ...meant })
    },
  },
]

const pageDamages: readonly Damage[] = [
  {
    what: 'a file that nobody made',
    invariant: 'provenance',
    where: 'leaf-0',
    detail: /is here, and no operation made it/,
    inflict: ({ leaf }) => storeLocal(leaf, utf8('from nowhere')),
  },
  {
    what: 'a page that nobody wrote',
    invariant: 'last-word',
    where: 'leaf-0',
    detail: /holds 6 too many \(page Home has /,
    inflict: ({ leaf }) => void writeWiki(leaf, { title: 'Home', content: 'x' }, said),
  },
  {
    what: 'a page that says what its author did not',
    invariant: 'last-word',
    where: 'leaf-0',
    detail: /rows \(page Home has text "meant"\); holds 1 too many \(.* text "written"\)/,
    inflict: ({ leaf, acknowledged }) => {
      const { hash } = writeWiki(leaf, { title: 'Home', content: 'written' }, said)
      const meant = { title: 'Home', content: 'meant', mimetype: 'text/x-fossil-wiki' }
      const says = { kind: 'wiki', ...meant, ...said } as const
      acknowledged.push({ hash, nodeId: 'leaf-0', isPrivate: false, says })
    },
  },
  {
    what: 'a ticket with another value than was set',
    invariant: 'last-word',
    where: 'leaf-0',
    detail: /2 of its rows .* has title "meant"\); holds 2 too many .* has title "written"\)/,
    inflict: ({ leaf, acknowledged }) => {
      const { hash, ticketId } = newTicket(leaf, { title: 'written' }, said)
      const fields = new Map([['title', 'meant']])
      const says = { kind: 'ticket', ticketId, fields, ...said } as const
      acknowledged.push({ hash, nodeId: 'leaf-0', isPrivate: false, says })
    },
  },
]

export const meaningDamages: readonly Damage[] = [
  ...pageDamages,
  ...noteDamages,
  ...checkinDamages,
  ...readDamages,
]
