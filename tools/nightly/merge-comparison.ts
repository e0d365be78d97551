/**
 * A merge of ours beside one of stock's: the same files and the same conflicts, but for the points
 * that docs/divergences.md lists. Each of those is told apart by the three versions of a file, and
 * what stock does there is checked as well, unless it depends on the order of its rows.
 * @module
 */

import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import {
  type ArtifactHash,
  type CheckinFile,
  checkinFiles,
  type planMerge,
  readArtifact,
  type Repo,
} from 'trilobite'
import { ancestors } from 'trilobite/history'

import type { StockMerge, TreeFile } from './stock-merge.ts'

type MergePlan = ReturnType<typeof planMerge>
type Conflict = MergePlan['conflicts'][number]
type Merged = MergePlan['files'][number]

/** Points in which a merge differs from stock's on purpose. */
export type Point =
  | 'deleted'
  | 'renamed'
  | 'name'
  | 'permission'
  | 'no pivot'
  | 'last newline'
  | 'executable'
  | 'names'
  | 'alike'
  | 'link'

/** A comparison. */
export interface MergeComparison {
  /** Differences that should not be, a sentence each. */
  readonly failures: readonly string[]
  /** The points that came up, one for each file. */
  readonly points: readonly Point[]
  /** Files that stock merged, or could not merge, as we do. */
  readonly conflicts: number
}

/** Compares a plan with what stock did. */
export function compareMerge(repo: Repo, plan: MergePlan, stock: StockMerge): MergeComparison {
  const comparing = new Comparing(repo, plan, stock)
  comparing.compareFiles()
  comparing.compareConflicts()
  return comparing
}

class Comparing implements MergeComparison {
  readonly failures: string[] = []
  readonly points: Point[] = []
  conflicts = 0
  readonly #repo: Repo
  readonly #plan: MergePlan
  readonly #stock: StockMerge
  /** The files as stock leaves them, if it does as we do, and at the points as we say it does. */
  readonly #expected = new Map<string, TreeFile>()
  /** Names about which stock does one thing or another. */
  readonly #unknown = new Set<string>()
  readonly #inConflict = new Set<string>()
  readonly #isOffLine: boolean
  /** The files of the target, and of the source. */
  readonly #sides: readonly ReadonlyMap<string, CheckinFile>[]

