/**
 * Tickets in the derived tables, with stock's own tables and with a project's.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import type { TicketField } from '../deck/deck.ts'
import { setConfig } from '../repo/config.ts'
import { failsWith } from '../repo/fixture.suite.ts'
import { memoryRepo } from './fixture.suite.ts'
import {
  type Artifact,
  artifact,
  assertOrderFree,
  assertStockAgrees,
  first,
  minute,
  repoWith,
  sealed,
  store,
} from './order.suite.ts'
import { ticketTables } from './ticket-table.ts'
import { dbOf } from '../repo/repo.ts'

const [id, otherId] = ['ad'.repeat(20), '7e'.repeat(20)]
const [alpha, beta] = ['a1'.repeat(20), 'b2'.repeat(32)]

function change(
  at: number,
  values: Readonly<Record<string, string>>,
  { ticketId = id, user = 'ann' } = {},
): Artifact {
  const fields: TicketField[] = Object.entries(values).map(([name, value]) => ({ name, value }))
  return artifact({ kind: 'ticket', dateMs: minute(at), user, ticketId, fields })
}

const opened = change(1, {
  title: `It's <broken>`,
  status: 'Open',
  type: 'Code_Defect',
  comment: `See [${alpha}].`,
})
const remarked = change(2, { '+comment': `\nAnd [${beta}].`, icomment: `[${beta}]`, login: 'bob' })
const fixed = change(3, { status: 'Fixed', resolution: 'Fixed & done' }, { user: 'bob' })
const closed = change(4, { status: 'Closed' })
const retitled = change(5, { title: 'Other', nosuchfield: 'x' })
const rewritten = change(6, { comment: `Only [${alpha.slice(0, 8)}]`, mimetype: 'text/x-markdown' })
const ticket = [opened, remarked, fixed, closed, retitled, rewritten]

/** Rows as text, in the order of time. */
function rows(artifacts: readonly Artifact[], sql: string, settings = {}): unknown[] {
  using repo = repoWith(settings)
  store(repo, artifacts)
  return dbOf(repo).prepare(sql).all()
}

test('the timeline tells each change by what the ticket was then', () => {
  const link = '[adadadadadadadad|adadadadad]'
  const title = '<i>It&#39;s &lt;broken&gt;</i>'
  assert.deepEqual(rows(ticket, `SELECT comment, brief FROM event ORDER BY mtime`), [
    [`New ticket ${link} ${title}.`, `New ticket ${link}.`],
    [`Ticket ${link} ${title} status still Open with 3 other changes`, `Ticket ${link}: 3 changes`],
    [`Fixed ticket ${link}: ${title} plus 1 other change`, `Fixed ticket ${link}.`],
    [`Closed ticket ${link}: ${title}`, `Closed ticket ${link}.`],
    [
      `Ticket ${link} <i>Other</i> status still Closed with 2 other changes`,
      `Ticket ${link}: 2 changes`,
    ],
    [
      `Ticket ${link} <i>Other</i> status still Closed with 2 other changes`,
      `Ticket ${link}: 2 changes`,
    ],
  ])
})

test('a ticket is the sum of its changes', () => {
  assert.deepEqual(
    rows(ticket.slice(0, 3), 'SELECT title, status, resolution, comment FROM ticket'),
    [[`It's <broken>`, 'Fixed', 'Fixed & done', `See [${alpha}].\nAnd [${beta}].`]],
  )
})

test('links in what a change says stay, those in a field last as long as its value', () => {
  const links = 'SELECT DISTINCT target FROM backlink ORDER BY target'
  assert.deepEqual(rows([opened], links), [[alpha]])
  assert.deepEqual(rows(ticket.slice(0, 3), links), [[alpha], [beta]])
  // The last text is markdown, in which this is no link.
  assert.deepEqual(rows(ticket, links), [[beta]])
})

test('the settings name the columns of title and status', () => {
  const settings = { 'ticket-title-expr': 'Type', 'ticket-status-column': 'resolution' }
  const comments = rows(ticket.slice(0, 3), 'SELECT comment FROM event ORDER BY mtime', settings)
  assert.match(String(comments[0]), /<i>Code_Defect<\/i>/)
  assert.match(String(comments[2]), /^Fixed &amp; done ticket .* plus 1 other change$/)
})

test('a setting that names no column is no SQL that anybody runs', () => {
  const names = ['nosuch', 'title" FROM user --', '(SELECT pw FROM user)', '', '\0']
  for (const name of names) {
    const settings = { 'ticket-title-expr': name }
    const [comment] = rows([opened], 'SELECT comment FROM event', settings)
    assert.match(String(comment), /<i>unknown<\/i>/, name)
  }
})

