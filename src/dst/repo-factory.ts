/**
 * Makes the repositories of a simulation, in memory, each in an environment of its own: clock with
 * skew, randomness, fault sites. The schema runs once; every repository starts as a copy.
 * @module
 */

import { fromUtf8, hex, utf8 } from '../base/bytes.ts'
import { type Buggify, type Env, noBuggify } from '../base/env.ts'
import { FossilError } from '../base/error.ts'
import type { MarkName } from '../base/marks.ts'
import type { Database } from '../db/driver.ts'
import { openDatabase } from '../db/node.ts'
import type { HashPolicy } from '../hash/artifact-hash.ts'
import { sha1 } from '../hash/hash.ts'
import { setConfig, unsetConfig } from '../repo/config.ts'
import { beginClone } from '../repo/clone-state.ts'
import { identify } from '../repo/create.ts'
import { createRepo, openRepo } from '../crosslink/open.ts'
import { dbOf, type Repo } from '../repo/repo.ts'
import { NodeClock, type SimClock } from '../sim/clock.ts'
import { runOutside } from '../sim/context.ts'
import type { RandomSource } from '../sim/random.ts'
import { withoutBuggify } from './buggify.ts'
import type { ResolvedConfig } from './config.ts'
import { stillEnv } from './master-image.ts'
import type { NodeId } from '../runner/model.ts'

/** The simulated world that repositories live in. */
export interface SimulatedWorld {
  readonly clock: SimClock
  readonly source: RandomSource
  buggify(id: NodeId): Buggify
  readonly mark: (name: MarkName) => void
}

/** Empty repositories by hash policy, as images to copy. */
const templates = new Map<NamingPolicy, Uint8Array>()

/** `unset`: the repository decides by what it holds, when it first names something. */
type NamingPolicy = HashPolicy | 'unset'

/** Policies that a project may have side by side. */
const mixedPolicies = ['sha1', 'auto', 'sha3', 'unset'] as const

/** Makes and closes repositories. */
export class RepoFactory {
  readonly #config: ResolvedConfig
  readonly #world: SimulatedWorld
  readonly #made: Repo[] = []
  #projectCode: string

  constructor(config: ResolvedConfig, world: SimulatedWorld) {
    this.#config = config
    this.#world = world
    this.#projectCode = hex(world.source.stream('project-code').at(0).bytes(20))
  }

