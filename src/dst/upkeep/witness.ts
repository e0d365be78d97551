/**
 * Witness of upkeep: compares each repository before and after an operation of those who look
 * after it, at once, since syncs and later operations heal and hide a lot.
 * @module
 */

import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { stateOf } from '../../repo/state.ts'
import type { Arguments } from '../../runner/arguments.ts'
import type { OperationResult } from '../../runner/operations.ts'
import type { CheckedNode, Finding } from '../world.ts'
import { shun, shunFile, unshun } from './bans.ts'
import { account, preference, rebuild, remote, setting } from './own.ts'
import { publish } from './publish.ts'
import { exhume, obliterate, purge, purgeFile, purgeLine } from './purges.ts'
import type { Rule } from './rule.ts'
import { snapshotOf, strayChange } from './snapshot.ts'

/** The rules, by the names of operations. */
const rules: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    publish,
    release: publish,
    shun,
    shunFile,
    unshun,
    purge,
    purgeLine,
    purgeFile,
    exhume,
    obliterate,
    setting,
    preference,
    remote,
    account,
    rebuild,
  }),
)

/** An operation at a node. */
export interface Work {
  readonly name: string
  readonly node: CheckedNode
  readonly args: Arguments
  /** The artifact that a reference leads to. */
  readonly artifact: (reference: string) => ArtifactHash | undefined
}

/** The upkeep of one run. */
export class UpkeepWitness {
  /** Operations that had another effect than they should. */
  readonly faults: Finding[] = []

  /** Lets an operation be carried out, and compares what is there before and after. */
  watch({ name, node, args, artifact }: Work, carryOut: () => OperationResult): OperationResult {
    const rule = rules.get(name)
    if (rule === undefined) return carryOut()
    const { repo } = node
    const [before, stateBefore] = [snapshotOf(repo), stateOf(repo)]
    const nowSec = Math.floor(repo.env.clock.nowMs() / 1000)
    const named = (argument: string): ArtifactHash | undefined => artifact(args.text(argument))
    const judge = rule.begin({ repo, args, before, nowSec, artifact: named })
    const result = carryOut()
    const isDone = result.outcome === 'acknowledged'
    if (!isDone && stateOf(repo) === stateBefore) return result
    const after = snapshotOf(repo)
    const stray = strayChange(before, after, new Set(isDone ? rule.touches : []))
    const problem = stray ?? (isDone ? judge(after) : undefined)
    if (problem !== undefined) {
      const detail = `${name} was ${result.outcome}, and ${problem}`
      this.faults.push({ nodeId: node.id, detail })
    }
    return result
  }
}
