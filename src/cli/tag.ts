/**
 * `trilobite tag`: names and properties of artifacts that exist.
 * Source: fossil src/tag.c tag_cmd.
 * @module
 */

import { type Command, Option } from 'commander'
import { artifactInfo, type ArtifactInfo, tagNames, timeline } from '../history/index.ts'
import { addTag, cancelTag } from '../index.ts'
import { type AuthorOptions, authorOf, withAuthor } from './author.ts'
import { type DryRunOptions, dryRunOption, printWritten, writeOne } from './dry-run.ts'
import { kindNamed, kindsByLetter } from './timeline.ts'
import { entriesText, entryFields, isoTime } from './timeline-text.ts'
import { findArtifact } from './lookup.ts'
import { jsonOption, outputWidth } from './look-back-options.ts'
import { printEither, shownName, visibleLine } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'
import { integer } from './option-values.ts'

type Tag = ArtifactInfo['tags'][number]

interface ChangeOptions extends AuthorOptions, DryRunOptions {
  readonly raw?: boolean
  readonly propagate?: boolean
  readonly json?: boolean
}

interface ListOptions {
  readonly raw?: boolean
  readonly prefix?: string
  readonly json?: boolean
}

interface FindOptions {
  readonly raw?: boolean
  readonly type?: string
  readonly limit?: number
  readonly json?: boolean
}

/** Adds `tag` to the program. */
export function addTagCommand(program: Command): void {
  const tag = program
    .command('tag')
    .description('give artifacts names and properties, take them away and list them')
  addWriters(program, tag)
  tag
    .command('ls', { isDefault: true })
    .alias('list')
    .description('list the tags in use, or those of one artifact')
    .argument('[artifact]', 'an artifact, by any name; by default all tags are listed')
    .option('--raw', 'show names as they stand: those that people give begin with "sym-"')
    .option('--prefix <text>', 'list only raw names with this prefix, and leave it out')
    .option(...jsonOption)
    .action(async (name: string | undefined, options: ListOptions) => {
      await (name === undefined ? listAll(program, options) : listOf(program, name, options))
    })
  tag
    .command('find')
    .description('list the artifacts that bear a tag, the latest first')
    .argument('<tag>', 'the name of the tag')
    .option('--raw', 'the name as it stands, such as bgcolor')
    .addOption(
      new Option('-t, --type <type>', 'only this: ci, w, e, f, t or g, or the word for it').choices(
        ['ci', 'w', 'e', 'f', 't', 'g', ...Object.values(kindsByLetter)],
      ),
    )
    .option('-n, --limit <n>', 'at most so many', integer('--limit', { min: 1 }))
    .option(...jsonOption)
    .action((name: string, options: FindOptions) => findTagged(program, name, options))
}

function addWriters(program: Command, tag: Command): void {
  const add = tag
    .command('add')
    .description('add a tag to an artifact')
    .argument('<tag>', 'the name of the tag')
    .argument('<artifact>', 'a check-in, page, ticket, technote or post')
    .argument('[value]', 'makes a property of it')
    .option('--raw', 'the name as it stands, such as bgcolor')
    .option('--propagate', 'give it to the descendants, too')
    .option(...dryRunOption)
    .option(...jsonOption)
  withAuthor(add).action(
    (name: string, artifact: string, value: string | undefined, options: ChangeOptions) => {
      using repo = openWhole(repositoryPath(program))
      const target = findArtifact(repo, artifact)
      const { raw = false, propagate = false } = options
      const wanted = { target, name, isRaw: raw, propagates: propagate }
      const given = value === undefined ? wanted : { ...wanted, value }
      const written = writeOne(repo, options, () => addTag(repo, given, authorOf(repo, options)))
      const fields = { tag: name, target, value: value ?? null, propagates: propagate }
      const done = `${target} is tagged ${visibleLine(name)}`
      printWritten(options, { written, fields, done, idle: done })
    },
  )
  const cancel = tag
    .command('cancel')
    .description('take a tag from an artifact and from its descendants')
    .argument('<tag>', 'the name of the tag')
    .argument('<artifact>', 'the artifact to which it was added')
    .option('--raw', 'the name as it stands, such as bgcolor')
    .option(...dryRunOption)
    .option(...jsonOption)
  withAuthor(cancel).action((name: string, artifact: string, options: ChangeOptions) => {
    using repo = openWhole(repositoryPath(program))
    const target = findArtifact(repo, artifact)
    const wanted = { target, name, isRaw: options.raw === true }
    const written = writeOne(repo, options, () => cancelTag(repo, wanted, authorOf(repo, options)))
    const done = `${target} is not tagged ${visibleLine(name)} any more`
    printWritten(options, { written, fields: { tag: name, target }, done, idle: done })
  })
}

async function listAll(program: Command, options: ListOptions): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  const { raw = false, prefix = raw ? '' : 'sym-' } = options
  const names = tagNames(repo, { prefix })
  const tags = raw ? names : names.map((name) => name.slice(prefix.length))
  await printEither(
    options,
    () => ({ tags }),
    () => tags.values().map((name) => `${shownName(name)}\n`),
  )
}

async function listOf(program: Command, name: string, options: ListOptions): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  const hash = findArtifact(repo, name)
  const { tags } = artifactInfo(repo, hash)
  await printEither(
    options,
    () => ({ artifact: hash, tags: tags.map(tagFields) }),
    () => tags.values().flatMap((tag) => tagLine(tag, options.raw === true)),
  )
}

function tagFields(tag: Tag): Record<string, unknown> {
  const { name, type, value, dateMs, source, origin } = tag
  return {
    name,
    type,
    value: value ?? null,
    time: isoTime(dateMs),
    source: source ?? null,
    origin: origin ?? null,
  }
}

/**
 * Without `--raw`, what holds and people gave. Stock prints cancelled tags as if they held, and the
 * tags by which pages, tickets and notes are found, as `TITLE=SIZE`. tag.c:633-710.
 */
function tagLine({ name, type, value }: Tag, isRaw: boolean): string[] {
  if (type === 'cancel' && !isRaw) return []
  if (!isRaw && /^(?:wiki|tkt|event)-/.test(name)) return []
  const shown = isRaw ? name : name.replace(/^sym-/, '')
  const sign = isRaw && type === 'cancel' ? '-' : ''
  return [`${sign}${shownName(shown)}${value === undefined ? '' : `=${shownName(value)}`}\n`]
}

async function findTagged(program: Command, name: string, options: FindOptions): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  const { raw = false, type = '', limit } = options
  const kind = kindNamed(type)
  const entries = timeline(repo, {
    tag: raw ? name : `sym-${name}`,
    ...(kind === undefined ? {} : { kinds: [kind] }),
    ...(limit === undefined ? {} : { limit }),
  })
  await printEither(
    options,
    () => ({ tag: name, artifacts: entries.map(entryFields) }),
    () =>
      raw
        ? entries.values().map(({ hash }) => `${hash}\n`)
        : entriesText(repo, entries, { limit: 0, width: outputWidth(undefined) }),
  )
}
