/**
 * The promises of one remote: what a watch tells of an agent that keeps them, and of one that does
 * not.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { promisedPace } from './promise.ts'
import { type Moment, RemoteWatch, type Status } from './remote-watch.ts'

const pace = { intervalMs: 10_000, jitter: 0.5, backoff: { minMs: 1000, maxMs: 3000 } }
const error = new Error('no answer')
const whole = { complete: true, artifactsReceived: 0 }

/** An agent whose every move a test makes. */
class Moves {
  readonly watch: RemoteWatch
  #nowMs = 0
  #pausedMs = 0
  #status: Status = {
    isSyncing: false,
    failures: 0,
    lastError: undefined,
    lastResult: undefined,
    lastSyncedAtMs: undefined,
    nextAtMs: 0,
  }

  constructor() {
    this.watch = new RemoteWatch(promisedPace(pace), this.now)
  }

  get now(): Moment {
    return { nowMs: this.#nowMs, activeMs: this.#nowMs - this.#pausedMs, clockMs: this.#nowMs + 7 }
  }

  pass(ms: number, { isPaused = false } = {}): this {
    this.#nowMs += ms
    if (isPaused) this.#pausedMs += ms
    return this
  }

  begin(): string | undefined {
    this.#status = { ...this.#status, isSyncing: true }
    return this.watch.begins(this.now)
  }

  /** A sync that went well, with the status that follows but for what is said. */
  succeed(delayMs: number, said: Partial<Status> = {}, isAwaited = false): string | undefined {
    const { clockMs } = this.now
    this.#status = { ...this.#status, isSyncing: false, failures: 0, lastError: undefined }
    const ended = { lastResult: whole, lastSyncedAtMs: clockMs, nextAtMs: clockMs + delayMs }
    this.#status = { ...this.#status, ...ended, ...said }
    return this.watch.ends(this.now, { result: whole, isAwaited }, this.#status)
  }

  fail(failures: number, delayMs: number, said: Partial<Status> = {}): string | undefined {
    const nextAtMs = this.now.clockMs + delayMs
    const ended = { isSyncing: false, failures, lastError: error, nextAtMs }
    this.#status = { ...this.#status, ...ended, ...said }
    return this.watch.ends(this.now, { error }, this.#status)
  }
}

/** An agent that has just synced well. */
function atRest(): Moves {
  const moves = new Moves()
  assert.equal(moves.begin(), undefined)
  assert.equal(moves.succeed(8000), undefined)
  return moves
}

suite('a look is in time', () => {
  test('between the interval and what jitter takes off it', () => {
    assert.equal(atRest().pass(5000).begin(), undefined)
    assert.equal(atRest().pass(10_000).begin(), undefined)
    assert.match(atRest().pass(4999).begin() ?? '', /^looked 1 ms too early after a sync$/)
    assert.match(atRest().pass(10_001).begin() ?? '', /in time after a sync: it is 1 ms late$/)
  })

  test('within the debounce after the first of some changes', () => {
    const moves = atRest()
    moves.watch.changes(moves.now)
    moves.pass(200)
    moves.watch.changes(moves.now)
    assert.equal(moves.pass(50).watch.late(moves.now), undefined)
    assert.match(moves.pass(1).watch.late(moves.now) ?? '', /after a change: it is 1 ms late$/)
  })

  test('not before the debounce is over', () => {
    const moves = atRest()
    moves.watch.changes(moves.now)
    assert.match(moves.pass(249).begin() ?? '', /1 ms too early after a change/)
  })

  test('when only a pause made it late', () => {
    const moves = atRest().pass(10_000).pass(60_000, { isPaused: true })
    assert.equal(moves.begin(), undefined)
  })

  test('at once where it was asked for', () => {
    const moves = atRest()
    moves.watch.asked(moves.now)
    assert.equal(moves.watch.late(moves.now), undefined)
    assert.match(moves.pass(1).watch.late(moves.now) ?? '', /after it was asked/)
  })
})

suite('the next look is announced', () => {
  test('for soon after a change during a sync', () => {
    const moves = new Moves()
    moves.begin()
    moves.watch.changes(moves.now)
    assert.match(moves.succeed(251) ?? '', /251 ms after a change during a sync: not 250 to 250/)
  })

  test('for later after each failure, up to the longest, and then as at first', () => {
    const moves = new Moves()
    for (const [failures, delayMs] of [1000, 2000, 3000, 3000].entries()) {
      moves.begin()
      assert.equal(moves.fail(failures + 1, delayMs), undefined)
      moves.pass(delayMs)
    }
    moves.begin()
    assert.equal(moves.succeed(10_000), undefined)
    moves.pass(10_000).begin()
    assert.match(moves.fail(1, 2000) ?? '', /2000 ms after failure 1: not 500 to 1000/)
  })

  test('for no sooner because of a change, as long as it fails', () => {
    const moves = new Moves()
    moves.begin()
    moves.fail(1, 1000)
    moves.watch.changes(moves.now)
    assert.match(moves.pass(250).begin() ?? '', /too early after failure 1/)
  })

  test('for soon where somebody waits for a delivery', () => {
    const moves = new Moves()
    moves.begin()
    assert.equal(moves.succeed(500, {}, true), undefined)
    assert.match(atRest().pass(9000).succeed(500) ?? '', /500 ms after a sync: not 5000/)
  })
})

suite('a status tells', () => {
  const cases: [Partial<Status>, RegExp][] = [
    [{ lastError: error }, /says of a good sync: no answer/],
    [{ failures: 1 }, /says 1 failures, of 0/],
    [{ isSyncing: true }, /says that a sync is under way/],
    [{ nextAtMs: undefined }, /no time when it looks again/],
    [{ lastResult: {} }, /another result/],
    [{ lastSyncedAtMs: 1 }, /says that it synced at 1/],
  ]
  for (const [said, problem] of cases) {
    test(`what is not so after a success: ${problem.source}`, () => {
      assert.match(atRest().pass(9000).succeed(8000, said) ?? '', problem)
    })
  }

  test('what is not so after a failure', () => {
    const silent = { lastError: undefined }
    assert.match(atRest().pass(9000).fail(1, 900, silent) ?? '', /nothing of the last error/)
    const other = { lastError: new Error('another') }
    assert.match(atRest().pass(9000).fail(1, 900, other) ?? '', /another error/)
    assert.match(atRest().pass(9000).fail(2, 900) ?? '', /says 2 failures, of 1/)
  })
})
