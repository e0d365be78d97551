/**
 * The timeline says what stock's says.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { formatDate } from '../deck/date.ts'
import { checkin } from '../write/checkin.ts'
import { memoryRepo } from '../crosslink/fixture.suite.ts'
import type { ChangedFile } from './changes.ts'
import { addCheckin, addTag } from './rows.suite.ts'
import { stockHistory } from './stock.suite.ts'
import { timeline, type TimelineEntry, type TimelineOptions } from './timeline.ts'

/** Entries as `fossil timeline -W 0 -v` prints them, without its first and last lines. */
function printed(entries: readonly TimelineEntry[]): string[] {
  return entries.flatMap((entry) => {
    const time = formatDate(entry.dateMs, 'seconds').replace('T', ' ')
    const said = wikiComment(entry) ?? `${marks(entry)}${entry.comment}`
    const tags = entry.tags.length > 0 && wikiComment(entry) === undefined ? entry.tags : []
    const tagged = tags.length > 0 ? ` tags: ${tags.join(', ')}` : ''
    const line = `${time} [${entry.hash.slice(0, 10)}] ${said} (user: ${entry.user}${tagged})`
    return [line, ...(entry.files ?? []).flatMap(printedChange)]
  })
}

function wikiComment({ kind, comment }: TimelineEntry): string | undefined {
  const verb = { '+': 'Add', '-': 'Delete', ':': 'Edit to' }[comment[0] ?? '']
  if (kind !== 'wiki' || verb === undefined) return undefined
  return `${verb} wiki page "${comment.slice(1)}"`
}

function marks(entry: TimelineEntry): string {
  const told = entry.marks.filter((mark) => mark !== 'leaf' && mark !== 'closed')
  return told.map((mark) => `*${mark.toUpperCase()}* `).join('')
}

function printedChange({ name, change }: ChangedFile): string[] {
  const isTold = change === 'added' || change === 'deleted' || change === 'edited'
  return isTold ? [`   ${change.toUpperCase()} ${name}`] : []
}

/** The output of stock, each time with its date, tags in order, and nothing about a check-out. */
function normalized(output: string): string[] {
  let day = ''
  return output
    .trimEnd()
    .split('\n')
    .filter((line) => !/^(?:\+\+\+|---) /.test(line))
    .flatMap((line) => {
      const header = /^=== (\S+) ===$/.exec(line)
      if (header !== null) day = header[1] ?? ''
      if (header !== null) return []
      const full = line.startsWith(' ') ? line : `${day} ${line}`
      const sorted = full.replace(/ tags: (.*)\)$/, (_, tags: string) => {
        return ` tags: ${tags.split(', ').sort().join(', ')})`
      })
      return [sorted.replace('*CURRENT* ', '')]
    })
}

test('entries are those of stock, whatever is asked for', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const { repo, hash: named, hashes } = stock
  const cases: [string[], TimelineOptions][] = [
    [[], {}],
    [['-v'], { withFiles: true }],
    [['-n', '3'], { limit: 3 }],
    [['-n', '4', '--offset', '8'], { limit: 4, offset: 8 }],
    [['-t', 'ci'], { kinds: ['checkin'] }],
    [['-t', 'w'], { kinds: ['wiki'] }],
    [['-t', 't'], { kinds: ['ticket'] }],
    [['-t', 'e'], { kinds: ['technote'] }],
    [['-t', 'g'], { kinds: ['control'] }],
    [['-t', 'f'], { kinds: ['forum'] }],
    [['-b', 'side'], { branch: 'side' }],
    [['-b', 'trunk'], { branch: 'trunk' }],
    [['-b', 'release'], { branch: 'release' }],
    [['-b', 'deed'], { branch: 'deed' }],
    [['-b', 'nothing'], { branch: 'nothing' }],
    [['-p', 'a.txt'], { path: 'a.txt' }],
    [['-p', 'src'], { path: 'src' }],
    [['-p', 'src/b.c', '-v'], { path: 'src/b.c', withFiles: true }],
    [['-p', 'src', '-b', 'trunk', '-n', '2'], { path: 'src', branch: 'trunk', limit: 2 }],
    [['before', hashes['merged'] ?? ''], { before: { hash: named('merged') } }],
    [['after', hashes['merged'] ?? ''], { after: { hash: named('merged') } }],
    [['before', '2023-03-01T00:04:08'], { before: { dateMs: 1_677_629_048_000 } }],
    [
      ['after', '2023-03-01T00:04:08', '-n', '5'],
      { after: { dateMs: 1_677_629_048_000 }, limit: 5 },
    ],
  ]
  for (const name of ['side-4', 'merged', 'picked', 'dead end', 'secret', 'first']) {
    const hash = hashes[name] ?? ''
    cases.push(
      [['ancestors', hash], { ancestorsOf: named(name) }],
      [['ancestors', hash, '-n', '3'], { ancestorsOf: named(name), limit: 3 }],
      [['descendants', hash], { descendantsOf: named(name) }],
      [['descendants', hash, '-n', '3'], { descendantsOf: named(name), limit: 3 }],
      [['parents', hash, '-p', 'a.txt'], { ancestorsOf: named(name), path: 'a.txt' }],
      [['children', hash, '-t', 'ci'], { descendantsOf: named(name), kinds: ['checkin'] }],
    )
  }
  for (const [args, options] of cases) {
    const all = args.includes('-n') ? args : [...args, '-n', '0']
    const said = normalized(await stock.fossil('timeline', ...all, '-W', '0'))
    assert.deepEqual(printed(timeline(repo, options)), said, args.join(' '))
  }
})

