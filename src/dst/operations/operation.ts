/**
 * Operations on a Fossil repository: each draws its arguments from the content of a node, and
 * production code alone carries it out with them.
 * @module
 */

import { FossilError } from '../../base/error.ts'
import type { ArtifactHash } from '../../hash/artifact-hash.ts'
import { findHeld, isPrivate, privateArtifacts } from '../../repo/blob.ts'
import type { Repo } from '../../repo/repo.ts'
import type { NamedArtifact } from '../../repo/rid.ts'
import type { Arguments, ArgumentValues } from '../../runner/arguments.ts'
import type { CheckedWorld } from '../../runner/invariants.ts'
import type { NodeId, TraceFacts } from '../../runner/model.ts'
import type { Operation, OperationId, OperationResult } from '../../runner/operations.ts'
import type { Draw } from '../../sim/random.ts'
import type { SyncOptions } from '../../sync/session-options.ts'
import type { UvEvent } from '../event.ts'
import type { AcknowledgedArtifact, CheckedNode, Finding, SettingChange, Truth } from '../world.ts'
import type { LocalPlace } from '../local-oracle.ts'
import type { PlacedArtifact, Removal } from '../loss-oracle.ts'
import type { RowVersion, TableUse } from '../table-oracle.ts'
import type { UpkeepWitness } from '../upkeep/witness.ts'
import { heardAt } from '../held-sayings.ts'
import { type Asked, meaningOf } from '../meanings/meaning.ts'
import type { References } from './references.ts'

/** Sizes of the files of check-ins. `large`: one in five has up to 120 kB. */
export const fileSizes = ['small', 'mixed', 'large'] as const

export type FileSizes = (typeof fileSizes)[number]

/** The records of a simulation, as operations change them. */
export interface OperationRecords {
  readonly truth: Pick<Truth, 'acknowledged' | 'tellsAll' | 'foreign'>
  readonly references: References
  readonly upkeep: UpkeepWitness
  /** True time, in milliseconds since 1970. */
  readonly nowMs: number
  node(id: NodeId): CheckedNode
  /** A node acknowledged an artifact: from now on it must be there. */
  acknowledge(artifact: AcknowledgedArtifact): void
  /**
   * The owner of a node removed an artifact there: the node need not hold it any more.
   *
   * @param removal undefined if a ban was lifted and the artifact was no longer held
   */
  giveUp(artifact: PlacedArtifact, removal?: Removal): void
  /** A public check-in names artifacts: they are not secret, wherever they are. */
  publishNamed(hashes: readonly ArtifactHash[]): void
  /** A reader saw something that was meant otherwise. */
  misread(finding: Finding): void
  /** The owner of a node changed a setting. */
  changeSetting(change: SettingChange): void
  /**
   * Somebody wrote or deleted a row of a synced table: that change must last.
   *
   * @param version the requested version, with the earliest time that it may have
   */
  recordRow(row: RowPlace, version: RowVersion): void
  /** Something synced was written at a node, and no other record says so. */
  changed(id: NodeId): void
  /** The owner of a node set or removed local data: that must stay so. */
  keepLocal(place: LocalPlace, value: string | undefined): void
  /**
   * Tables of a run either get columns or travel in go-libfossil's manner, where a peer drops
   * unknown columns and the row that stands has no owner. The first use decides.
   */
  useTables(use: TableUse): boolean
  /** Begins a requested sync; false if there is nobody to sync with. */
  syncByHand(id: NodeId, wanted: HandSync): boolean
  /** Lets an owner write or delete an unversioned file; tells whether anything changed. */
  changeUnversioned(event: UvEvent): boolean
  /** Watches the output of operations. */
  readonly writings: { watch(name: string, asked: AskedOperation): Watch }
}

/** A watch on one operation, before and after. */
export interface Watch {
  /** The operation was acknowledged. */
  isDone(made: Made): void
  /** The operation was refused, or was impossible, with or without an error. */
  cameToNothing(error?: unknown): void
}

/** Sync options that a person gives. */
export type HandSync = Pick<
  SyncOptions,
  'push' | 'pull' | 'lock' | 'unlockClientId' | 'verily' | 'pushConfig' | 'tables'
>

/** The place of a row. */
export interface RowPlace {
  readonly nodeId: NodeId
  readonly table: string
  /** The hash of its key. */
  readonly key: string
}

/** Limits of the draws of a run's operations. */
export interface DrawOptions {
  /** Some artifacts may be private. */
  readonly mayBePrivate: boolean
  /** Some tables have rows that belong to logins. */
  readonly ownsRows: boolean
  /** Users that log in, each named after its node. */
  readonly logins: readonly NodeId[]
  readonly sizes: FileSizes
}

/** The place of an operation. */
export interface OperationPlace {
  readonly id: NodeId
  readonly repo: Repo
  /** Artifacts, tickets and so on by the operations that made them. */
  readonly references: References
}

/** The context in which an operation is drawn. */
export interface PlanContext extends OperationPlace, DrawOptions {
  readonly draw: Draw
  /** True time, in milliseconds since 1970. */
  readonly nowMs: number
}

