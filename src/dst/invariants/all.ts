/**
 * Every invariant, in the order they are checked: the cause before its consequences.
 * @module
 */

import type { Invariant } from '../world.ts'
import { announced, privateUnannounced } from './announced.ts'
import { backlink } from './backlinks.ts'
import { attachments } from './attachments.ts'
import { checkinLocks } from './checkin-locks.ts'
import { claims } from './claims.ts'
import { cloneWhole } from './clones.ts'
import { blobIntegrity, deltaChains } from './content.ts'
import { convergence } from './convergence.ts'
import { derived, derivedConvergence } from './derived.ts'
import { cherrypick, mlink } from './files.ts'
import { economy } from './economy.ts'
import { event, leaf, plink, tags } from './history.ts'
import { lastWord } from './last-word.ts'
import { lastWordOfCheckins } from './last-word-of-checkins.ts'
import { localStays } from './local.ts'
import { losses } from './losses.ts'
import { messageWhole } from './messages.ts'
import { moments } from './moments.ts'
import { phantoms } from './phantoms.ts'
import { promptness } from './promptness.ts'
import { provenance } from './provenance.ts'
import { pushed, pushedAnswered } from './pushed.ts'
import { reads } from './reads.ts'
import { replays } from './replays.ts'
import { rights } from './rights.ts'
import { settings } from './settings.ts'
import {
  tableConvergence,
  tableIntegrity,
  tableLastWriterWins,
  tableNeverLost,
  tombstoneConvergence,
} from './tables.ts'
import { tagxref } from './tagxref.ts'
import { threads } from './threads.ts'
import { tickets } from './tickets.ts'
import { nothingLeaks, nothingLost, privateConvergence } from './truth.ts'
import { banned, upkeep } from './upkeep.ts'
import { uvLastWriterWins, uvNeverLost } from './unversioned-truth.ts'
import { uvConvergence, uvIntegrity } from './unversioned.ts'
import { written } from './written.ts'

/** Everything that must hold of a network of repositories, a cause before its consequences. */
export const invariants: readonly Invariant[] = [
  deltaChains,
  phantoms,
  blobIntegrity,
  written,
  nothingLost,
  losses,
  provenance,
  nothingLeaks,
  privateUnannounced,
  announced,
  rights,
  pushed,
  cloneWhole,
  localStays,
  upkeep,
  banned,
  messageWhole,
  replays,
  claims,
  economy,
  promptness,
  checkinLocks,
  uvIntegrity,
  uvNeverLost,
  tableIntegrity,
  tableNeverLost,
  tagxref,
  plink,
  tags,
  leaf,
  event,
  moments,
  mlink,
  cherrypick,
  backlink,
  tickets,
  attachments,
  threads,
  lastWord,
  lastWordOfCheckins,
  reads,
  derived,
  convergence,
  privateConvergence,
  derivedConvergence,
  uvConvergence,
  uvLastWriterWins,
  tombstoneConvergence,
  tableConvergence,
  tableLastWriterWins,
  settings,
  pushedAnswered,
]
