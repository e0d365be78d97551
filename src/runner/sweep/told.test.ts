/**
 * Ends of a sweep as they are told: groups of failures, JUnit XML, differences of traces.
 * @module
 */

import assert from 'node:assert/strict'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { suite, test } from 'node:test'

import { endOf, failureOf, TestFolder } from './ends.suite.ts'
import { failureGroups } from './groups.ts'
import { junitText } from './junit.ts'
import { divergenceText, TraceFolder } from './trace-pair.ts'

suite('failures', () => {
  test('with one signature are a group, the largest first, its lowest seeds kept', () => {
    const ends = [failureOf(9, 'lost'), endOf(1), failureOf(3, 'torn'), failureOf(4, 'lost')]
    const groups = failureGroups([...ends, failureOf(5, 'lost')], 2)
    assert.deepEqual(
      groups.map(({ text, count, kept }) => [text, count, kept.map(({ seed }) => seed)]),
      [
        ['violated truth on a client: lost', 3, [4, 5]],
        ['violated truth on a client: torn', 1, [3]],
      ],
    )
  })
})

suite('JUnit XML', () => {
  test('has a case for each seed, and a failure where it did not converge', () => {
    assert.equal(
      junitText([failureOf(2, 'a < "b"'), endOf(1)], 'sweep & co'),
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites tests="2" failures="1" time="3.000">',
        '<testsuite name="sweep &amp; co" tests="2" failures="1" time="3.000">',
        '<testcase classname="sweep &amp; co" name="seed 1" time="1.500"/>',
        '<testcase classname="sweep &amp; co" name="seed 2" time="1.500"><failure type="violated"' +
          ' message="violated truth on a client: a &lt; &quot;b&quot;">  node  leaf-2',
        '</failure></testcase>',
        '</testsuite>',
        '</testsuites>',
        '',
      ].join('\n'),
    )
  })

  test('has no character that XML has no form for', () => {
    const told = 'a\0b\u001b\ud800\uffff😀'
    const text = junitText([{ ...failureOf(1, ''), told }], 'x')
    assert.match(text, />a\?b\?\ufffd\?😀<\/failure>/)
  })
})

suite('traces', () => {
  test('are compared as sim diff does it, where there are two', () => {
    using folder = new TestFolder()
    using traces = new TraceFolder(folder.file('traces'))
    const pair = traces.pair(7)
    const at = '"cause":0,"lamport":0,"atMs":0'
    const begin = `{"event":0,${at},"type":"run","format":1,"seed":7,"nodes":["a"]}\n`
    const tick = '{"event":1,"cause":0,"lamport":1,"atMs":5,"type":"tick","node":"a"}\n'
    writeFileSync(pair.first, begin + tick)
    writeFileSync(pair.second, begin + tick.replace('"atMs":5', '"atMs":6'))
    assert.match(divergenceText(pair), /^different from 0\.005 s on\n/)
    writeFileSync(pair.second, '')
    assert.match(divergenceText(pair), /^trace\.invalid: /)
  })

  test('have files of their own, also where a seed is run with several plans', () => {
    using traces = new TraceFolder()
    const pairs = [traces.pair(7), traces.pair(7), traces.pair(8)]
    const paths = pairs.flatMap(({ first, second }) => [first, second])
    assert.equal(new Set(paths).size, 6)
  })

  test('are removed, unless somebody is told of them or the folder is his', () => {
    using folder = new TestFolder()
    for (const [asked, isTold] of [
      [undefined, false],
      [undefined, true],
      [folder.file('traces'), false],
    ] as const) {
      const traces = new TraceFolder(asked)
      const { first } = traces.pair(1)
      writeFileSync(first, 'a\n')
      if (isTold) traces.keep()
      traces[Symbol.dispose]()
      assert.equal(existsSync(first), isTold || asked !== undefined)
      rmSync(dirname(first), { recursive: true, force: true })
    }
  })
})
