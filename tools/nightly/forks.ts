/**
 * Generated forks: a base, and two lines that go on from it, with everything that a merge can meet.
 * Files are edited, renamed, deleted, added, made executable and linked on both sides, and lines
 * merge each other before the last merge. The same seed gives the same forks.
 * @module
 */

import {
  type ArtifactHash,
  checkin,
  type CheckinFile,
  checkinFiles,
  type CheckinOptions,
  commitMerge,
  planMerge,
  readArtifact,
  type Repo,
} from 'trilobite'
import { ancestors } from 'trilobite/history'
import { RandomSource } from 'trilobite/sim'

type FileChange = CheckinOptions['changes'][number]

/** A source of decisions. */
type Draw = ReturnType<ReturnType<RandomSource['stream']>['next']>

/** A merge to make. */
export interface Fork {
  readonly kind: ReturnType<typeof planMerge>['kind']
  readonly source: ArtifactHash
  readonly target: ArtifactHash
}

const user = 'forker'
const names = ['a', 'b', 'c.txt', 'dir/d', 'dir/e.txt', 'f g', 'dir/sub/h', 'i'] as const
const words = ['one', 'two', 'three', 'four', '', '}', '  return', 'x = y'] as const

/** Writes fork number `index` of a seed into a repository. */
export function makeFork(repo: Repo, seed: number, index: number): Fork {
  return new Forking(repo, new RandomSource(seed).stream(`fork-${index}`).next()).make(index)
}

/** One fork as it grows. */
class Forking {
  readonly #repo: Repo
  readonly #draw: Draw
  #dateMs = 1_700_000_000_000

  constructor(repo: Repo, draw: Draw) {
    this.#repo = repo
    this.#draw = draw
  }

