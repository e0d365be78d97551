/**
 * Examples of the commands, for their help and for docs/cli.md. A test sees that every option and
 * command in them exists.
 * @module
 */

import type { Command } from 'commander'

/** A command line, and what it is for. */
export interface Example {
  readonly line: string
  readonly about: string
}

/** By the words of the command, after `trilobite`. */
const examples: Readonly<Record<string, readonly (readonly [about: string, words: string])[]>> = {
  new: [['a project, and its administrator', 'p.fossil --project-name Beetles --admin-user amy']],
  clone: [['with a login, whose password is asked for', 'https://amy@example.org/p p.fossil']],
  sync: [
    ['with the server that was used last', ''],
    ['with another server, which is not remembered', 'https://example.org/p --once'],
  ],
  serve: [
    ['to this machine alone', 'p.fossil'],
    ['every repository of a folder, to everybody', 'repositories --host 0.0.0.0 --port 8000'],
  ],
  'remote add': [['a second server', 'backup https://amy@example.net/p']],
  'user new': [['somebody who may write and sync', 'bob --capabilities v']],
  'user capabilities': [['read and check in', 'bob io']],
  ci: [
    ['two files of this folder, as they are', 'src/a.c README -m "say why"'],
    ['a folder that is the whole project', '--from work -m "as it is on disk"'],
    ['one file under another name', '--add notes.txt=/tmp/notes -m "add notes"'],
    ['renamed and taken away, on a new branch', '--mv a=b --rm old --branch tidy -m "tidy up"'],
  ],
  'branch new': [['from the latest check-in of trunk', 'experiment trunk']],
  'tag add': [
    ['a name for a check-in', 'v1.0 tip'],
    ['a property of it', 'bgcolor tip "#ffd0d0" --raw'],
  ],
  amend: [['another comment, and a name', 'tip -m "say it better" --tag v1']],
  'wiki write': [['a page from a file', 'Ideas ideas.md --mimetype markdown']],
  'ticket new': [['with two fields', 'title "No weevils" status Open']],
  'ticket change': [['closed, with a word more', 'fd0ce068 status Closed +comment "Found some."']],
  'technote add': [['text from standard input', '"Release 1.0"']],
  'attach add': [['to a wiki page', 'Ideas sketch.png']],
  'uv add': [['under another name', 'build/app.zip --as downloads/app.zip']],
  'table define': [['a table with one key', 'notes id:text:key title:text done:integer']],
  'table put': [['a row', 'notes id=1 title=Stones done=0']],
  timeline: [
    ['check-ins, with their files', '-t ci -v -n 10'],
    ['all that led to a version', 'parents v1.0'],
  ],
  info: [
    ['a repository', 'p.fossil'],
    ['a check-in', 'tip'],
  ],
  whatis: [['two names', 'trunk v1.0']],
  ls: [['one folder, with sizes and dates', '-v src -r v1.0']],
  cat: [['as an earlier check-in has it', 'README -r v1.0']],
  diff: [
    ['of the latest check-in', '--checkin tip'],
    ['between two versions, names alone', '--from v1.0 --to tip --brief'],
  ],
  blame: [['from the check-ins up to a version', 'src/a.c -r v1.0']],
  artifact: [['a manifest', 'tip']],
  export: [
    ['a version to a folder; again later: only what changed', 'v1.0 site'],
    ['what that would do', 'tip site --dry-run'],
  ],
  zip: [['one folder of a version', 'v1.0 beetles.zip --include "doc/*"']],
  tarball: [['to another program', 'tip - --name beetles']],
  settings: [
    ['those that have a value', '--changed'],
    ['files that "ci --from" is to leave out', 'ignore-glob "*.o,build/*"'],
  ],
  unset: [['back to the default', 'ignore-glob']],
  verify: [['any repository file', 'p.fossil']],
  'shun add': [['with the reason', '34c1a98dee49aeb5 -m "a password"']],
  'purge checkins': [['what would go', '990eed823c --explain']],
  'purge undo': [['the first purge', '1']],
  'sim run': [
    ['a seed, with more trouble than usual', '--seed 7 --plan hostile,leaves=5'],
    ['many seeds, a line for each that fails', '--seeds 1..500'],
  ],
  'sim sweep': [['in four processes', '--seeds 1..10000 --jobs 4']],
  'sim shrink': [['the failure of a seed', '7']],
  help: [
    ['one command', 'branch new'],
    ['all of them, for programs', '--json'],
  ],
}

/** The examples of a command, by all its words: `trilobite branch new`. */
export function examplesOf(name: string): readonly Example[] {
  const found = examples[name.replace(/^trilobite /, '')] ?? []
  return found.map(([about, words]) => ({ line: `${name} ${words}`.trim(), about }))
}

/** Adds examples to the help of every command below one that has some. */
export function withExamples(command: Command): void {
  addExamples(command, command.name())
}

function addExamples(command: Command, name: string): void {
  const lines = examplesOf(name).map(({ line, about }) => `  ${line}\n      ${about}\n`)
  if (lines.length > 0) command.addHelpText('after', `\nExamples:\n${lines.join('')}`)
  for (const each of command.commands) addExamples(each, `${name} ${each.name()}`)
}
