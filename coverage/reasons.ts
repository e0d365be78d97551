/**
 * Every function that no run enters, with its reason. `sim coverage` tells of each that no longer
 * exists, or is entered after all.
 * @module
 */

import type { Reason } from './reason.ts'

const damage = 'tells of damage or mends it, and the disk of a run damages nothing'
const lies = 'answers a peer that says what ours never say, and all peers of a run are ours'
const library = 'serves programs that read messages or deltas themselves; nothing here asks for it'
const written =
  'completes the table of codecs: writers and readers have a quicker way for this card'
const transport = 'serves HTTP, and messages of a run travel without it'
const tickets = 'takes another definition of the tables of tickets, and no operation sets one'
const tooMuch = 'takes a message with more than a run can make: thousands of artifacts'

/** Reasons, by file. */
export const reasons: readonly Reason[] = [
  {
    file: 'src/admin/config-areas-literals.ts',
    functions: ['blobOf'],
    reason: 'reads a setting that is binary, and people write text',
  },
  {
    file: 'src/admin/config-areas-receive.ts',
    functions: ['touchesSetup'],
    reason: 'takes accounts that somebody sends, and accounts of a run stay where they are',
  },
  {
    file: 'src/admin/config-areas-receive.ts',
    functions: ['remakeTicketsIfPossible'],
    reason: tickets,
  },
  { file: 'src/admin/graveyard.ts', functions: ['broken'], reason: damage },
  {
    file: 'src/admin/settings.ts',
    functions: ['invalid'],
    reason: 'refuses a setting that stock does not know, and operations name those that it knows',
  },
  { file: 'src/crosslink/crosslink.ts', functions: ['remakeTickets'], reason: tickets },
  { file: 'src/crosslink/ticket-fields.ts', functions: ['generates'], reason: tickets },
  { file: 'src/crosslink/ticket-table.ts', functions: ['invalid'], reason: tickets },
  {
    file: 'src/crosslink/verify-time.ts',
    functions: ['isBeforeSome'],
    reason: 'takes times of the timeline that stock worked out otherwise, and stock writes none',
  },
  {
    file: 'src/crosslink/verify.ts',
    functions: ['Findings.add', 'nameOf', 'describe', 'shownValue', 'nameSql'],
    reason: damage,
  },
  { file: 'src/delta/parse.ts', functions: ['deltaCommands'], reason: library },
  { file: 'src/delta/parse.ts', functions: ['CommandReader.fail'], reason: lies },
  {
    file: 'src/repo/blob.ts',
    functions: ['holdsNothing'],
    reason: 'looks at the file of a clone by address that failed, and those of a run are in none',
  },
  { file: 'src/repo/content.ts', functions: ['corrupt'], reason: damage },
  {
    file: 'src/repo/repo.ts',
    functions: ['get Repo.path'],
    reason: 'names the file, and repositories of a run are in none',
  },
  { file: 'src/repo/store.ts', functions: ['replaceDamaged'], reason: damage },
  { file: 'src/repo/store.ts', functions: ['giveUp'], reason: lies, isRare: true },
  {
    file: 'src/repo/transaction.ts',
    functions: ['Transaction.fail'],
    reason: 'keeps an error of a step within a transaction, and faults strike at its ends',
  },
  { file: 'src/repo/unversioned.ts', functions: ['damaged'], reason: damage },
  { file: 'src/sync/answer.ts', functions: ['Answer.#logInByCookie'], reason: transport },
  { file: 'src/sync/artifact-intake.ts', functions: ['ArtifactIntake.#postpone'], reason: tooMuch },
  { file: 'src/sync/artifact-intake.ts', functions: ['ArtifactIntake.#replace'], reason: damage },
  { file: 'src/sync/artifacts.ts', functions: ['ArtifactExchange.#passOver'], reason: tooMuch },
  {
    file: 'src/sync/auth.ts',
    functions: ['NonceMemory.forget'],
    reason: 'goes on where another process writes to the file, and a run is one process',
  },
  { file: 'src/sync/handler.ts', functions: ['answerXfer'], reason: transport },
  {
    file: 'src/sync/message-size.ts',
    functions: ['mayWrite', 'writes', 'loginIn'],
    reason: 'looks into a message of more than 16 MB, or one that a fault has say so',
    isRare: true,
  },
  { file: 'src/sync/reply.ts', functions: ['passOver'], reason: lies },
  {
    file: 'src/sync/sync.ts',
    functions: ['following'],
    reason: 'tells a person of the progress of a clone, and nobody looks on in a run',
  },
  { file: 'src/sync/tables-client.ts', functions: ['TableClient.#skip'], reason: lies },
  {
    file: 'src/sync/want-list.ts',
    functions: ['WantList.giveUp'],
    reason: 'heeds a stock client, which announces what it sends; ours does so by a fault alone',
    isRare: true,
  },
  {
    file: 'src/xfer/codec.ts',
    functions: ['cards.igot.format', 'cards.gimme.parse', 'cards.gimme.format'],
    reason: written,
  },
  { file: 'src/xfer/format.ts', functions: ['get CardWriter.isEmpty'], reason: library },
  { file: 'src/xfer/line.ts', functions: ['CardLine.malformed', 'quoted'], reason: lies },
  { file: 'src/xfer/parse.ts', functions: ['CardReader.#unknown'], reason: lies },
  {
    file: 'src/xfer/version.ts',
    functions: [
      'parseVersion',
      'supportsSha3',
      'supportsPrivateIgot',
      'supportsClusterRequest',
      'leadingDigits',
    ],
    reason: library,
  },
]