/** The context in which an operation is carried out. */
export interface ApplyContext extends OperationPlace {
  readonly args: Arguments
  readonly world: OperationRecords
}

/** An operation and its arguments. */
export type AskedOperation = Omit<ApplyContext, 'world'>

/** The result of an operation. */
export interface Made {
  /** New artifacts, the most significant one last. */
  readonly artifacts?: readonly ArtifactHash[]
  /** Artifacts that must be public now. Default: all that were private and no longer are. */
  readonly published?: readonly ArtifactHash[]
  /** The thing that other operations may refer to. Default: the last artifact. */
  readonly subject?: string
  readonly facts?: TraceFacts
  /** The meaning of the last artifact, if there is a model of it. */
  readonly says?: Asked | undefined
  /** The meanings of several artifacts. */
  readonly sayings?: ReadonlyMap<ArtifactHash, Asked>
}

/** A kind of work on a repository. */
export interface FossilOperation {
  readonly name: string
  readonly weight: number
  /** Returns undefined if there is nothing to do yet. */
  readonly plan: (context: PlanContext) => ArgumentValues | undefined
  /** Returns undefined if the operation had no effect. */
  readonly apply: (context: ApplyContext) => Made | undefined
}

/** Errors that mean that something is impossible at present. */
const declining: ReadonlySet<string> = new Set([
  'checkin.invalid',
  'artifact.invalid',
  'artifact.missing',
  'artifact.shunned',
])

/** The operation as the runner knows it. */
export function asOperation<W extends OperationRecords & CheckedWorld>(
  { name, weight, plan, apply }: FossilOperation,
  options: DrawOptions,
): Operation<W> {
  return {
    name,
    weight,
    plan: (world, id, draw) => {
      const place = placeOf(world, id)
      if (place.repo.isUnfinishedClone) return undefined
      return plan({ ...place, ...options, nowMs: world.nowMs, draw })
    },
    apply: (world, id, args, operationId) => {
      const place = placeOf(world, id)
      // Nobody works in a clone that is unfinished.
      if (place.repo.isUnfinishedClone) return { outcome: 'impossible' }
      const secrets = privateArtifacts(place.repo)
      const artifact = (reference: string): ArtifactHash | undefined =>
        place.references.artifact(reference)
      return world.upkeep.watch({ name, node: place, args, artifact }, () => {
        try {
          const made = watched(name, { ...place, args, world }, apply)
          if (made === undefined) return { outcome: 'impossible' }
          const published = made.published ?? noSecrets(place, secrets)
          for (const hash of published) world.acknowledge({ hash, nodeId: id, isPrivate: false })
          return acknowledge(world, { id, operationId, made })
        } catch (error) {
          return unsuccessful(error)
        }
      })
    },
  }
}

/** Carries an operation out, and watches its output. */
function watched(
  name: string,
  context: ApplyContext,
  apply: FossilOperation['apply'],
): Made | undefined {
  const watch = context.world.writings.watch(name, context)
  let made: Made | undefined
  try {
    made = apply(context)
  } catch (error) {
    // Any other error ends the run by itself.
    if (FossilError.is(error)) watch.cameToNothing(error)
    throw error
  }
  if (made === undefined) watch.cameToNothing()
  else watch.isDone(made)
  return made
}

function placeOf(world: OperationRecords, id: NodeId): OperationPlace {
  const { repo } = world.node(id)
  return { id, repo, references: world.references }
}

function acknowledge(
  world: OperationRecords,
  { id, operationId, made }: { id: NodeId; operationId: OperationId; made: Made },
): OperationResult {
  const { artifacts = [], subject = artifacts.at(-1), facts } = made
  const { repo } = world.node(id)
  for (const hash of artifacts) {
    const rid = findHeld(repo, hash)
    const asPrivate = rid !== undefined && isPrivate(repo, rid)
    const asked = askedBy(made, hash)
    const says = asked && meaningOf(asked, heardAt(repo, world.truth))
    world.acknowledge({ hash, nodeId: id, isPrivate: asPrivate, says })
  }
  if (subject !== undefined) world.references.add(operationId, subject, artifacts)
  const hash = artifacts.at(-1)
  return {
    outcome: 'acknowledged',
    facts: {
      ...(hash === undefined ? {} : { hash, artifacts: artifacts.length }),
      ...facts,
    },
  }
}

function askedBy({ says, sayings, artifacts }: Made, hash: ArtifactHash): Asked | undefined {
  return sayings?.get(hash) ?? (hash === artifacts?.at(-1) ? says : undefined)
}

/** A public check-in makes files public that were private here before. */
function noSecrets({ repo }: OperationPlace, secrets: readonly NamedArtifact[]): ArtifactHash[] {
  return secrets.flatMap(({ hash }) => {
    const rid = findHeld(repo, hash)
    return rid === undefined || isPrivate(repo, rid) ? [] : [hash]
  })
}

/** @throws an error that is not an answer to a person */
function unsuccessful(error: unknown): OperationResult {
  if (!FossilError.is(error)) throw error
  const facts = { error: error.code }
  if (error.code === 'repo.io') return { outcome: 'refused', facts }
  if (declining.has(error.code)) return { outcome: 'impossible', facts }
  throw error
}
