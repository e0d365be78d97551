/**
 * The reporter of `npm test`: a character per test while they run, then what a person must read
 * (skips with their reasons, slow tests, failures with their errors), then the counts in the words
 * of node's own `spec` reporter. A run in which no test ran fails: a pattern that matches nothing
 * must not pass for success, and to node it does.
 * @module
 */

import { relative } from 'node:path'
import type { EventData } from 'node:test'
import type { TestEvent } from 'node:test/reporters'
import { inspect, styleText } from 'node:util'

type Finished = EventData.TestPass | EventData.TestFail
type Lists = { skipped: string[]; slow: string[]; notes: string[]; failed: string[] }

const dotsPerLine = 100
const slowMs = 2000

/** Turns the events of a test run into text. Sets the exit code to 1 where no test ran. */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const titles: string[] = []
  const lists: Lists = { skipped: [], slow: [], notes: [], failed: [] }
  const counts: string[] = []
  let [dots, ran] = [0, 0]

  for await (const { type, data } of events) {
    if (type === 'test:start') {
      titles.length = data.nesting
      titles.push(data.name)
    } else if (type === 'test:pass' || type === 'test:fail') {
      const title = [...titles.slice(0, data.nesting), data.name].join(' > ')
      enlist(lists, type === 'test:fail', data, `${title} (${placeOf(data)})`)
      if (data.details.type === 'suite') continue
      dots += 1
      if (!isMarked(data.skip)) ran += 1
      yield dotFor(type, data) + (dots % dotsPerLine === 0 ? '\n' : '')
    } else if (type === 'test:stdout' || type === 'test:stderr') {
      yield data.message
    } else if (type === 'test:diagnostic') {
      // Only a test's own diagnostics have a file; the run's are its counts.
      if (data.file === undefined) counts.push(`ℹ ${data.message}\n`)
      else lists.notes.push(`${data.message} (${placeOf(data)})`)
    }
  }
  yield `\n${listsText(lists)}\n`
  if (ran === 0) {
    yield `${colored('red', 'No test ran.')}\n`
    process.exitCode = 1
  }
  yield* counts
}

function enlist(lists: Lists, failed: boolean, data: Finished, title: string): void {
  if (isMarked(data.skip)) lists.skipped.push(`${title}: ${reasonOf(data.skip)}`)
  else if (isMarked(data.todo)) lists.skipped.push(`${title}: to do, ${reasonOf(data.todo)}`)
  else if (failed && 'error' in data.details) enlistFailure(lists, data.details.error, title)

  const { duration_ms: durationMs, type } = data.details
  if (durationMs >= slowMs && type !== 'suite') {
    lists.slow.push(`${(durationMs / 1000).toFixed(1)} s  ${title}`)
  }
}

/** A suite that failed because of its tests adds nothing to what they say. */
function enlistFailure(lists: Lists, error: Error, title: string): void {
  if ('failureType' in error && error.failureType === 'subtestsFailed') return
  const cause = error.cause ?? error
  const text = typeof cause === 'string' ? cause : inspect(cause, { depth: 8 })
  const lines = text.split('\n').filter((line) => !/^\s+at .*node:internal\//.test(line))
  lists.failed.push([title, ...lines].join('\n    '))
}

function listsText({ skipped, slow, notes, failed }: Lists): string {
  return [
    listText('Notes:', notes),
    listText(colored('yellow', 'Skipped:'), skipped),
    listText(`Slower than ${slowMs / 1000} s:`, slow),
    listText(colored('red', 'Failed:'), failed),
  ].join('')
}

function listText(heading: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${heading}\n${lines.map((line) => `  ${line}\n`).join('')}`
}

function dotFor(type: 'test:pass' | 'test:fail', { skip, todo }: Finished): string {
  if (isMarked(skip) || isMarked(todo)) return colored('yellow', ',')
  return type === 'test:pass' ? '.' : colored('red', 'X')
}

function isMarked(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false
}

function reasonOf(mark: string | boolean | undefined): string {
  return typeof mark === 'string' && mark !== '' ? mark : 'no reason given'
}

function placeOf({ file, line }: { file?: string; line?: number }): string {
  return file === undefined ? 'no file' : `${relative(process.cwd(), file)}:${line ?? 1}`
}

function colored(color: 'red' | 'yellow', text: string): string {
  return styleText(color, text, { stream: process.stdout })
}
