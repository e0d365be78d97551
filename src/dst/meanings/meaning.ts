/**
 * The meaning of an operation, where its node had heard what it had: see said.ts.
 * @module
 */

import { unreachable } from '../../base/assert.ts'
import type { Saying } from '../said.ts'
import { type AskedPage, pageMeaning } from '../sayings.ts'
import { type AskedBranch, type AskedCheckin, branchMeaning, checkinMeaning } from './checkin.ts'
import type { Heard } from './heard.ts'
import {
  type AskedAttachment,
  type AskedNote,
  type AskedPost,
  attachmentMeaning,
  noteMeaning,
  postMeaning,
} from './notes.ts'
import {
  amendmentMeaning,
  type AskedAmendment,
  type AskedMark,
  type AskedTags,
  markMeaning,
  tagsMeaning,
} from './tags.ts'

/** A saying as an operation has it, before it is known what it says that is new. */
export type Asked =
  | AskedPage
  | AskedCheckin
  | AskedBranch
  | AskedTags
  | AskedAmendment
  | AskedMark
  | AskedNote
  | AskedAttachment
  | AskedPost

/** Undefined if it is about something that no operation told of. */
export function meaningOf(asked: Asked, heard: Heard): Saying | undefined {
  switch (asked.kind) {
    case 'ticket':
    case 'wiki':
      return pageMeaning(asked, heard.sayings, heard.nowMs)
    case 'checkin':
      return checkinMeaning(asked, heard)
    case 'branch':
      return branchMeaning(asked, heard)
    case 'tags':
      return tagsMeaning(asked, heard)
    case 'amendment':
      return amendmentMeaning(asked, heard)
    case 'mark':
      return markMeaning(asked, heard)
    case 'technote':
      return noteMeaning(asked, heard)
    case 'attachment':
      return attachmentMeaning(asked, heard)
    case 'post':
      return postMeaning(asked, heard)
    default:
      return unreachable(asked)
  }
}