  constructor(repo: Repo, plan: MergePlan, stock: StockMerge) {
    this.#repo = repo
    this.#plan = plan
    this.#stock = stock
    const { files, conflicts } = plan
    this.#sides = [plan.target, plan.source].map((checkin) => checkinFiles(repo, checkin))
    const sides = plan.kind === 'backout' ? [plan.target] : [plan.target, plan.source]
    this.#isOffLine = !sides.every((checkin) =>
      ancestors(repo, checkin, { through: 'primary' }).includes(plan.pivot),
    )
    for (const [name, { hash, permission }] of checkinFiles(repo, plan.target)) {
      this.#expected.set(name, { content: this.#read(hash), permission })
    }
    for (const { target } of [...files, ...conflicts]) this.#expected.delete(target?.name ?? '')
    for (const file of files) this.#expect(file)
    const byFile = Map.groupBy(conflicts, (c) => `${c.target?.name}/${c.source?.name}`)
    for (const about of byFile.values()) this.#expectConflicts(about)
  }

  compareFiles(): void {
    const names = new Set([...this.#expected.keys(), ...this.#stock.files.keys()])
    for (const name of [...names].filter((each) => !this.#unknown.has(each)).sort()) {
      const [ours, theirs] = [this.#expected.get(name), this.#stock.files.get(name)]
      if (this.#isUnseen(name) && !isDeepStrictEqual(ours, theirs)) this.points.push('names')
      else if (ours === undefined && this.#isLinked(name)) this.points.push('link')
      else if (ours === undefined || theirs === undefined) {
        this.failures.push(`only ${ours === undefined ? 'stock' : 'we'} have ${name}`)
      } else this.#compareFile(name, ours, theirs)
    }
  }

  compareConflicts(): void {
    const theirs = new Set([...this.#stock.conflicts, ...this.#stock.withoutPivot])
    for (const name of new Set([...this.#inConflict, ...theirs])) {
      if (this.#unknown.has(name)) continue
      if (this.#inConflict.has(name) && theirs.has(name)) this.conflicts++
      else if (this.#isUnseen(name)) this.points.push('names')
      else if (this.#stock.conflicts.has(name) && this.#isAlike(name)) this.points.push('alike')
      // Both sides added the very same file.
      else if (this.#stock.withoutPivot.has(name)) this.points.push('no pivot')
      else
        this.failures.push(`only ${theirs.has(name) ? 'stock' : 'we'} find a conflict in ${name}`)
    }
  }

  #compareFile(name: string, ours: TreeFile, theirs: TreeFile): void {
    if (ours.permission !== theirs.permission) {
      if (this.#mayForget(name)) this.points.push('executable')
      else this.failures.push(`${name}: ${ours.permission} here, ${theirs.permission} in stock`)
    }
    if (ours.content.equals(theirs.content)) return
    if (withoutEnds(ours.content) === withoutEnds(theirs.content) && this.#isSomeFileCut()) {
      this.points.push('last newline')
    } else {
      const texts = `${shown(ours.content)}, stock ${shown(theirs.content)}`
      this.failures.push(`${name} is another: ${texts}`)
    }
  }

  /**
   * Tells whether stock may miss that a file has another name on a side: it does where the pivot
   * is on another line than that side, or another file has got the name.
   */
  #isUnseen(name: string): boolean {
    return [...this.#plan.files, ...this.#plan.conflicts].some((file) => {
      const { pivot, target, source } = file
      const versions = [pivot, target, source].filter((each) => each !== undefined)
      const names = new Set(versions.map((each) => each.name))
      if (names.size < 2 || (!names.has(name) && file.name !== name)) return false
      const isUsedAgain = [target, source].some((side, at) => {
        const isElsewhere = pivot !== undefined && side?.name !== pivot.name
        return isElsewhere && this.#sides[at]?.has(pivot.name) === true
      })
      return this.#isOffLine || isUsedAgain
    })
  }

  /** Tells whether a link leads here: stock copies a file that gets the link's name through it. */
  #isLinked(name: string): boolean {
    const links = this.#sides.flatMap((files) => [...files.values()])
    return links
      .filter(({ permission }) => permission === 'symlink')
      .some((link) => posix.join(link.name, '..', this.#read(link.hash).toString()) === name)
  }

  /** Stock does not see that both sides made the same of a link or of a binary file. */
  #isAlike(name: string): boolean {
    const [target, source] = this.#sides
    const hash = target?.get(name)?.hash
    return hash !== undefined && [...(source?.values() ?? [])].some((file) => file.hash === hash)
  }

  /** Stock gives what it merges or renames the permission of the source, changed there or not. */
  #mayForget(name: string): boolean {
    const file = this.#plan.files.find((each) => each.name === name)
    if (file !== undefined) {
      const isTouched = file.change === 'merged' || file.target?.name !== name
      return isTouched && file.permission === file.target?.permission
    }
    const conflict = this.#plan.conflicts.find((c) => c.name === name)
    // What both made alike is merged by stock, too.
    if (conflict === undefined) return this.#isAlike(name)
    return conflict.kind === 'symlink' || conflict.permission === conflict.target?.permission
  }

  /** Tells whether a file of the three trees does not end in a newline. */
  #isSomeFileCut(): boolean {
    const { pivot, source, target } = this.#plan
    return [pivot, source, target].some((checkin) =>
      checkinFiles(this.#repo, checkin)
        .values()
        .map(({ hash }) => this.#read(hash))
        .some((content) => content.length > 0 && content.at(-1) !== 10),
    )
  }

  #expect(file: Merged): void {
    const { name, change, content, hash, permission, pivot, target, source } = file
    if (change === 'deleted') return
    if (change === 'merged' && pivot === undefined && target && source) {
      this.#expectNoPivot(target, source)
      return
    }
    const bytes = content ?? (hash && this.#read(hash)) ?? []
    this.#expected.set(name, { content: Buffer.from(bytes), permission })
  }

  /** Stock leaves a file that both sides added as the target has it, and says so. */
  #expectNoPivot(target: CheckinFile, source: CheckinFile): void {
    const { name, hash, permission } = target
    this.points.push('no pivot')
    this.#inConflict.add(source.name)
    this.#expected.set(name, { content: this.#read(hash), permission })
  }

  /** All conflicts of one file. */
  #expectConflicts(about: readonly Conflict[]): void {
    const kinds = about.map(({ kind }) => kind)
    const [{ name, permission, pivot, target, source, merged } = assert.fail()] = about
    // A link, of which only one side changed the content.
    const isTorn = target?.hash === pivot?.hash || source?.hash === pivot?.hash
    const isOpen = kinds.includes('symlink') && isTorn ? 'permission' : openKind(kinds)
    if (isOpen !== undefined) {
      this.points.push(isOpen)
      for (const each of [name, target?.name, source?.name]) if (each) this.#unknown.add(each)
      return
    }
    // Stock deletes the file, on whatever side it was changed.
    if (kinds.includes('deleted')) this.points.push('deleted')
    if (target === undefined || source === undefined) return
    const own = { content: this.#read(target.hash), permission: target.permission }
    const content = about.find(({ kind }) => kind !== 'renamed')
    if (kinds.includes('renamed')) this.points.push('renamed')
    if (content !== undefined && pivot === undefined) {
      this.#expectNoPivot(target, source)
      return
    }
    if (content !== undefined) this.#inConflict.add(target.name)
    const marked = content?.marked ?? merged?.content ?? (merged?.hash && this.#read(merged.hash))
    const bytes = marked === undefined ? own.content : Buffer.from(marked)
    const isLink = content?.kind === 'symlink'
    const settled = isLink ? own.permission : permission
    this.#expected.set(name, { content: bytes, permission: settled })
  }

  #read(hash: ArtifactHash): Buffer {
    return Buffer.from(readArtifact(this.#repo, hash))
  }
}

/** Conflicts for which stock has no rule. */
function openKind(kinds: readonly Conflict['kind'][]): 'name' | 'permission' | undefined {
  return (['name', 'permission'] as const).find((kind) => kinds.includes(kind))
}

/** Bytes as text without the ends of lines. */
function withoutEnds(content: Buffer): string {
  return content.toString('latin1').replaceAll(/[\r\n]/g, '')
}

function shown(content: Buffer): string {
  return JSON.stringify(content.toString('latin1').slice(0, 300))
}
