/**
 * Files that each check-in changed, worked out the plain way: the trees of both, name by name. An
 * oracle for `mlink`; it shares no code with crosslinking, nor with the parser of decks.
 *
 * The rules are those of fossil src/manifest.c:1503-1930, add_mlink and what is around it:
 *
 * - A check-in without parents brings in all that its own F cards name, and is compared with none.
 * - Else it is compared with its primary parent, where that can be read; and on the files that
 *   differ there, with its other parents and with those it took changes from (`isaux`).
 * - Of two trees, stock looks at all names where the child has a full manifest. Where it has a
 *   delta manifest, it looks at the names that this has cards for, and at those that the parent's
 *   delta manifest has cards for, which the child leaves to its baseline. It tells of the latter
 *   even where nothing differs.
 * - A file that is gone in the parent's delta manifest, and that the child's names again, is told
 *   of twice.
 * - `pid` is -1 where a merge brought the file in: it is new as against this parent, and there are
 *   fewer rows for it than parents and check-ins that changes were taken from.
 *
 * Stock's rows also depend on what came first; ours do not: what is compared is what is held.
 * @module
 */

import { isShunned } from '../../repo/blob.ts'
import { dbOf, type Repo } from '../../repo/repo.ts'
import { type ExpectedParent, expectedOf } from './expected.ts'
import { type OwnCheckin, type OwnFile, type OwnFiles, readOwnFiles } from './own-statements.ts'

/** The name of an artifact; a number stands for none, or for a rid that is nobody's. */
type Name = string | number

/** A row of `mlink`, by names. */
interface FileRow {
  readonly mid: Name
  readonly fid: Name
  readonly pmid: Name
  readonly pid: Name
  /** Undefined if the file has none. */
  readonly name: string | undefined
  readonly priorName: Name
  readonly permission: number
  readonly isAux: boolean
}

/** A row as text, in which tables are compared. */
export function fileLine(row: FileRow): string {
  const { mid, fid, pmid, pid, name, priorName, permission, isAux } = row
  const now = `${JSON.stringify(name)} of ${mid} is ${fid}, permission ${permission}`
  const before = `was ${pid} in ${pmid}${isAux ? ' (aux)' : ''}`
  return `${now}; ${before}${priorName === 0 ? '' : ` as ${JSON.stringify(priorName)}`}`
}

type Checkins = ReadonlyMap<string, OwnCheckin>

/** The other check-ins with which one check-in is compared. */
interface Comparison {
  readonly mid: string
  readonly primary: string | undefined
  readonly isPrimaryHere: boolean
  /** Its other parents, and what it took changes from: those that can be read, once each. */
  readonly others: readonly string[]
  /** Parents and picked check-ins, be they here or not. */
  readonly links: number
  /** It has no parents to be compared with, and says so. */
  readonly isFirst: boolean
}

/** The rows of each check-in, worked out for it when what it is compared with has changed. */
const known = new WeakMap<Repo, { shunned: string; lines: Map<string, Known> }>()

interface Known {
  readonly comparison: string
  readonly lines: readonly string[]
}

/** The rows of all check-ins, as {@link fileLine} shows them. */
export function expectedFiles(repo: Repo, checkins: Checkins): string[] {
  const shunned = dbOf(repo)
    .prepare<[string | null]>('SELECT group_concat(uuid) FROM (SELECT uuid FROM shun ORDER BY 1)')
    .get()
  const before = known.get(repo)
  const fresh = { shunned: String(shunned?.[0]), lines: new Map<string, Known>() }
  const earlier = before?.shunned === fresh.shunned ? before.lines : fresh.lines
  const trees = new Trees(repo, checkins)
  for (const [mid, checkin] of checkins) {
    const compared = comparisonOf(repo, checkins, mid, checkin)
    const comparison = JSON.stringify(compared)
    const same = earlier.get(mid)
    const lines =
      same?.comparison === comparison ? same.lines : rowsOf(repo, trees, compared).map(fileLine)
    fresh.lines.set(mid, { comparison, lines })
  }
  known.set(repo, fresh)
  return [...fresh.lines.values()].flatMap(({ lines }) => lines)
}

function comparisonOf(
  repo: Repo,
  checkins: Checkins,
  mid: string,
  { picks, namesParents }: OwnCheckin,
): Comparison {
  const parents = parentsOf(repo).get(mid) ?? []
  const primary = parents.find(({ isPrimary }) => isPrimary)?.hash
  const merged = parents.filter(({ isPrimary }) => !isPrimary).map(({ hash }) => hash)
  const picked = picks.filter(({ isExclude }) => !isExclude).map(({ target }) => target)
  const others = [...new Set<string>([...merged, ...picked])]
  return {
    mid,
    primary,
    isPrimaryHere: primary !== undefined && checkins.has(primary),
    others: others.filter((each) => each !== primary && each !== mid && checkins.has(each)),
    links: 1 + merged.length + picked.length,
    isFirst: primary === undefined && !namesParents,
  }
}

/** Parents as `plink` must have them: a tag may have given a check-in others than it names. */
function parentsOf(repo: Repo): ReadonlyMap<string, readonly ExpectedParent[]> {
  return expectedOf(repo).parents
}

