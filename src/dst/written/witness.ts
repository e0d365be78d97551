/**
 * Witness of what operations write: it works out what each is to write before it is carried out,
 * and looks afterwards whether that is there, and nothing else.
 * @module
 */

import { noBuggify } from '../../base/env.ts'
import { FossilError } from '../../base/error.ts'
import type { Repo } from '../../repo/repo.ts'
import type { AskedOperation, Made, Watch } from '../operations/operation.ts'
import type { Finding } from '../world.ts'
import { artifactOf, type Card, difference, kindOf, readCards } from './cards.ts'
import { type Forecast, forecasts } from './forecasts.ts'
import { type ExpectedArtifact, Holdings, type KnownCards } from './holdings.ts'
import { rowOf, rowProblem } from './unversioned.ts'

/** Stands for the id of a ticket or note that is begun, until it is known. */
const unknownId = '~'

/** Operations that report what is new and nothing else. */
const tellsNew: ReadonlySet<string> = new Set([
  'begin',
  'checkin',
  'draft',
  'variant',
  'merge',
  'cherrypick',
  'rename',
  'guardedCheckin',
  'series',
  'burst',
])

/** An operation under way. */
interface Asked {
  readonly name: string
  readonly context: AskedOperation
  readonly holdings: Holdings
  readonly before: Before
  /** Undefined if it cannot be. */
  readonly wanted: readonly Wanted[] | undefined
  /** The reason why nobody knows what it is to write. */
  readonly riddle: string | undefined
}

interface Wanted extends ExpectedArtifact {
  readonly hash: string
  readonly wasHeld: boolean
}

/** A repository before an operation. */
interface Before {
  readonly lastRid: number
  readonly phantoms: readonly number[]
  /** Names that others hold in public: their content is public here, too, whoever writes it. */
  readonly publicNames: ReadonlySet<string>
  /** The last row of each table that operations write to. */
  readonly lastRows: string
}

/** Operations of one run that wrote something else than they were asked for. */
export class WrittenWitness {
  readonly miswritten: Finding[] = []
  readonly #known: KnownCards = new Map()

