/**
 * Plans: each option from a stream of its own, one line that can be pasted.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { chance, oneOf, PlanSpace, someOf, wholeNumber, yesOrNo } from './plan.ts'

type Plan = {
  readonly nodes: number
  readonly loss: number
  readonly order: 'first' | 'last'
  readonly isLoud: boolean
  readonly tools: readonly string[]
}

const options = {
  nodes: wholeNumber('how many', { min: 1, max: 9 }, (draw) => draw.int(1, 9)),
  loss: chance('how often', [1, 50]),
  order: oneOf<'first' | 'last'>('which', ['first', 'last']),
  isLoud: yesOrNo('whether', 0.5),
  tools: someOf<string>('with what', ['saw', 'axe', 'awl'], {
    probabilities: [0.5],
    always: ['saw'],
    groups: { sharp: ['saw', 'axe'] },
  }),
}

const plans = new PlanSpace<Plan>(options, { quiet: { isLoud: false, loss: 0 } })

test('a plan that is written and read is the same plan, and any part of it is fixed so', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const plan = plans.draw(seed)
    assert.deepEqual(plans.read(plans.format(plan)), plan)
    assert.deepEqual(plans.draw(-seed, plans.read(plans.format(plan))), plan)
  }
})

test('a seed draws the same plan, and another seed another', () => {
  assert.deepEqual(plans.draw(3), plans.draw(3))
  const lines = new Set(Array.from({ length: 30 }, (_, seed) => plans.format(plans.draw(seed))))
  assert.ok(lines.size > 20)
})

test('fixing one option changes no other', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { nodes: _, ...others } = plans.draw(seed)
    const { nodes, ...same } = plans.draw(seed, { nodes: 1 })
    assert.equal(nodes, 1)
    assert.deepEqual(same, others)
  }
})

test('an option more or less changes no other', () => {
  const { nodes, order } = options
  const less = new PlanSpace<{ readonly order: Plan['order']; readonly nodes: number }>({
    order,
    nodes,
  })
  const all = plans.draw(7)
  assert.deepEqual(less.draw(7), { order: all.order, nodes: all.nodes })
})

suite('a line', () => {
  const readable: Readonly<Record<string, Partial<Plan>>> = {
    '': {},
    'nodes=3': { nodes: 3 },
    ' nodes = 3 , loss=0.25 ': { nodes: 3, loss: 250_000 },
    'loss=.000001': { loss: 1 },
    'loss=1': { loss: 1_000_000 },
    quiet: { isLoud: false, loss: 0 },
    'quiet,loss=0.5': { isLoud: false, loss: 500_000 },
    'loss=0.5,quiet': { isLoud: false, loss: 0 },
    'tools=none': { tools: [] },
    'tools=awl+saw': { tools: ['saw', 'awl'] },
    'tools=sharp': { tools: ['saw', 'axe'] },
    'isLoud=yes,order=last': { isLoud: true, order: 'last' },
  }
  for (const [line, plan] of Object.entries(readable)) {
    test(`"${line}" is read`, () => assert.deepEqual(plans.read(line), plan))
  }

  const unreadable: Readonly<Record<string, RegExp>> = {
    'nodes=0': /nodes=0: must be a whole number from 1 to 9/,
    'nodes=1.5': /whole number/,
    'nodes=1e0': /whole number/,
    'nodes=': /whole number/,
    nodes: /nodes needs a value/,
    'loss=2': /a number from 0 to 1/,
    'loss=-0.1': /a number from 0 to 1/,
    'loss=0.1234567': /six decimals/,
    'order=middle': /one of first, last/,
    'isLoud=true': /yes or no/,
    'tools=saw+hammer': /some of sharp, saw, axe, awl/,
    'tools=': /some of/,
    'colour=red': /"colour" is none of nodes, .*, nor of quiet/,
    loud: /"loud" is none of/,
    toString: /"toString" is none of/,
    'constructor=1': /"constructor" is none of/,
  }
  for (const [line, message] of Object.entries(unreadable)) {
    test(`"${line}" is refused, and the error says what would do`, () => {
      assert.throws(() => plans.read(line), { code: 'option.invalid', message })
    })
  }
})

test('whole groups are written by their names', () => {
  assert.equal(plans.format({ tools: ['saw', 'axe', 'awl'] }), 'tools=sharp+awl')
  assert.equal(plans.format({ tools: ['axe'], nodes: 2 }), 'nodes=2,tools=axe')
})

test('words that are always there are drawn in any case', () => {
  for (let seed = 1; seed <= 30; seed++) assert.ok(plans.draw(seed).tools.includes('saw'))
})

test('each option is described, with its value', () => {
  assert.deepEqual(plans.describe({ nodes: 2, loss: 10_000 }), [
    { name: 'nodes', value: '2', about: 'how many' },
    { name: 'loss', value: '0.01', about: 'how often' },
  ])
})
