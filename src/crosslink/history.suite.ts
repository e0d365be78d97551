/**
 * Made-up histories of a project: merges, cherry-picks, renames, delta manifests, tags of every
 * kind and commits of one second, as the artifacts that a peer may send. Plans are plain numbers,
 * so that fast-check makes a failing history small; {@link artifactsOf} turns one into artifacts.
 * @module
 */

import * as fc from 'fast-check'

import { utf8 } from '../base/bytes.ts'
import { formatDate } from '../deck/date.ts'
import type { CheckinDeck, Cherrypick, DeckFile, DeckTag } from '../deck/deck.ts'
import { compareAsBytes } from '../base/text.ts'
import type { ArtifactHash } from '../hash/artifact-hash.ts'
import { named, startMs } from '../repo/fixture.suite.ts'
import { type Artifact, artifact } from './order.suite.ts'

/** A check-in to make. Numbers count back from the newest, or choose from a list, modulo. */
export interface CheckinPlan {
  readonly kind: 'checkin'
  readonly isRoot: boolean
  readonly parents: readonly number[]
  readonly picks: readonly { readonly back: number; readonly isOut: boolean }[]
  readonly files: readonly FilePlan[]
  readonly branch: number | undefined
  /** The check-in that a delta manifest is laid over; undefined for a full one. */
  readonly baseline: number | undefined
  readonly tags: readonly TagPlan[]
  readonly stepMs: number
}

interface FilePlan {
  readonly action: 'write' | 'delete' | 'rename' | 'permit'
  readonly name: number
  readonly value: number
}

/** A control artifact to make. */
export interface ControlPlan {
  readonly kind: 'control'
  readonly tags: readonly TagPlan[]
  readonly stepMs: number
}

interface TagPlan {
  readonly target: number
  readonly action: '+' | '-' | '*'
  readonly name: string
  readonly value: number
}

export type Plan = readonly (CheckinPlan | ControlPlan)[]

/** Limits on what a history may hold. */
export interface HistoryLimits {
  readonly tagNames: readonly string[]
  readonly actions: readonly ('+' | '-' | '*')[]
  readonly steps: readonly number[]
  /**
   * Leaves out what stock derives by the order that it reads: tags on files and on control
   * artifacts, cherry-picks of files, two tags of one name on one check-in at one moment, tags
   * older than what their check-in inherits.
   */
  readonly isForStock: boolean
  readonly maxLength: number
}

/** Everything at once. */
export const anyHistory: HistoryLimits = {
  tagNames: [
    'branch',
    'sym-a',
    'bgcolor',
    'comment',
    'user',
    'date',
    'closed',
    'hidden',
    'note',
    // Twice, since little else is as likely to go wrong.
    'parent',
    'parent',
    'private',
    'cluster',
  ],
  actions: ['+', '-', '*'],
  steps: [0, 0, 1, 30, 500, 1500, 1999, 2000, 60_000, -700, -60_000],
  isForStock: false,
  maxLength: 10,
}

/** The histories that stock's rebuild takes as we do, but for what `stockLines` leaves out. */
export const stockHistory: HistoryLimits = {
  ...anyHistory,
  tagNames: ['branch', 'sym-a', 'bgcolor', 'comment', 'user', 'date', 'closed', 'hidden', 'note'],
  isForStock: true,
}

const back = fc.nat({ max: 5 })

function tagPlan({ tagNames, actions }: HistoryLimits): fc.Arbitrary<TagPlan> {
  return fc.record({
    target: fc.nat({ max: 7 }),
    action: fc.constantFrom(...actions),
    name: fc.constantFrom(...tagNames),
    value: fc.nat({ max: 11 }),
  })
}

function checkinPlan(limits: HistoryLimits): fc.Arbitrary<CheckinPlan> {
  return fc.record({
    kind: fc.constant('checkin' as const),
    isRoot: fc.nat({ max: 9 }).map((value) => value === 9),
    parents: fc.oneof(
      { weight: 3, arbitrary: fc.tuple(back) },
      { weight: 1, arbitrary: fc.array(back, { minLength: 1, maxLength: 3 }) },
    ),
    picks: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc.array(fc.record({ back, isOut: fc.boolean() }), { maxLength: 2 }),
      },
    ),
    files: fc.array(
      fc.record({
        action: fc.constantFrom('write', 'write', 'delete', 'rename', 'permit'),
        name: fc.nat({ max: 4 }),
        value: fc.nat({ max: 4 }),
      }),
      { maxLength: 3 },
    ),
    branch: fc.option(fc.nat({ max: 2 }), { nil: undefined, freq: 4 }),
    baseline: fc.option(back, { nil: undefined, freq: 3 }),
    tags: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.array(tagPlan(limits), { minLength: 1, maxLength: 2 }) },
    ),
    stepMs: fc.constantFrom(...limits.steps),
  })
}