  /**
   * Makes a node's repository: empty, or a copy of `image`, whose project then is everyone's.
   *
   * @throws {FossilError} `repo.invalid`, `repo.unreadable` when the image is not a repository
   */
  make(id: NodeId, image?: Uint8Array): Repo {
    const repo = openRepo(this.#open(id, image), this.#env(id))
    this.#made.push(repo)
    repo.deflateOverBytes = this.#config.deflateOverBytes
    if (image !== undefined) this.#projectCode = repo.projectCode
    else setConfig(repo, 'project-name', 'simulation')
    if (this.#config.uvSync === true) setConfig(repo, 'uv-sync', '1')
    identify(repo, { projectCode: this.#projectCode, serverCode: sha1(utf8(`server/${id}`)) })
    repo.env = this.#buggified(id, repo.env)
    return repo
  }

  /** Makes the repository of a node that joins: a clone that is still to begin. */
  makeClone(id: NodeId): Repo {
    const repo = this.make(id)
    withoutBuggify(repo, () => beginClone(repo))
    return repo
  }

  /**
   * A node has crashed: its repository is opened anew, as it was last committed, and what still
   * holds the old one finds it closed.
   */
  reopen(id: NodeId, crashed: Repo): Repo {
    const db = dbOf(crashed)
    if (db.inTransaction) db.exec('ROLLBACK')
    return this.replace(id, crashed, db.serialize())
  }

  /** Puts `image` in the place of a repository; what still holds the old one finds it closed. */
  replace(id: NodeId, crashed: Repo, image: Uint8Array): Repo {
    const { env, deflateOverBytes } = crashed
    crashed.close()
    const repo = openRepo(this.#open(id, image), { ...env, buggify: noBuggify })
    repo.deflateOverBytes = deflateOverBytes
    repo.env = env
    this.#made.splice(this.#made.indexOf(crashed), 1, repo)
    return repo
  }

  /**
   * Moves a repository that the caller made into the simulated world: clock, randomness and fault
   * sites are the simulation's from now on, and its project is everyone's. The caller closes it.
   */
  adopt(id: NodeId, repo: Repo): void {
    repo.env = this.#env(id)
    this.#projectCode = repo.projectCode
    repo.env = this.#buggified(id, repo.env)
    for (const member of this.#made) {
      withoutBuggify(member, () => setConfig(member, 'project-code', this.#projectCode))
    }
  }

  /** Closes what was made. */
  close(): void {
    for (const repo of this.#made.splice(0)) repo.close()
  }

  #open(id: NodeId, image: Uint8Array | undefined): Database {
    const bytes = inRollbackMode(image ?? template(this.#policyOf(id)))
    // A database of the caller's may be a file, which nodes have none of.
    return runOutside(() => this.#config.openDatabase?.(id, bytes)) ?? openDatabase(bytes)
  }

  #policyOf(id: NodeId): NamingPolicy {
    const { hashPolicy } = this.#config
    if (hashPolicy !== 'mixed') return hashPolicy
    return this.#world.source.stream('hash-policy').named(id).pick(mixedPolicies)
  }

  #env(id: NodeId): Env {
    const { clock, source, mark } = this.#world
    const { maxSkewMs } = this.#config
    const skew = source.stream(`skew/${id}`).at(0)
    const skewMs = maxSkewMs === 0 ? 0 : skew.int(-maxSkewMs, maxSkewMs)
    const driftPpm = maxSkewMs === 0 ? 0 : skew.int(-200, 200)
    const random = source.stream(`random/${id}`)
    return {
      clock: new NodeClock(clock, { skewMs, driftPpm }),
      random: { bytes: (length) => random.next().bytes(length) },
      buggify: noBuggify,
      mark,
    }
  }

  /** Fault sites are asked only once the repository is ready: a run begins with whole nodes. */
  #buggified(id: NodeId, env: Env): Env {
    return this.#config.buggify ? { ...env, buggify: this.#world.buggify(id) } : env
  }
}

function template(policy: NamingPolicy): Uint8Array {
  let image = templates.get(policy)
  if (image === undefined) {
    const db = openDatabase()
    // The tables of an empty repository fill a page each: every node of every run copies them all.
    db.exec('PRAGMA page_size = 1024')
    using repo = createRepo(db, stillEnv, { hashPolicy: policy === 'unset' ? 'auto' : policy })
    if (policy === 'unset') unsetConfig(repo, 'hash-policy')
    // Passwords drawn from nothing would be known to everyone who is handed a kept repository.
    // An empty one admits nobody: fossil src/login.c:239.
    dbOf(repo).exec("UPDATE user SET pw = ''")
    image = dbOf(repo).serialize()
    templates.set(policy, image)
  }
  return image
}

/** First bytes of every database. https://www.sqlite.org/fileformat.html §1.3 */
const databaseMagic = 'SQLite format 3\0'

/**
 * A database image that can be opened in memory, where a write-ahead log cannot be: a copy is
 * marked as not in WAL mode (§1.3.3, bytes 18 and 19).
 */
function inRollbackMode(image: Uint8Array): Uint8Array {
  if (fromUtf8(image.subarray(0, databaseMagic.length)) !== databaseMagic) {
    const reason = 'the image is not a database'
    throw new FossilError('repo.invalid', { path: ':memory:', reason })
  }
  if (image[18] === 1 && image[19] === 1) return image
  const copy = new Uint8Array(image)
  copy.fill(1, 18, 20)
  return copy
}