function rowsOf(repo: Repo, trees: Trees, compared: Comparison): FileRow[] {
  const { mid, primary, others, links, isFirst } = compared
  const child = trees.of(mid)
  if (child === undefined) return []
  const named = (hash: string | undefined): string | 0 =>
    hash === undefined || isShunned(repo, hash) ? 0 : hash
  const against = (pmid: string): Change[] => {
    const parent = trees.of(pmid)
    return parent === undefined ? [] : changesBetween(parent, child).map((to) => ({ ...to, pmid }))
  }
  const changes = primary === undefined ? (isFirst ? firstFiles(child) : []) : against(primary)
  const names = new Set(changes.map(({ name }) => name))
  const further = primary === undefined ? [] : others.flatMap(against)
  const all = [...changes, ...further.filter(({ name }) => names.has(name))]
  const told = Map.groupBy(all, ({ name }) => name)
  return all.map(({ name, priorName, before, after, permission, pmid }) => {
    const pid = named(before)
    const isBroughtIn = pid === 0 && pmid !== 0 && (told.get(name)?.length ?? 0) < links
    return {
      mid,
      fid: named(after),
      pmid,
      pid: isBroughtIn ? -1 : pid,
      name,
      priorName: priorName ?? 0,
      permission,
      isAux: pmid !== 0 && pmid !== primary,
    }
  })
}

interface Difference {
  readonly name: string
  readonly priorName: string | undefined
  readonly before: string | undefined
  readonly after: string | undefined
  readonly permission: number
}

interface Change extends Difference {
  readonly pmid: string | 0
}

/** The files of a check-in. */
interface Tree {
  /** F cards. */
  readonly own: OwnFiles
  /** All files that there are. */
  readonly files: OwnFiles
  readonly isDelta: boolean
}

function firstFiles({ own }: Tree): Change[] {
  return [...own].map(([name, { hash, permission }]) => {
    return { name, priorName: undefined, before: undefined, after: hash, permission, pmid: 0 }
  })
}

function changesBetween(parent: Tree, child: Tree): Difference[] {
  const names = child.isDelta
    ? new Set([...child.own.keys(), ...(parent.isDelta ? parent.own.keys() : [])])
    : new Set([...child.own.keys(), ...parent.files.keys()])
  return [...names].flatMap((name) => {
    const isNamed = !child.isDelta || child.own.has(name)
    const isLeft = child.isDelta && parent.isDelta && isLeftByChild(name, parent, child)
    return [
      ...(isNamed ? namedChange(name, parent, child) : []),
      ...(isLeft ? leftChange(name, parent, child) : []),
    ]
  })
}

/** The effect on a name of a card of the child's, or of the lack of one in a full manifest. */
function namedChange(name: string, parent: Tree, child: Tree): Difference[] {
  const prior = child.own.get(name)?.priorName
  const priorName = prior !== undefined && parent.files.has(prior) ? prior : undefined
  // A rename of what was not there is a new file, whatever had its name.
  const before = prior === undefined || priorName !== undefined ? (priorName ?? name) : undefined
  const was = before === undefined ? undefined : parent.files.get(before)
  const is = child.files.get(name)
  const isSame = was?.hash === is?.hash && was?.permission === is?.permission
  return isSame && prior === undefined ? [] : [difference(name, was, is, priorName)]
}

/** Tells whether stock looks for a name that the parent's delta manifest has a card for. */
function isLeftByChild(name: string, parent: Tree, child: Tree): boolean {
  const card = parent.own.get(name)
  const isRead = card !== undefined && (card.hash === undefined || !child.own.has(name))
  return isRead && child.files.has(name)
}

function leftChange(name: string, parent: Tree, child: Tree): Difference[] {
  return [difference(name, parent.files.get(name), child.files.get(name), undefined)]
}

function difference(
  name: string,
  was: OwnFile | undefined,
  is: OwnFile | undefined,
  priorName: string | undefined,
): Difference {
  const permission = is?.permission ?? 0
  return { name, priorName, before: was?.hash, after: is?.hash, permission }
}

/** The number of trees kept at a time: lines of check-ins are compared with each other. */
const mostTrees = 100

/** Trees of check-ins, read when they are asked for. */
class Trees {
  readonly #repo: Repo
  readonly #checkins: Checkins
  readonly #kept = new Map<string, Tree>()

  constructor(repo: Repo, checkins: Checkins) {
    this.#repo = repo
    this.#checkins = checkins
  }

  /** The files of a check-in; undefined if it cannot be read. */
  of(hash: string): Tree | undefined {
    const kept = this.#kept.get(hash)
    const checkin = this.#checkins.get(hash)
    if (kept !== undefined || checkin === undefined) return kept
    const own = readOwnFiles(this.#repo, checkin)
    const isDelta = checkin.baseline !== undefined
    const files = new Map(isDelta ? this.#baseline(checkin.baseline).entries() : [])
    for (const [name, file] of own) {
      if (file.hash === undefined) files.delete(name)
      else files.set(name, file)
    }
    const tree = { own, files, isDelta }
    if (this.#kept.size >= mostTrees) this.#kept.clear()
    this.#kept.set(hash, tree)
    return tree
  }

  /** A baseline is a full manifest: nobody writes a delta manifest against another. */
  #baseline(hash: string | undefined): OwnFiles {
    return (hash === undefined ? undefined : this.of(hash)?.files) ?? new Map()
  }
}
