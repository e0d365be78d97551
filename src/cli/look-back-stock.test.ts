/**
 * Commands about the past print what stock prints, but for what `look-back.test.ts` lists.
 * @module
 */

import assert from 'node:assert/strict'
import { join, relative } from 'node:path'
import { suite, test } from 'node:test'
import { type StockHistory, stockHistory } from '../history/stock.suite.ts'
import { Scratch } from './command.suite.ts'

const scratch = new Scratch()

/** Arguments that both understand; `{name}` is a check-in of the story. */
const same: Readonly<Record<string, readonly string[]>> = {
  timeline: [
    'timeline',
    'timeline -n 0',
    'timeline -n 7 -v',
    'timeline -n -11 -W 40 -v',
    'timeline -t ci --full -n 0',
    'timeline --oneline -n 3 --offset 2',
    'timeline -F %h%%%a%n%x%d%b -t w',
    'timeline -b side -n 0',
    'timeline -p src',
    'timeline 2023-03-01',
    'timeline before 2023-03-01T00:05:00',
    'timeline aft {main-6} -n 4',
    'timeline parents trunk -n 4',
    'timeline c release -n 3',
  ],
  'info and whatis': [
    'info {second}',
    'info {merged}',
    'info tip',
    'info {picked}',
    'whatis trunk',
    'whatis {third} tip',
    'whatis -f side.txt',
    'artifact {third}',
  ],
  'ls and cat': [
    'ls -r {first}',
    'ls -r {merged} -v',
    'ls -r {side-4} --age -t',
    'ls -r trunk src side.txt',
    'cat -r {third} src/b.c big.bin',
  ],
  'finfo and annotate': [
    'finfo a.txt',
    'finfo big.bin -W 50 --offset 1',
    'finfo -b a.txt -n 3',
    'annotate a.txt -r {merged}',
    'annotate -l --filevers a.txt -r {side-4}',
    'blame a.txt -n 4 -r {merged}',
    'praise side.txt',
  ],
  diff: [
    'diff -ci {second}',
    'diff --from {first} --to {second} -c 1',
    'diff --branch side',
    'diff --from {main-6} --to {merged} --brief',
    'diff -N --checkin {side-2}',
    'diff --numstat --from {main-6} --to {merged}',
  ],
  leaves: [
    'leaves',
    'leaves -a --bybranch -W 60',
    'leaves -c',
    'leaves -m',
    'descendants {first}',
    'descendants {picked} -W 30',
  ],
}

for (const [what, commands] of Object.entries(same)) {
  suite(what, { concurrency: 2 }, () => {
    for (const command of commands) {
      test(`"${command}" prints what stock prints`, async (t) => {
        const stock = await stockHistory(t)
        if (stock === undefined) return
        const args = command.split(' ').map((word) => named(stock, word))
        const [said, ours] = await Promise.all([stock.fossil(...args), run(stock, args)])
        assert.equal(normalized(ours), normalized(said))
      })
    }
  })
}

function named({ hashes }: StockHistory, word: string): string {
  return word.replaceAll(/\{(.*)\}/g, (_, name: string) => hashes[name] ?? assert.fail(name))
}

async function run(stock: StockHistory, args: readonly string[]): Promise<string> {
  const tree = relative(scratch.folder, join(stock.path, '..', 'tree'))
  const { code, stdout, stderr } = await scratch.run(['-R', stock.path, ...args], { in: tree })
  assert.deepEqual([code, stderr], [0, ''])
  return stdout
}

/** Stock lists tags in the order of their numbers, and marks what is checked out. */
function normalized(text: string): string {
  const marked = text.replaceAll('*CURRENT* ', '').replaceAll(/ +$/gm, '')
  return marked.replaceAll(/(tags: *)([^)\n]*)/gi, (_, word: string, list: string) => {
    return word + list.split(', ').sort().join(', ')
  })
}