/** Plans within `limits`. */
export function plans(limits: HistoryLimits): fc.Arbitrary<Plan> {
  const control: fc.Arbitrary<ControlPlan> = fc.record({
    kind: fc.constant('control' as const),
    tags: fc.array(tagPlan(limits), { minLength: 1, maxLength: 3 }),
    stepMs: fc.constantFrom(...limits.steps),
  })
  const { maxLength } = limits
  return fc.array(
    fc.oneof({ weight: 3, arbitrary: checkinPlan(limits) }, { weight: 1, arbitrary: control }),
    { minLength: 1, maxLength },
  )
}

/** A check-in that was made: what it says, and its files. */
interface Made extends Artifact {
  readonly deck: CheckinDeck
  readonly tree: ReadonlyMap<string, DeckFile>
  /** The line of primary parents. */
  readonly line: ReadonlySet<Made>
}

/** A tag of some check-in. */
interface Said {
  readonly action: DeckTag['action']
  readonly name: string
  readonly target: Made
  readonly dateMs: number
  readonly isOwn: boolean
}

function lineOf(parent: Made | undefined): Set<Made> {
  return parent === undefined ? new Set() : new Set([parent, ...parent.line])
}

/**
 * Tags that are not cancelled here: what they then leave in stock's `event` depends on which it
 * reads first.
 */
const plainNames: ReadonlySet<string> = new Set(['comment', 'user', 'date'])

const fileNames = ['a.txt', 'b.txt', 'dir/c.txt', 'dir/d.txt', 'ümlaut']
/** Some of them are structural themselves, as in a project that keeps manifests as files. */
const fileContents = [
  ...['one\n', 'two\n', 'three\n', `${'a line of many\n'.repeat(40)}end\n`].map(utf8),
  artifact({
    kind: 'wiki',
    dateMs: startMs,
    user: 'ann',
    wikiTitle: 'Kept',
    parents: [],
    content: 'as a file',
  }).content,
]
const fileArtifacts = fileContents.map((content) => ({ hash: named(content), content }))

/** The artifacts of a plan, in the order they were made, files first. */
export function artifactsOf(plan: Plan, limits: HistoryLimits): Artifact[] {
  const builder = new Builder(limits)
  for (const step of plan) builder.add(step)
  const all = new Map<string, Artifact>()
  for (const each of [...fileArtifacts, ...builder.artifacts]) all.set(each.hash, each)
  return [...all.values()]
}

class Builder {
  readonly artifacts: Artifact[] = []
  readonly #checkins: Made[] = []
  readonly #isForStock: boolean
  readonly #said: Said[] = []
  #nowMs = startMs