test('branches are told as stock tells them', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const said = await stock.fossil('timeline', '-n', '0', '-F', '%H=%b')
  const ours = timeline(stock.repo).map(({ hash, branch }) => `${hash}=${branch ?? ''}`)
  assert.deepEqual(ours, said.trimEnd().split('\n').slice(0, -1))
})

test('leaves and closed check-ins are marked', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const marked = (name: string): readonly string[] | undefined =>
    timeline(stock.repo, { hashes: [stock.hash(name)] })[0]?.marks
  assert.deepEqual(marked('dead end'), ['leaf', 'closed'])
  assert.deepEqual(marked('fork-a'), ['leaf'])
  assert.deepEqual(marked('merged'), ['merge', 'fork'])
  assert.deepEqual(marked('swapped'), ['branch'])
  assert.deepEqual(marked('secret'), ['unpublished', 'leaf'])
  assert.deepEqual(marked('third'), [])
})

test('renames and permissions are told beside what stock tells', async (t) => {
  const stock = await stockHistory(t)
  if (stock === undefined) return
  const files = timeline(stock.repo, {
    before: { hash: stock.hash('renamed') },
    limit: 1,
    withFiles: true,
  }).flatMap((entry) => entry.files ?? [])
  const told = files.map(({ name, change, priorName }) => [name, change, priorName])
  assert.deepEqual(told, [
    ['a.txt', 'permission', undefined],
    ['src/b.c', 'deleted', undefined],
    ['src/renamed.c', 'edited', 'src/b.c'],
  ])
})

test('entries of one moment are in the order of their rows, latest first', () => {
  using repo = memoryRepo()
  const hashes = ['a', 'b', 'c'].map((name) => addCheckin(repo, { name, dateMs: 5 }).hash)
  assert.deepEqual(
    timeline(repo).map(({ hash }) => hash),
    hashes.toReversed(),
  )
  const [entry, ...others] = timeline(repo, { hashes: [hashes[1] ?? assert.fail()] })
  assert.deepEqual([entry?.comment, others], ['b', []])
})

test('text that is not UTF-8 keeps its bytes', () => {
  using repo = memoryRepo()
  const { rid } = addCheckin(repo, { name: 'x', comment: 'na\uDCEFve', branch: 'caf\uDCE9' })
  addTag(repo, rid, { name: 'sym-\uDCFF' })
  const [entry] = timeline(repo, { branch: 'caf\uDCE9' })
  assert.equal(entry?.comment, 'na\uDCEFve')
  assert.equal(entry.branch, 'caf\uDCE9')
  assert.deepEqual(entry.tags, ['caf\uDCE9', '\uDCFF'])
})

test('offset and limit count descendants from the check-in on', () => {
  using repo = memoryRepo()
  const line = [addCheckin(repo, { name: '0' })]
  for (let i = 1; i < 10; i++) {
    const parents = [line[i - 1]?.rid ?? assert.fail()]
    line.push(addCheckin(repo, { name: `${i}`, dateMs: i * 1000, parents }))
  }
  const descendantsOf = line[0]?.hash ?? assert.fail()
  const shown = (options: TimelineOptions): string =>
    timeline(repo, { descendantsOf, ...options })
      .map(({ comment }) => comment)
      .join('')
  assert.equal(shown({ limit: 3 }), '210')
  assert.equal(shown({ limit: 3, offset: 3 }), '543')
  assert.equal(shown({ limit: 3, offset: 8 }), '98')
  assert.equal(shown({}), '9876543210')
})

test('an entry is found by its own time, to the millisecond', () => {
  using repo = memoryRepo()
  // Times whose stored form lies above and below them.
  for (let minute = 0; minute < 60; minute++) {
    const dateMs = 1_706_749_207_000 + minute * 60_001
    const options = { changes: [], allowEmpty: true, comment: 'at', user: 'ada', dateMs }
    const { hash } = checkin(repo, options)
    const at = { dateMs }
    assert.deepEqual(
      timeline(repo, { before: at, after: at }).map((entry) => entry.hash),
      [hash],
    )
  }
})
