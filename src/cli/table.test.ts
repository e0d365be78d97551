/**
 * `trilobite table`: tables are defined and changed, rows written, read and deleted, and synced.
 * @module
 */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { before, test } from 'node:test'
import { Scratch } from './command.suite.ts'

const scratch = new Scratch()
const here = { in: 'one' }

before(async () => {
  scratch.folderNamed('one')
  await scratch.json(['new', 'project.fossil'], here)
  const columns = ['id:integer:key', 'title:text', 'weight:real', 'picture:blob']
  await scratch.json(['table', 'define', 'things', ...columns], here)
})

test('rows come back with all their digits', async () => {
  const fields = ['id=9007199254740993', 'title=a=b', 'weight=0.1', 'picture=AP8Q']
  const put = await scratch.json(['table', 'put', 'things', ...fields], here)
  assert.match(String(put['pkHash']), /^[0-9a-f]{40}$/)
  const args = ['-R', 'one/project.fossil', 'table', 'get', 'things', 'id=9007199254740993']
  const { stdout } = await scratch.run([...args, '--json'])
  const values = '"values":{"id":9007199254740993,"title":"a=b","weight":0.1,"picture":"AP8Q"}'
  assert.ok(stdout.includes(values), stdout)
  const text = await scratch.run(['table', 'ls', 'things'], here)
  assert.equal(text.stdout, 'id=9007199254740993  title=a=b  weight=0.1  picture=AP8Q\n')
})

test('columns are added to a table that is there, and nothing else is changed', async () => {
  await scratch.json(['table', 'define', 'things', 'more:text'], here)
  const { tables } = await scratch.json(['table', 'ls'], here)
  assert.ok(Array.isArray(tables))
  assert.equal(tables[0].columns.length, 5)
  for (const bad of [['title:blob'], ['more:text', '--conflict', 'self-write']]) {
    const { code, stderr } = await scratch.run(['table', 'define', 'things', ...bad], here)
    assert.equal(code, 2, stderr)
    assert.match(stderr, /table things/)
  }
})

test('rows are deleted, and listed where that is asked for', async () => {
  await scratch.json(['table', 'put', 'things', 'id=1', 'title=gone'], here)
  await scratch.json(['table', 'rm', 'things', 'id=1'], here)
  const { rows: live } = await scratch.json(['table', 'ls', 'things'], here)
  const { rows: all } = await scratch.json(['table', 'ls', 'things', '--deleted'], here)
  assert.ok(Array.isArray(live) && Array.isArray(all))
  const gone = all.filter(({ isDeleted }) => isDeleted)
  assert.deepEqual(
    gone.map(({ values }) => [values.id, values.title]),
    [[1, null]],
  )
  assert.equal(all.length, live.length + 1)
})

test('what is no value is refused in one sentence', async () => {
  const bad: [args: string[], said: RegExp][] = [
    [['put', 'none', 'id=1'], /table\.missing: table none/],
    [['put', 'things', 'id=1.5'], /"1.5" is no integer/],
    [['put', 'things', 'nothing'], /"nothing" is no column/],
    [['define', 'big', 'mtime:text:key'], /no column can be called mtime/],
  ]
  for (const [args, said] of bad) {
    const { code, stdout, stderr } = await scratch.run(['table', ...args], here)
    assert.deepEqual([code, stdout], [2, ''], args.join(' '))
    assert.match(stderr, said)
  }
})

test('rows travel with sync --tables and clone --tables', async () => {
  const server = scratch.start(['-R', 'one/project.fossil', 'serve', '--port', '0', '--json'])
  const [chunk] = await once(server.stdout ?? assert.fail(), 'data')
  const url = /http:\/\/[^"\s]+/.exec(String(chunk))?.[0] ?? assert.fail(String(chunk))
  await scratch.json(['-R', 'one/project.fossil', 'user', 'capabilities', 'nobody', 'gio'])
  const cloned = await scratch.json(['clone', url, 'copy.fossil', '--tables'])
  assert.deepEqual(cloned['complete'], true)
  const { rows } = await scratch.json(['-R', 'copy.fossil', 'table', 'ls', 'things'])
  assert.ok(Array.isArray(rows) && rows.length > 0)
  await scratch.json(['-R', 'copy.fossil', 'table', 'put', 'things', 'id=77', 'title=copy'])
  const synced = await scratch.run(['-R', 'copy.fossil', 'sync', '--tables'])
  assert.match(synced.stdout, /0 rows received, 1 sent/)
  const got = await scratch.json(['-R', 'one/project.fossil', 'table', 'get', 'things', 'id=77'])
  assert.deepEqual(got['values'], {
    id: 77,
    title: 'copy',
    weight: null,
    picture: null,
    more: null,
  })
})
