/**
 * Witness of the economy of syncs: one that nothing disturbed does all that there is to do, sends
 * nothing twice, and ends when it is done; the next one of the same two finds nothing left. Errors
 * that only repeat work show nowhere else: everything is everywhere in the end.
 * @module
 */

import type { Buggify } from '../../base/env.ts'
import type { NodeId } from '../../runner/model.ts'
import type { SyncResult } from '../../sync/session-options.ts'
import type { CheckedNode, Finding } from '../world.ts'
import { dbOf } from '../../repo/repo.ts'
import {
  artifactsIn,
  type Cargo,
  cargoOf,
  complains,
  isBold,
  isOfClone,
  repeatedIn,
  rowsOf,
} from './cargo.ts'
import { differingFile } from './files.ts'
import { type Exchange, type QuietSync, QuietSyncs } from './quiet-syncs.ts'

/** The side of a world that the witness sees. */
export interface EconomyFacts {
  readonly nodeOf: (id: NodeId) => CheckedNode | undefined
}

/** The syncs of one run. */
export class EconomyWitness {
  /** Syncs that did more than they had to, or less. */
  readonly wastes: Finding[] = []
  readonly syncs: QuietSyncs

  constructor({ nodeOf }: EconomyFacts) {
    this.syncs = new QuietSyncs(nodeOf)
  }

  /** The fault sites of a node, watched. */
  watch(id: NodeId, buggify: Buggify): Buggify {
    return {
      check: (site, probability) => {
        const strikes = buggify.check(site, probability)
        if (strikes) this.syncs.disturb(id)
        return strikes
      },
    }
  }

  /** A sync has ended, with a result or, where that is undefined, with an error. */
  ends(client: CheckedNode, server: NodeId, result: SyncResult | undefined): void {
    if (result === undefined) return this.syncs.forget(client.id, server)
    const sync = this.syncs.ends(client, server, result.complete)
    if (sync === undefined) return
    const problem = problemOf(sync, result)
    if (problem === undefined) return
    this.wastes.push({ nodeId: client.id, detail: `a sync with ${server} ${problem}` })
  }
}

function problemOf(sync: QuietSync, result: SyncResult): string | undefined {
  // After the last round agents ask what has arrived, and their owners go on meanwhile.
  const rounds = sync.exchanges.slice(0, result.rounds)
  const isOver = rounds.length === sync.exchanges.length
  // Whoever is refused a part begins again, without it.
  const accepted = rounds.slice(rounds.findLastIndex(({ reply }) => complains(reply)) + 1)
  return (
    repetitionIn(sync, rounds) ??
    echoIn(accepted) ??
    // Who may not push keeps a row that wins a tie, and hears of the other each time they compare.
    (accepted.length < rounds.length ? undefined : rowTwiceIn(rounds)) ??
    (result.complete ? delayIn(rounds, result, sync) : undefined) ??
    (result.complete && isOver ? differenceAfter(sync, result) : undefined)
  )
}

/** Something that travelled more often than once. */
function repetitionIn(
  { client, server, hadWaiting }: QuietSync,
  rounds: readonly Exchange[],
): string | undefined {
  const sent = cargoOf(rounds.map(({ request }) => request))
  const received = cargoOf(rounds.map(({ reply }) => reply))
  const again =
    (hadWaiting.server ? undefined : repeatedTo(server, sent)) ??
    (hadWaiting.client ? undefined : repeatedTo(client, received))
  if (again !== undefined) return `carried ${again} more than once`
  const back = [...sent.keys()].find((name) => received.has(name))
  return back && `carried ${back} there and back`
}

/**
 * An artifact that is announced to the side that it came from: by the client at any time, by the
 * server in the reply, since it remembers nothing of requests before.
 */
function echoIn(rounds: readonly Exchange[]): string | undefined {
  const received = new Set<string>()
  for (const { request, reply } of rounds) {
    const [asked, answered] = [artifactsIn(request), artifactsIn(reply)]
    const echoed = asked.announced.find((hash) => received.has(hash))
    if (echoed !== undefined) return `announced artifact ${echoed} to the server it came from`
    const sent = new Set(asked.carried)
    const returned = answered.announced.find((hash) => sent.has(hash))
    if (returned !== undefined) return `was told of artifact ${returned}, which it had just sent`
    for (const hash of answered.carried) received.add(hash)
  }
  return undefined
}

/** A row that travelled more than once in one direction, as it is. */
function rowTwiceIn(rounds: readonly Exchange[]): string | undefined {
  if (rounds.some(({ request }) => isBold(request))) return undefined
  const again =
    repeatedIn(rowsOf(rounds.map(({ request }) => request))) ??
    repeatedIn(rowsOf(rounds.map(({ reply }) => reply)))
  return again && `carried ${again} more than once`
}

/**
 * More rounds that carried nothing than one to tell, and one to hear that there is no more; those
 * of a clone before it do not count, as where there is nothing to clone.
 */
function delayIn(
  rounds: readonly Exchange[],
  { tables }: SyncResult,
  { isAgain }: QuietSync,
): string | undefined {
  const cargo = cargoOf(rounds.flatMap(({ request, reply }) => [request, reply]))
  const [moved] = cargo.keys()
  if (isAgain && moved !== undefined) return `carried ${moved}, and nothing was left to move`
  const idle = rounds.filter(
    ({ request, reply }) => cargoOf([request, reply]).size === 0 && !isOfClone(request),
  ).length
  const rows = (tables?.received ?? 0) + (tables?.sent ?? 0)
  // Rows of tables travel in cards of their own; their invariants are others.
  if (rows > 0) return undefined
  const most = isAgain ? 1 : 2
  const since = isAgain
    ? 'since the last one, after which nothing changed'
    : 'though it moved little'
  return idle > most ? `took ${idle} rounds that carried nothing, ${since}` : undefined
}

function differenceAfter(
  { client, server }: QuietSync,
  { unversioned: uv }: SyncResult,
): string | undefined {
  if (uv === undefined) return undefined
  const name = differingFile(client.repo, server.repo, { isPullOnly: uv.pullOnly })
  return name && `is complete, and both differ in the unversioned file ${name}`
}

/** Whoever bans artifacts cannot take deltas of them, and asks for them once more. */
function repeatedTo({ repo }: CheckedNode, cargo: Cargo): string | undefined {
  const hasBans = dbOf(repo).prepare('SELECT 1 FROM shun LIMIT 1').get() !== undefined
  return hasBans ? undefined : repeatedIn(cargo)
}
