/**
 * A pool of processes: what becomes of tasks whose process dies, hangs or refuses.
 * @module
 */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { WorkerPool, type PoolOptions, type TaskEnd } from './pool.ts'
import type { ToyAnswer, ToyTask } from './toy-worker.suite.ts'
import { inheritedArguments } from './worker-process.ts'

const entry = new URL('toy-worker.suite.ts', import.meta.url)

function pool(options: Partial<PoolOptions> = {}): WorkerPool<ToyTask, ToyAnswer> {
  return new WorkerPool({ entry, setup: { name: 'toy' }, ...options })
}

function pidOf(end: TaskEnd<ToyAnswer>): number {
  assert.equal(end.type, 'answered')
  return end.type === 'answered' ? end.pid : 0
}

suite('a pool', { concurrency: true }, () => {
  test('gives its setup to a process, which carries out one task after another', async () => {
    using toys = pool()
    const first = await toys.run({ does: 'answer' })
    const second = await toys.run({ does: 'answer' })
    assert.equal(pidOf(second), pidOf(first))
    assert.notEqual(pidOf(first), process.pid)
    assert.deepEqual(first.type === 'answered' && first.answer, {
      setup: { name: 'toy' },
      pid: pidOf(first),
    })
    assert.ok(first.type === 'answered' && first.cpuMs > 0)
  })

  test('has another process do what one must not do', async () => {
    using toys = pool()
    const first = pidOf(await toys.run({ does: 'answer' }))
    const second = pidOf(await toys.run({ does: 'answer' }, { notBy: first }))
    assert.notEqual(second, first)
    assert.equal(pidOf(await toys.run({ does: 'answer' }, { notBy: second })), first)
  })

  test('replaces a process that has done its share', async () => {
    using toys = pool({ tasksPerProcess: 1 })
    const first = pidOf(await toys.run({ does: 'answer' }))
    assert.notEqual(pidOf(await toys.run({ does: 'answer' })), first)
  })

  test('tells of a process that dies, and goes on with another', async () => {
    using toys = pool()
    const killed = await toys.run({ does: 'die' })
    assert.ok(killed.type === 'killed')
    assert.equal(killed.how, 'SIGKILL')
    const ended = await toys.run({ does: 'exit' })
    assert.ok(ended.type === 'killed')
    assert.deepEqual([ended.how, ended.lastWords], ['exit code 7', 'the last words'])
    assert.equal((await toys.run({ does: 'answer' })).type, 'answered')
  })

  test('tells of a process that is silent, and goes on with another', async () => {
    using toys = pool({ silenceMs: 1 })
    const end = await toys.run({ does: 'hang' })
    assert.ok(end.type === 'hung')
    assert.equal(end.how, 'it said nothing for 0.001 s')
    assert.equal((await toys.run({ does: 'hang' })).type, 'hung')
  })

  test('leaves a process alone that says that it is alive', async () => {
    using toys = pool({ silenceMs: 1_500 })
    assert.equal((await toys.run({ does: 'work', forMs: 1_600 })).type, 'answered')
  })

  test('fails where a process refuses a task or its setup, with its error', async () => {
    using toys = pool()
    await assert.rejects(toys.run({ does: 'refuse' }), /TypeError: not this one/)
    using broken = pool({ setup: { isBroken: true } })
    await assert.rejects(broken.run({ does: 'answer' }), {
      name: 'FossilError',
      code: 'option.invalid',
      detail: { option: 'toy', reason: 'is broken' },
    })
  })

  test('fails where a process does not start', async () => {
    using toys = pool({ entry: new URL('no-such-file.ts', import.meta.url) })
    await assert.rejects(
      toys.run({ does: 'answer' }),
      /did not start: exit code 1: .*no-such-file/s,
    )
  })

  test('cancels what is under way when it is closed', async () => {
    const toys = pool()
    const running = toys.run({ does: 'hang' })
    toys.close()
    assert.equal((await running).type, 'cancelled')
    assert.equal((await toys.run({ does: 'answer' })).type, 'cancelled')
  })
})

test('a process in an endless loop ends when the one that started it is killed', async () => {
  const script = '"$0" --conditions=@trilobite/source "$1" "$2" & wait'
  const args = [process.execPath, fileURLToPath(entry), '{"isEndless":true}']
  const shell = spawn('sh', ['-c', script, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(shell.stdout, 'data')
  shell.kill('SIGKILL')
  // It holds the other end of the pipe.
  await once(shell, 'close')
})

test('options of Node that say what runs are not inherited, those that say how are', () => {
  const given = [
    '--conditions=@trilobite/source',
    '--test-timeout=1',
    '-e',
    'code',
    '--import',
    'x',
    '--test',
  ]
  assert.deepEqual(inheritedArguments(given), ['--conditions=@trilobite/source', '--import', 'x'])
})
