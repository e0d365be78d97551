/**
 * `trilobite wiki`: pages, each version of which is kept.
 * Source: fossil src/wiki.c wiki_cmd.
 * @module
 */

import type { Command } from 'commander'
import { wikiPage, wikiPages } from '../history/index.ts'
import { encodeText } from '../base/text.ts'
import { FossilError, writeWiki } from '../index.ts'
import { type AuthorOptions, authorOf, withAuthor } from './author.ts'
import { type DryRunOptions, dryRunOption, printWritten, writeOne } from './dry-run.ts'
import { isoTime } from './timeline-text.ts'
import { readText } from './given-text.ts'
import { mimetypeFrom } from './option-values.ts'
import { similarNames } from './lookup.ts'
import { jsonOption } from './look-back-options.ts'
import { printEither, shownName, visibleLine } from './output.ts'
import { openWhole, repositoryPath } from './repository.ts'

interface ListOptions {
  readonly all?: boolean
  readonly showAssociated?: boolean
  readonly json?: boolean
}

interface WriteOptions extends AuthorOptions, DryRunOptions {
  readonly mimetype?: string
  readonly json?: boolean
}

/** Adds `wiki` to the program. */
export function addWikiCommand(program: Command): void {
  const wiki = program
    .command('wiki')
    .description('write, print and list wiki pages, with all their versions')
  wiki
    .command('ls', { isDefault: true })
    .alias('list')
    .description('list the pages by title')
    .option('--all', 'deleted ones, too')
    .option('-a, --show-associated', 'pages about check-ins, branches and tags, too')
    .option(...jsonOption)
    .action((options: ListOptions) => list(program, options))
  wiki
    .command('cat')
    .alias('export')
    .description('print the latest version of a page')
    .argument('<title>', 'the title of the page')
    .option(...jsonOption)
    .action((title: string, options: { json?: boolean }) => printPage(program, title, options))
  const write = wiki
    .command('write')
    .alias('commit')
    .alias('create')
    .description('write a page, or its next version; an empty one deletes it')
    .argument('<title>', 'the title of the page')
    .argument('[file]', 'a file with the text; by default standard input')
    .option(
      '-M, --mimetype <type>',
      'fossil, markdown or plain; by default as before',
      mimetypeFrom,
    )
    .option(...dryRunOption)
    .option(...jsonOption)
  withAuthor(write).action(
    async (title: string, file: string | undefined, options: WriteOptions) => {
      using repo = openWhole(repositoryPath(program))
      checkTitle(title)
      const author = authorOf(repo, options)
      const content = await readText(file)
      const { mimetype } = options
      const page = { title, content, ...(mimetype === undefined ? {} : { mimetype }) }
      const written = writeOne(repo, options, () => writeWiki(repo, page, author))
      const isDeleted = /^[\t-\r ]*$/.test(content)
      const done = `${visibleLine(title)} is ${isDeleted ? 'deleted' : 'written'}`
      printWritten(options, { written, fields: { title, deleted: isDeleted }, done, idle: done })
    },
  )
}

/** As an L card takes it. wiki.c:37-49. */
function checkTitle(title: string): void {
  const isPlain =
    !/^ | $| {2}/.test(title) && title.split('').every((character) => character >= ' ')
  if (title !== '' && encodeText(title).length <= 100 && isPlain) return
  throw new FossilError('option.invalid', {
    option: 'title',
    reason:
      `${JSON.stringify(visibleLine(title))} cannot be a title: it takes 1 to 100 bytes on one ` +
      'line, without spaces at its ends or two in a row',
  })
}

async function list(program: Command, options: ListOptions): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  const pages = wikiPages(repo).filter(
    (page) =>
      (options.all === true || !page.isDeleted) &&
      (options.showAssociated === true || page.about === undefined),
  )
  await printEither(
    options,
    () => ({ pages: pages.map(pageFields) }),
    () => pages.values().map(({ title }) => `${shownName(title)}\n`),
  )
}

async function printPage(
  program: Command,
  title: string,
  options: { json?: boolean },
): Promise<void> {
  using repo = openWhole(repositoryPath(program))
  const page = wikiPage(repo, title)
  if (page === undefined) {
    const titles = wikiPages(repo).map((each) => each.title)
    const [similar] = similarNames(title, titles)
    const question = similar === undefined ? '' : `; did you mean "${visibleLine(similar)}"?`
    const reason = `there is no wiki page of this title${question}`
    throw new FossilError('name.unknown', { name: visibleLine(title), reason })
  }
  await printEither(
    options,
    () => ({ ...pageFields(page), content: page.content }),
    () => [encodeText(page.content)],
  )
}

function pageFields(page: NonNullable<ReturnType<typeof wikiPage>>): Record<string, unknown> {
  const { title, hash, dateMs, user, mimetype, sizeBytes, isDeleted, about } = page
  return {
    title,
    hash,
    time: isoTime(dateMs),
    user,
    mimetype,
    sizeBytes,
    deleted: isDeleted,
    about: about ?? null,
  }
}