  /** An operation is about to be carried out. */
  watch(name: string, context: AskedOperation): Watch {
    const { id, repo } = context
    const forecast = forecasts.get(name)
    const look = (at: () => string | undefined): void => {
      const problem = quietly(repo, at)
      if (problem !== undefined) this.miswritten.push({ nodeId: id, detail: `${name}: ${problem}` })
    }
    if (forecast !== undefined) {
      const asked = quietly(repo, () => this.#ask(name, context, forecast))
      return {
        isDone: (made) => look(() => problemOf(asked, made)),
        cameToNothing: (error) => look(() => leftBy(asked) ?? refusalOf(asked, error)),
      }
    }
    if (name !== 'uvWrite' && name !== 'uvDelete') return unwatched
    const holdings = new Holdings(repo, this.#known)
    const row = quietly(repo, () => rowOf(context, holdings, name === 'uvDelete'))
    const fileName = context.args.text('name')
    return { ...unwatched, isDone: () => look(() => rowProblem(fileName, row, holdings)) }
  }

  #ask(name: string, context: AskedOperation, forecast: Forecast): Asked {
    const holdings = new Holdings(context.repo, this.#known)
    const common = { name, context, holdings, before: beforeOf(holdings) }
    try {
      const future = new Holdings(context.repo, this.#known)
      const wanted = forecast(context, future, unknownId)?.map((artifact): Wanted => {
        const hash = future.writtenName(artifact.content)
        return { ...artifact, hash, wasHeld: holdings.holds(hash) }
      })
      return { ...common, wanted, riddle: undefined }
    } catch (error) {
      const riddle = error instanceof Error ? error.message : String(error)
      return { ...common, wanted: undefined, riddle }
    }
  }
}

const unwatched: Watch = { isDone: () => {}, cameToNothing: () => {} }

/** Looks at a repository: no fault strikes, and nothing counts as reached. */
function quietly<T>(repo: Repo, look: () => T): T {
  const { env } = repo
  const { clock, random } = env
  repo.env = { clock, random, buggify: noBuggify }
  try {
    return look()
  } finally {
    repo.env = env
  }
}

/** Tables that grow where an artifact is written. */
const growing = [
  'blob',
  'delta',
  'phantom',
  'private',
  'unsent',
  'event',
  'tagxref',
  'plink',
  'mlink',
  'leaf',
  'attachment',
  'ticket',
]

const lastRowsSql = `SELECT json_array(${growing
  .map((table) => `(SELECT max(rowid) FROM ${table})`)
  .join(', ')})`

const publicPhantomsSql = `SELECT uuid FROM phantom JOIN blob USING(rid)
  WHERE NOT EXISTS(SELECT 1 FROM private WHERE private.rid = blob.rid)`

function beforeOf(holdings: Holdings): Before {
  return {
    lastRid: Number(holdings.value('SELECT max(rid) FROM blob') ?? 0),
    phantoms: holdings.rows('SELECT rid FROM phantom').map(([rid]) => Number(rid)),
    publicNames: new Set(holdings.rows(publicPhantomsSql).map(([hash]) => String(hash))),
    lastRows: holdings.text(lastRowsSql) ?? '',
  }
}

/** Something that an operation left behind which was refused or came to nothing. */
function leftBy({ holdings, before }: Asked): string | undefined {
  const lastRows = holdings.text(lastRowsSql) ?? ''
  if (lastRows === before.lastRows) return undefined
  const told = `${lastRows}, which were ${before.lastRows}`
  return `came to nothing, and left rows: the last of ${growing.join(', ')} are ${told}`
}

/** Something that can be, and was not done though no fault and no ban prevented it. */
function refusalOf({ wanted }: Asked, error: unknown): string | undefined {
  if (wanted === undefined) return undefined
  if (FossilError.is(error, 'repo.io') || FossilError.is(error, 'artifact.shunned'))
    return undefined
  return `came to nothing, and can be: ${error instanceof Error ? error.message : 'no error'}`
}

/** The first thing that is not as it was asked for. */
function problemOf(asked: Asked, { artifacts = [], subject }: Made): string | undefined {
  const { name, holdings, before } = asked
  const fresh = newSince(holdings, before)
  if (asked.wanted === undefined) {
    if (asked.riddle === undefined && fresh.length === 0) return undefined
    return `was acknowledged, and cannot be${asked.riddle === undefined ? '' : `: ${asked.riddle}`}`
  }
  const wanted = asked.wanted.map((each) => identified(holdings, each, subject ?? ''))
  const lacking = wanted.find(({ hash }) => !holdings.holds(hash))
  const added = fresh.find((hash) => !wanted.some((each) => each.hash === hash))
  if (added !== undefined) return comparison(holdings, added, wanted)
  if (lacking !== undefined) return `${nameOf(lacking)} is not there`
  const untold = fresh.find((hash) => !artifacts.some((each) => each === hash))
  if (untold !== undefined) return `${untold} is new, and was not reported`
  const odd = artifacts.find(
    (hash) =>
      !wanted.some((each) => each.hash === hash) || (tellsNew.has(name) && !fresh.includes(hash)),
  )
  if (odd !== undefined) return `${odd} was reported as new`
  return privacyProblem(
    holdings,
    wanted,
    fresh.filter((hash) => !before.publicNames.has(hash)),
  )
}

/** The same with the id that a ticket or note was given. */
function identified(holdings: Holdings, wanted: Wanted, id: string): Wanted {
  if (!wanted.content.includes(unknownId.charCodeAt(0)) || !/^[0-9a-f]{40}$/.test(id)) return wanted
  const cards = readCards(wanted.content).map(([letter, ...args]): Card => {
    const isNamed = letter === 'K' || letter === 'E'
    return [letter, ...(isNamed ? args.map((arg) => (arg === unknownId ? id : arg)) : args)]
  })
  const content = artifactOf(cards)
  return { ...wanted, content, hash: holdings.nameOf(content), wasHeld: false }
}

/** Artifacts that were not here before. */
function newSince(holdings: Holdings, { lastRid, phantoms }: Before): string[] {
  return holdings
    .rows(
      `SELECT uuid FROM blob WHERE size >= 0
          AND (rid > ? OR rid IN (SELECT value FROM json_each(?))) ORDER BY rid`,
      lastRid,
      JSON.stringify(phantoms),
    )
    .map(([hash]) => String(hash))
}

/** An artifact that was not asked for, compared with the one that it stands for. */
function comparison(holdings: Holdings, added: string, wanted: readonly Wanted[]): string {
  const cards = holdings.maybeCards(added)
  if (cards === undefined) return `${added} is no artifact that was asked for, nor a file`
  const kind = kindOf(cards)
  const [meant] = wanted.flatMap(({ hash, content }) => {
    const others = maybeCards(content)
    return others !== undefined && kindOf(others) === kind && !holdings.holds(hash) ? [others] : []
  })
  if (meant === undefined) return `${added}, a ${kind}, was not asked for`
  return `${added}, a ${kind}, ${difference(meant, cards)}`
}

function maybeCards(content: Uint8Array): readonly Card[] | undefined {
  try {
    return readCards(content)
  } catch {
    return undefined
  }
}

function nameOf({ hash, content }: Wanted): string {
  const cards = maybeCards(content)
  return cards === undefined ? `${hash}, a file,` : `${hash}, a ${kindOf(cards)},`
}

/**
 * Finds artifacts with the wrong privacy: new ones are private where that was asked for, and public
 * ones name no private file.
 */
function privacyProblem(
  holdings: Holdings,
  wanted: readonly Wanted[],
  fresh: readonly string[],
): string | undefined {
  for (const each of wanted) {
    const isPrivate = holdings.isPrivate(each.hash)
    if (isPrivate && !each.isPrivate) return `${nameOf(each)} is private`
    if (!isPrivate && each.isPrivate && fresh.includes(each.hash)) {
      // The same content may have been asked for in public as well.
      const isAlsoPublic = wanted.some(
        ({ hash, ...other }) => hash === each.hash && !other.isPrivate,
      )
      if (!isAlsoPublic) return `${nameOf(each)} is public`
    }
  }
  if (!holdings.has('SELECT 1 FROM private')) return undefined
  const open = wanted.filter((each) => !each.isPrivate)
  const files = open.flatMap(({ content }) =>
    (maybeCards(content) ?? []).flatMap(([letter, , file]) => (letter === 'F' ? (file ?? []) : [])),
  )
  const kept = files.find((hash) => holdings.isPrivate(hash))
  return kept === undefined ? undefined : `${kept}, a file of a public check-in, is private`
}
