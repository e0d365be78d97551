/**
 * The reporter of `npm test`: a character per test as each ends, then what a person must read
 * (skips with their reasons, slow tests, failures with their errors), then the counts in the words
 * of node's own `spec` reporter. A run in which no test ran fails: a pattern that matches nothing
 * must not pass for success, and to node it does. A run that is interrupted tells what had failed
 * so far: to node, results of a file wait for those of the files before it.
 * @module
 */

import { relative } from 'node:path'
import type { EventData } from 'node:test'
import type { TestEvent } from 'node:test/reporters'
import { inspect, styleText } from 'node:util'

type Finished = EventData.TestPass | EventData.TestFail | EventData.TestComplete
type Lists = { skipped: string[]; slow: string[]; notes: string[]; failed: string[] }

const dotsPerLine = 100
const slowMs = 2000

/** Turns the events of a test run into text. Sets the exit code to 1 where no test ran. */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const titles: string[] = []
  const lists: Lists = { skipped: [], slow: [], notes: [], failed: [] }
  const counts: string[] = []
  const failedSoFar: string[] = []
  let [dots, ran] = [0, 0]

  for await (const { type, data } of events) {
    if (type === 'test:start') {
      titles.length = data.nesting
      titles.push(data.name)
    } else if (type === 'test:pass' || type === 'test:fail') {
      const title = [...titles.slice(0, data.nesting), data.name].join(' > ')
      enlist(lists, type === 'test:fail', data, `${title} (${placeOf(data)})`)
    } else if (type === 'test:complete') {
      const failure = failureText(data)
      if (failure !== undefined) failedSoFar.push(failure)
      if (data.details.type === 'suite') continue
      dots += 1
      if (!isMarked(data.skip)) ran += 1
      yield dotFor(data) + (dots % dotsPerLine === 0 ? '\n' : '')
    } else if (type === 'test:interrupted') {
      yield interruptedText(failedSoFar, ran, data)
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
  else if (failed && 'error' in data.details) {
    const failure = errorText(data.details.error, title)
    if (failure !== undefined) lists.failed.push(failure)
  }

  const { duration_ms: durationMs, type } = data.details
  if (durationMs >= slowMs && type !== 'suite') {
    lists.slow.push(`${(durationMs / 1000).toFixed(1)} s  ${title}`)
  }
}

/** Undefined for a test that passed, or was not to be run. The titles around it are not known. */
function failureText(data: EventData.TestComplete): string | undefined {
  const { passed, error } = data.details
  if (passed || error === undefined || isMarked(data.skip) || isMarked(data.todo)) return undefined
  return errorText(error, `${data.name} (${placeOf(data)})`)
}

/** Undefined for a suite that failed because of its tests: it adds nothing to what they say. */
function errorText(error: Error, title: string): string | undefined {
  if ('failureType' in error && error.failureType === 'subtestsFailed') return undefined
  const cause = error.cause ?? error
  const text = typeof cause === 'string' ? cause : inspect(cause, { depth: 8 })
  const lines = text.split('\n').filter((line) => !/^\s+at .*node:internal\//.test(line))
  return [title, ...lines].join('\n    ')
}

function interruptedText(
  failed: readonly string[],
  ran: number,
  { tests }: EventData.TestInterrupted,
): string {
  const running = tests.map(({ name }) => name)
  const counted = ran === 1 ? '1 test' : `${ran} tests`
  return [
    `\n\n${colored('yellow', 'Interrupted')} after ${counted}, ${failed.length} failed.\n`,
    listText('Running:', running),
    listText(colored('red', 'Failed so far:'), failed),
  ].join('')
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

function dotFor({ skip, todo, details }: EventData.TestComplete): string {
  if (isMarked(skip) || isMarked(todo)) return colored('yellow', ',')
  return details.passed ? '.' : colored('red', 'X')
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