  make(index: number): Fork {
    const draw = this.#draw
    const base = this.#root(index)
    let [target, source] = [this.#grow(base), this.#grow(base)]
    // Criss-cross: one line, or each, takes in an earlier state of the other.
    if (draw.chance(0.25)) {
      const [earlier, other] = [target, source]
      source = this.#grow(this.#merge(other, earlier))
      if (draw.chance(0.5)) target = this.#merge(earlier, other)
      target = this.#grow(target)
    }
    if (source !== base && draw.chance(0.1)) return { kind: 'cherrypick', source, target }
    const line = ancestors(this.#repo, target, { limit: 4, through: 'primary' })
    const earlier = line[draw.int(0, line.length - 1)] ?? target
    if (earlier !== base && draw.chance(0.1)) return { kind: 'backout', source: earlier, target }
    return { kind: 'merge', source, target }
  }

  #root(index: number): ArtifactHash {
    const draw = this.#draw
    const changes = names
      .filter(() => draw.chance(0.7))
      .map((name): FileChange => ({ name, content: this.#text(), ...this.#permission() }))
    changes.push({ name: `always ${index}`, content: this.#text() })
    if (draw.chance(0.2)) changes.push({ name: 'binary', content: this.#binary() })
    if (draw.chance(0.15)) changes.push(link('link', 'one'))
    return this.#checkin({ changes, newRoot: true })
  }

  /** One to three check-ins after another. */
  #grow(from: ArtifactHash): ArtifactHash {
    let at = from
    for (let count = this.#draw.int(1, 3); count > 0; count--) {
      const changes = this.#changes(at)
      if (changes.length > 0) at = this.#checkin({ changes, parent: at })
    }
    return at
  }

  /** Merges as people would who always keep their own where there is a conflict. */
  #merge(target: ArtifactHash, source: ArtifactHash): ArtifactHash {
    const plan = planMerge(this.#repo, { source, target })
    if (plan.isIdle) return target
    const about = plan.conflicts.flatMap((c) => [c.target?.name ?? c.name, c.name])
    const own = checkinFiles(this.#repo, target)
    const resolutions = [...new Set(about)].map((name) => {
      const file = own.get(name)
      if (file === undefined) return { name, content: undefined }
      const { hash, permission } = file
      return { name, content: readArtifact(this.#repo, hash), permission }
    })
    this.#dateMs += 1000
    const written = { comment: 'merge', user, dateMs: this.#dateMs, fork: 'allow' } as const
    return commitMerge(this.#repo, plan, { ...written, resolutions }).hash
  }

  #checkin(what: {
    changes: FileChange[]
    parent?: ArtifactHash
    newRoot?: boolean
  }): ArtifactHash {
    this.#dateMs += 1000
    const written = {
      comment: 'change',
      user,
      dateMs: this.#dateMs,
      fork: 'allow',
      allowEmpty: true,
    } as const
    return checkin(this.#repo, { ...written, ...what }).hash
  }

  /** Changes of a few files, which do not get into each other's way. */
  #changes(parent: ArtifactHash): FileChange[] {
    const draw = this.#draw
    const files = checkinFiles(this.#repo, parent)
    const taken = new Set(files.keys())
    const changes: FileChange[] = []
    for (const file of files.values()) {
      if (!draw.chance(0.3)) continue
      changes.push(...this.#change(file, taken))
    }
    if (draw.chance(0.25)) {
      const name = this.#freeName(taken)
      if (name !== undefined) changes.push({ name, content: this.#text(), ...this.#permission() })
    }
    return changes
  }

  #change(file: CheckinFile, taken: Set<string>): FileChange[] {
    const draw = this.#draw
    const { name, permission, hash } = file
    if (permission === 'symlink') return draw.chance(0.5) ? [link(name, this.#word())] : []
    const content = readArtifact(this.#repo, hash)
    const edited = name === 'binary' ? this.#binary() : this.#edited(content)
    const kind = draw.uniform()
    if (kind < 0.06) return [{ name, content: undefined }]
    if (kind < 0.16) {
      const to = this.#freeName(taken)
      if (to === undefined) return []
      return [{ name: to, renamedFrom: name, content: draw.chance(0.4) ? edited : undefined }]
    }
    if (kind < 0.22) {
      const other = permission === 'executable' ? 'regular' : 'executable'
      return [{ name, content: draw.chance(0.5) ? edited : content, permission: other }]
    }
    if (kind < 0.24) return [link(name, this.#word())]
    return [{ name, content: edited }]
  }

  /** A name that no file has, nor had in this check-in; names of both sides can meet. */
  #freeName(taken: Set<string>): string | undefined {
    const pool = [
      ...names,
      'new',
      'moved',
      'dir/new',
      'dir/moved',
      'x',
      'y',
      'z',
      'w',
      'v',
      'u',
      't',
    ]
    const free = pool.filter((name) => !taken.has(name))
    const name = free[this.#draw.int(0, Math.max(0, free.length - 1))]
    if (name !== undefined) taken.add(name)
    return name
  }

  #permission(): Pick<FileChange, 'permission'> {
    return this.#draw.chance(0.15) ? { permission: 'executable' } : {}
  }

  #word(): string {
    return words[this.#draw.int(0, words.length - 1)] ?? ''
  }

  #line(): string {
    const draw = this.#draw
    return draw.chance(0.4) ? this.#word() : `line ${draw.int(0, 99)} of some length`
  }

  /** Empty now and then, with CRLF, without a newline at its end. */
  #text(): Uint8Array {
    const draw = this.#draw
    if (draw.chance(0.07)) return new Uint8Array(0)
    const end = draw.chance(0.1) ? '\r\n' : '\n'
    const lines = Array.from({ length: draw.int(1, 25) }, () => this.#line())
    return Buffer.from(lines.join(end) + (draw.chance(0.07) ? '' : end))
  }

  #binary(): Uint8Array {
    return new Uint8Array([0, 1, 2, ...this.#draw.bytes(20)])
  }

  /** Some lines removed, and others put in their place. */
  #edited(content: Uint8Array): Uint8Array {
    const draw = this.#draw
    const text = Buffer.from(content).toString()
    const end = text.includes('\r\n') ? '\r\n' : '\n'
    const lines = text.split(end)
    for (let count = draw.int(1, 2); count > 0; count--) {
      const at = draw.int(0, Math.max(0, lines.length - 1))
      const added = Array.from({ length: draw.int(0, 2) }, () => this.#line())
      lines.splice(at, draw.int(0, 2), ...added)
    }
    return Buffer.from(lines.join(end))
  }
}

function link(name: string, to: string): FileChange {
  return { name, content: Buffer.from(to || 'nowhere'), permission: 'symlink' }
}
