/**
 * The pivot: the common ancestor from which a merge measures what each side changed.
 * Source: fossil src/pivot.c.
 * @module
 */

import { dbOf, type Repo } from '../repo/repo.ts'
import type { Rid } from '../repo/rid.ts'

/** The check-ins to find a common ancestor of. */
export interface PivotQuery {
  /** The check-in to be merged in. */
  readonly primary: Rid
  /** The check-in that receives the merge, and what was already merged into it. */
  readonly secondaries: readonly Rid[]
  /** The parents to follow: merged-in ones too (`all`, the default), or only the first. */
  readonly through?: 'all' | 'primary'
}

const fromPrimary = 1
const fromSecondary = 2

/** A check-in that the search has reached, and from which sides. */
interface Reached {
  readonly rid: Rid
  /** Julian day. */
  readonly mtime: number
  sides: number
  isPending: boolean
}

/**
 * The most recent check-in that both the primary and a secondary come from, which can be one of
 * them; undefined where they have nothing in common or one of them is not a check-in.
 *
 * The search follows both sides back in time, newest check-in first, and ends at the first one
 * that both have reached. Asked about a check-in and itself, stock answers its parent; we answer
 * itself.
 */
export function commonAncestor(repo: Repo, query: PivotQuery): Rid | undefined {
  const search = new Search(repo)
  search.start(query.primary, fromPrimary)
  for (const rid of query.secondaries) search.start(rid, fromSecondary)
  const parentsOf = dbOf(repo).prepare<[Rid, number]>(
    `SELECT pid, coalesce((SELECT mtime FROM event WHERE objid = pid), 0)
       FROM plink WHERE cid = ? ${query.through === 'primary' ? 'AND isprim' : ''} ORDER BY pid`,
  )
  for (let next = search.newest(); next !== undefined; next = search.newest()) {
    if (next.sides === (fromPrimary | fromSecondary)) return next.rid
    for (const [pid, mtime] of parentsOf.all(next.rid)) search.reach(pid, mtime, next.sides)
  }
  return undefined
}

/** Check-ins reached so far, and those yet to be followed, as a heap: newest at the root. */
class Search {
  readonly #repo: Repo
  readonly #reached = new Map<Rid, Reached>()
  readonly #heap: Reached[] = []

  constructor(repo: Repo) {
    this.#repo = repo
  }

  /** Begins at a check-in. What is none, is ignored. */
  start(rid: Rid, side: number): void {
    const row = dbOf(this.#repo)
      .prepare<[number]>("SELECT mtime FROM event WHERE objid = ? AND type = 'ci'")
      .get(rid)
    if (row !== undefined) this.reach(rid, row[0], side)
  }

  /** Notes a check-in; one that is reached from a new side is followed (again). */
  reach(rid: Rid, mtime: number, sides: number): void {
    let found = this.#reached.get(rid)
    if (found === undefined) {
      found = { rid, mtime, sides: 0, isPending: false }
      this.#reached.set(rid, found)
    }
    if ((found.sides | sides) === found.sides) return
    found.sides |= sides
    if (!found.isPending) this.#push(found)
  }

  /** Takes the newest check-in that is yet to be followed. */
  newest(): Reached | undefined {
    const [top] = this.#heap
    const last = this.#heap.pop()
    if (top === undefined || last === undefined) return undefined
    if (top !== last) this.#sink(last)
    top.isPending = false
    return top
  }

  #push(item: Reached): void {
    item.isPending = true
    let at = this.#heap.push(item) - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = this.#heap[up]
      if (parent === undefined || !isNewer(item, parent)) break
      this.#heap[at] = parent
      at = up
    }
    this.#heap[at] = item
  }

  #sink(item: Reached): void {
    let at = 0
    for (;;) {
      const left = at * 2 + 1
      const [a, b] = [this.#heap[left], this.#heap[left + 1]]
      const child = a !== undefined && b !== undefined && isNewer(b, a) ? b : a
      if (child === undefined || !isNewer(child, item)) break
      this.#heap[at] = child
      at = child === a ? left : left + 1
    }
    this.#heap[at] = item
  }
}

function isNewer(a: Reached, b: Reached): boolean {
  return a.mtime > b.mtime || (a.mtime === b.mtime && a.rid > b.rid)
}