test('the tables say the same whatever order changes come in', () => {
  assertOrderFree(ticket)
  assertOrderFree([remarked, closed, change(3, { title: 'x' }, { ticketId: otherId }), first])
})

test('of two changes of one moment the one with the greater hash counts as later', () => {
  const tied = [change(9, { status: 'One' }), change(9, { status: 'Two' })]
  const last = tied.map(({ hash }) => hash).sort()[1]
  const lines = assertOrderFree(tied).filter((line) => line.startsWith('ticket '))
  assert.match(lines[0] ?? '', tied[0]?.hash === last ? /status=One/ : /status=Two/)
})

test('a tag called like a ticket changes no ticket', () => {
  const foreign = change(1, { title: 'foreign' }, { ticketId: otherId })
  const tags = artifact({
    kind: 'control',
    dateMs: minute(8),
    user: 'bob',
    tags: [foreign, opened].map(({ hash: target }) => ({
      action: '+' as const,
      name: `tkt-${id}`,
      target,
    })),
  })
  const lines = assertOrderFree([opened, foreign, fixed, tags])
  const titles = lines.flatMap((line) => /^ticket .*title=("[^"]*"|\w+)/.exec(line)?.[1] ?? [])
  assert.deepEqual(titles, ['foreign', `"It's <broken>"`])
})

test('stock derives the same of tickets', async (t) => {
  await assertStockAgrees(t, [
    first,
    ...ticket,
    change(7, { icomment: `[${alpha}](${beta})`, mimetype: 'text/x-markdown', username: 'eve' }),
    change(8, { '+icomment': `[${alpha}]`, icomment: `[${beta}]` }),
    change(9, { '+comment': 'appended', comment: `set to [${beta}]`, mimetype: '' }),
    change(10, { '+nosuch': 'x' }, { ticketId: otherId }),
    change(11, { '+title': 'from', '+type': '' }, { ticketId: otherId, user: `o'neil` }),
    change(12, { tkt_mtime: '5', Title: 'case' }, { ticketId: otherId }),
    sealed(`D 2023-11-14T23:00:00\nJ title nul\\0here\nK ${'0f'.repeat(20)}\nU caf\xe9\n`),
    sealed(`D 2023-11-14T23:01:00\nJ status caf\xe9\\0<\nK ${'0f'.repeat(20)}\nU ann\n`),
  ])
})

test('stock derives the same where the changes come in another order', async (t) => {
  await assertStockAgrees(t, [first, ...ticket.toReversed()])
})

test('stock heeds the same settings', async (t) => {
  await assertStockAgrees(t, [first, ...ticket], {
    'ticket-title-expr': 'type',
    'ticket-status-column': 'resolution',
    'hash-digits': '8',
  })
})

/** Tables as projects have them: types, defaults, baselines, columns that both tables have. */
const customTables = `
  -- Ours.
  CREATE TABLE ticket(
    tkt_id INTEGER PRIMARY KEY, tkt_uuid TEXT UNIQUE, tkt_mtime DATE, tkt_ctime DATE,
    "baseline for comment" INTEGER, "baseline for title" INT,
    title TEXT DEFAULT 'untitled', status, weight INTEGER, cost REAL, comment TEXT,
    assignee TEXT COLLATE nocase, /* a;b */ "two words" TEXT, "quo""te" TEXT DEFAULT "x;y"
  );
  CREATE TABLE ticketchng(
    tkt_id INTEGER REFERENCES ticket, tkt_rid INTEGER, tkt_mtime DATE, tkt_user TEXT,
    status TEXT, weight INTEGER, login TEXT NOT NULL DEFAULT nobody, mimetype TEXT,
    icomment TEXT DEFAULT (1 + 1 -- two
    ), flag DEFAULT true, note DEFAULT "it's"
  );
  CREATE INDEX ticketchng_idx1 ON ticketchng(tkt_id, tkt_mtime);
  CREATE TABLE IF NOT EXISTS fx_extra(a, b);
`
const customChanges = [
  change(1, { title: 'One', status: 'Open', weight: '007', cost: '1.50', comment: `[${alpha}]` }),
  change(2, { weight: 'heavy', icomment: `[${beta}]`, login: 'bob', assignee: 'Eve' }),
  change(3, { '+weight': '5', '+comment': ' more', status: '3', note: 'n' }),
  change(4, { weight: '12', 'quo"te': `"'`, cost: 'much' }),
  change(5, { '+weight': '3', comment: 'again' }),
]

test('tables of a project work as the standard ones do, whatever the order', () => {
  const settings = { 'ticket-table': customTables }
  const lines = assertOrderFree(customChanges, settings)
  const row = lines.find((line) => line.startsWith('ticket ')) ?? ''
  for (const field of ['weight=123', 'cost=much', 'status="3"', 'assignee=Eve', 'comment=again']) {
    assert.ok(row.includes(field), `${field} in ${row}`)
  }
})

test('stock derives the same with the tables of a project', async (t) => {
  await assertStockAgrees(t, [first, ...customChanges], { 'ticket-table': customTables })
})

test('a generated column tells the mimetype of the text', async (t) => {
  const generated = `mimetype AS (CASE WHEN title LIKE 'md%' THEN 'text/x-markdown' END)`
  const columns =
    'tkt_id INTEGER PRIMARY KEY, tkt_uuid TEXT, tkt_mtime DATE, title, status, comment'
  const chng = 'tkt_id INT, tkt_mtime DATE, title, icomment'
  const changes = [
    first,
    change(1, { title: 'wiki', comment: `[${alpha}]`, icomment: `[x](${beta})` }),
    change(2, { title: 'md', comment: `[${beta}]`, icomment: `[x](${alpha})` }),
    change(3, { '+comment': `[x](${alpha})` }),
    change(4, { icomment: `[${alpha}]` }),
  ]
  for (const [inTicket, inChange] of [
    [`, ${generated}`, ''],
    ['', `, ${generated} STORED`],
    [`, ${generated} STORED`, `, ${generated.replace('md', 'wiki')}`],
  ] as const) {
    const settings = {
      'ticket-table': `CREATE TABLE ticket(${columns}${inTicket});
        CREATE TABLE ticketchng(${chng}${inChange})`,
    }
    assertOrderFree(changes.slice(1, 4), settings)
    await assertStockAgrees(t, changes, settings)
  }
})

test('a table of changes that keeps nothing of a change has no row for it', async (t) => {
  const settings = {
    'ticket-table': `
      CREATE TABLE ticket(tkt_id INTEGER PRIMARY KEY, tkt_uuid, tkt_mtime, title, status);
      CREATE TABLE ticketchng(tkt_id, tkt_mtime, remark)`,
  }
  const changes = [change(1, { status: 'x' }), change(2, { remark: 'y' })]
  assert.deepEqual(rows(changes, 'SELECT remark FROM ticketchng', settings), [['y']])
  await assertStockAgrees(t, [first, ...changes], settings)
})

test('without a table of tickets, tickets are nowhere, as in stock', async (t) => {
  const settings = { 'ticket-table': ' -- none\n' }
  assert.deepEqual(rows(ticket, 'SELECT 1 FROM event', settings), [])
  await assertStockAgrees(t, [first, ...ticket], settings)
})

test('a change that the tables refuse is left out, and the rest stands', () => {
  const settings = {
    'ticket-table': `CREATE TABLE ticket(tkt_id INTEGER PRIMARY KEY, tkt_uuid, tkt_mtime,
        title CHECK(title <> 'bad'), status, json AS (json_extract(status, '$.x')) STORED);
      CREATE TABLE ticketchng(tkt_id, tkt_mtime, tkt_rid, remark CHECK(remark <> 'worse'))`,
  }
  const changes = [
    change(1, { title: 'good' }),
    change(2, { title: 'bad' }),
    change(3, { title: 'better', remark: 'worse' }),
    change(4, { status: 'not json' }),
    change(5, { status: '{"x": 5}' }),
  ]
  const lines = assertOrderFree(changes, settings).filter((line) => line.startsWith('ticket'))
  assert.equal(lines.length, 3)
  assert.match(lines[0] ?? '', /title=good status="{\\"x\\": 5}" json=5/)
})

test('tables that hold no ticket at all are no reason to fail', () => {
  for (const sql of [
    'CREATE TABLE ticket(a, b); CREATE TABLE ticketchng(c)',
    'CREATE TABLE ticket(tkt_id, tkt_uuid, tkt_mtime, must NOT NULL)',
    'CREATE TABLE ticket(tkt_id, tkt_uuid, tkt_mtime, x DEFAULT (abs(-9223372036854775808)))',
    'CREATE TABLE ticket(tkt_id, tkt_uuid, tkt_mtime, title AS (json(1 / 0 || tkt_uuid)))',
    'CREATE TABLE ticketchng(tkt_id, tkt_mtime, remark)',
  ]) {
    assertOrderFree(ticket.slice(0, 2), { 'ticket-table': sql })
  }
})

test('a default that SQLite cannot work out makes the setting unusable', () => {
  using repo = memoryRepo()
  setConfig(
    repo,
    'ticket-table',
    'CREATE TABLE ticket(tkt_id INTEGER PRIMARY KEY, tkt_uuid, tkt_mtime, x DEFAULT (nosuch()))',
  )
  assert.throws(
    () => repo.transaction(() => ticketTables(repo)),
    failsWith('repo.invalid', /ticket-table.*nosuch/),
  )
})