  constructor({ isForStock }: HistoryLimits) {
    this.#isForStock = isForStock
    this.#checkin({
      kind: 'checkin',
      isRoot: true,
      parents: [],
      picks: [],
      files: [0, 1, 2].map((name) => ({ action: 'write', name, value: name })),
      branch: undefined,
      baseline: undefined,
      tags: [],
      stepMs: 0,
    })
  }

  add(step: Plan[number]): void {
    this.#nowMs += step.stepMs
    if (step.kind === 'checkin') this.#checkin(step)
    else this.#control(step)
  }

  #control({ tags }: ControlPlan): void {
    const cards = this.#tags(tags)
    if (cards.length === 0) return
    this.artifacts.push(
      artifact({ kind: 'control', dateMs: this.#nowMs, user: 'bob', tags: cards }),
    )
  }

  #checkin(plan: CheckinPlan): void {
    const parents = plan.isRoot ? [] : [...new Set(plan.parents.map((count) => this.#made(count)))]
    const tree = applyFiles(parents[0]?.tree ?? new Map(), plan.files)
    const baseline = plan.baseline === undefined ? undefined : this.#made(plan.baseline)
    const isDelta = baseline !== undefined && parents.length > 0
    const picks = this.#picks(plan)
    const own = this.#branchTags(plan)
    const deck: CheckinDeck = {
      kind: 'checkin',
      ...(isDelta ? { baseline: baseline.hash } : {}),
      comment: `change ${this.artifacts.length} [${(picks[0] ?? parents[0])?.hash.slice(0, 10)}]`,
      dateMs: this.#nowMs,
      files: sorted(isDelta ? difference(baseline, tree) : [...tree.values()]),
      parents: parents.map(({ hash }) => hash),
      cherrypicks: picks.map(({ hash, isOut }): Cherrypick => {
        return { direction: isOut ? '-' : '+', target: hash }
      }),
      tags: [...own, ...this.#tags(plan.tags)],
      user: 'ann',
    }
    const made = { ...artifact(deck), deck, tree, line: lineOf(parents[0]) }
    for (const { action, name } of own) {
      this.#said.push({ action, name, target: made, dateMs: this.#nowMs, isOwn: true })
    }
    this.artifacts.push(made)
    this.#checkins.push(made)
  }

  #picks({ picks }: CheckinPlan): (Artifact & { isOut: boolean })[] {
    const targets = new Map<string, Artifact & { isOut: boolean }>()
    for (const { back: count, isOut } of picks) {
      const target = !this.#isForStock && count === 5 ? fileArtifacts[3] : this.#made(count)
      if (target !== undefined) targets.set(target.hash, { ...target, isOut })
    }
    return [...targets.values()]
  }

  #branchTags({ branch, isRoot }: CheckinPlan): DeckTag[] {
    const name = branch === undefined ? (isRoot ? 'trunk' : undefined) : `b${branch}`
    if (name === undefined) return []
    return [
      { action: '*', name: 'branch', target: '*', value: name },
      { action: '*', name: `sym-${name}`, target: '*' },
    ]
  }

  #tags(tags: readonly TagPlan[]): (DeckTag & { target: ArtifactHash })[] {
    const cards = tags.flatMap(({ target: count, action, name, value }) => {
      const target = this.#target(count)
      const card = { action, name, target: target.hash, ...this.#value(name, value) }
      return !('deck' in target) || this.#isClear({ action, name, target }) ? [card] : []
    })
    return [...new Map(cards.map((tag) => [`${tag.target} ${tag.name}`, tag])).values()]
  }

  #target(count: number): Artifact | Made {
    if (this.#isForStock || count < 6) return this.#made(count)
    return (count === 6 ? fileArtifacts[4] : this.artifacts.at(-1)) ?? this.#made(0)
  }

  /**
   * Tells whether a tag means the same in whatever order stock reads it; always true for ourselves.
   */
  #isClear(tag: Pick<Said, 'action' | 'name' | 'target'>): boolean {
    const { action, name, target } = tag
    if (this.#isForStock) {
      if (name === 'branch' ? action !== '*' : plainNames.has(name) && action === '-') return false
      const others = this.#said.filter((other) => other.name === name)
      for (const other of others) {
        const isTie = other.target === target && other.dateMs === this.#nowMs
        const isLate = target.line.has(other.target) && other.dateMs >= this.#nowMs
        const isEarly = other.target.line.has(target) && other.dateMs <= this.#nowMs
        if (isTie || (isLate && other.action === '*')) return false
        if (isEarly && action === '*' && !other.isOwn) return false
      }
    }
    this.#said.push({ ...tag, dateMs: this.#nowMs, isOwn: false })
    return true
  }

  #value(name: string, value: number): { value?: string } {
    if (name === 'parent') {
      const hashes = [value, value >> 1].map((count) => this.#made(count).hash)
      return { value: value === 0 ? 'nobody' : hashes.slice(value % 2).join(' ') }
    }
    if (name === 'date') {
      const odd = this.#isForStock ? ['2024-01-02', '2024-01-03'] : ['now', 'never']
      const dates = [...odd, formatDate(startMs + value * 500), '2024-01-02']
      return { value: dates[value % 4] ?? '' }
    }
    if (name === 'comment') return { value: `edited, see [${this.#made(value).hash}]` }
    return value === 0 ? {} : { value: `b${value % 3}` }
  }

  #made(count: number): Made {
    const { length } = this.#checkins
    const made = this.#checkins[length - 1 - (count % length)]
    if (made === undefined) throw new Error('there is a check-in before the first plan')
    return made
  }
}

function applyFiles(
  before: ReadonlyMap<string, DeckFile>,
  changes: readonly FilePlan[],
): Map<string, DeckFile> {
  const tree = new Map([...before].map(([name, file]) => [name, withoutRename(file)]))
  for (const { action, name: index, value } of changes) {
    const name = fileNames[index % fileNames.length] ?? ''
    const other = fileNames[value % fileNames.length] ?? ''
    const old = tree.get(name)
    const hash = fileArtifacts[value % fileArtifacts.length]?.hash
    if (action === 'delete') tree.delete(name)
    else if (action === 'write' && hash !== undefined) tree.set(name, { ...old, name, hash })
    else if (action === 'permit' && old !== undefined) {
      const permissions = ['x', 'l', 'w'][value % 3]
      tree.set(name, { ...old, ...(permissions === undefined ? {} : { permissions }) })
    } else if (action === 'rename' && old !== undefined && other !== name) {
      tree.delete(name)
      tree.set(other, { ...old, name: other, priorName: name })
    }
  }
  return tree
}

function withoutRename({ name, hash, permissions }: DeckFile): DeckFile {
  return {
    name,
    ...(hash === undefined ? {} : { hash }),
    ...(permissions === undefined ? {} : { permissions }),
  }
}

/** The F cards of a delta manifest. Where its baseline is one too, so are those that it shows. */
function difference({ deck }: Made, tree: ReadonlyMap<string, DeckFile>): DeckFile[] {
  const base = new Map(deck.files.map((file) => [file.name, file]))
  const gone = [...base.keys()].filter((name) => !tree.has(name)).map((name) => ({ name }))
  const changed = [...tree.values()].filter((file) => {
    const old = base.get(file.name)
    return old?.hash !== file.hash || old?.permissions !== file.permissions
  })
  return [...gone, ...changed]
}

function sorted(files: readonly DeckFile[]): DeckFile[] {
  return [...files].sort((a, b) => compareAsBytes(a.name, b.name))
}
