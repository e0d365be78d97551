/**
 * Deltas that stock made (`fossil test-delta-create SOURCE TARGET DELTA`, version 2.21). In these
 * strings each character is one byte.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import { applyDelta } from './apply.ts'
import { createDelta } from './create.ts'
import { deltaOutputSize } from './parse.ts'

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'

const verse = `\
A trilobite is not a fish,
it has no fins, it has no wish
to swim about. It walks instead
along the warm Cambrian sea bed.
`

/** Blocks that hash alike, although no window of one is found in the other. */
const block = 'ddddddddddddddee'
const lookalike = 'ebeebeebeebeddee'

const golden = [
  {
    fact: 'nothing becomes nothing by an empty insert',
    source: '',
    target: '',
    delta: '0\n0:0;',
  },
  {
    fact: 'nothing after no more than a window is an empty insert too',
    source: alphabet.slice(0, 16),
    target: '',
    delta: '0\n0:0;',
  },
  {
    fact: 'something becomes nothing by no command at all',
    source: verse,
    target: '',
    delta: '0\n0;',
  },
  {
    fact: 'new content is one insert',
    source: '',
    target: 'trilobite\n',
    delta: 'A\nA:trilobite\n18siBW;',
  },
  {
    fact: 'a source no longer than a window is never copied from',
    source: alphabet.slice(0, 16),
    target: alphabet.slice(0, 16) + alphabet.slice(0, 16),
    delta: 'W\nW:abcdefghijklmnopabcdefghijklmnopwGpiG;',
  },
  {
    fact: 'a source one byte longer than a window is copied from',
    source: alphabet.slice(0, 17),
    target: alphabet.slice(0, 17) + alphabet.slice(0, 17),
    delta: 'Y\nH@0,H@0,2th4TC;',
  },
  {
    fact: 'a block that reaches the end of the source is not found',
    source: alphabet.slice(0, 32),
    target: `#${alphabet.slice(16, 32)}#`,
    delta: 'I\nI:#qrstuvwxyz012345#1riPPE;',
  },
  {
    fact: 'a target no longer than a window is never searched',
    source: alphabet,
    target: alphabet.slice(16, 32),
    delta: 'G\nG:qrstuvwxyz0123452Ia_yI;',
  },
  {
    fact: 'a target one byte longer than a window is searched',
    source: alphabet,
    target: `${alphabet.slice(16, 32)}0`,
    delta: 'H\nG@G,1:032a_yI;',
  },
  {
    fact: 'a match is extended backwards from the block that found it',
    source: alphabet,
    target: `b${alphabet.slice(1)}`,
    delta: '_\n1:bZ@1,1cRnpo;',
  },
  {
    fact: 'six bytes are worth a copy, were it three on each side of where a block begins',
    source: alphabet,
    target: 'nopqrs.############',
    delta: 'J\n6@D,D:.############1AJ0VQ;',
  },
  {
    fact: 'equal content is one copy',
    source: verse,
    target: verse,
    delta: '1w\n1w@0,1GlLcx;',
  },
  {
    fact: 'after a changed word, a tail with no whole block in it is inserted',
    source: verse,
    target: verse.replace('warm', 'cold'),
    delta: '1w\n1_@0,N:cold Cambrian sea bed.\nxoqFo;',
  },
  {
    fact: 'lines in reverse order are copies in reverse order',
    source: verse,
    target: `${verse.trimEnd().split('\n').reverse().join('\n')}\n`,
    delta: '1w\nX@1Q,W@v,V@R,R@0,2pyRt0;',
  },
  {
    // With unsigned bytes the first block shares its bucket with nothing that is looked up.
    fact: 'windows are hashed as signed bytes',
    source:
      '\xc3b\xa9bb b\xc3b\xa9\xc3\xc3 aaa\xc3\xc3a\xa9\xa9\xa9aba\xc3a\xc3\xc3\xa9\xa9\xc3\xa9' +
      'aaba\xa9 \xa9 \xa9b\xa9a\xc3\xc3aa\xc3\xa9b\xa9b',
    target: '\xc3b\xa9bb b\xc3b\xa9\xc373\xa9aba\xc3a\xc3\xc35',
    delta: 'M\nB@0,B:73\xa9aba\xc3a\xc3\xc353WoeA1;',
  },
  {
    fact: 'the 250th block of a bucket is tried',
    source: `${block}0123456789qrstuv${lookalike.repeat(249)}.`,
    target: `${block}0123456789qrstuv.`,
    delta: 'X\nW@0,1:.3FeU7Z;',
  },
  {
    fact: 'the 251st is not, and going back stops at the second byte of the source',
    source: `${block}0123456789qrstuv${lookalike.repeat(250)}.`,
    target: `${block}0123456789qrstuv.`,
    delta: 'X\n1:dV@1,1:.3FeU7Z;',
  },
  {
    fact: 'a run is copied as far as the blocks that are tried reach',
    source: `${'\0'.repeat(5000)}end`,
    target: `${'\0'.repeat(4800)}\xff\xff\xff`,
    delta: '1B3\nzd@FW,CO@11l,3:\xff\xff\xff3~~~x0;',
  },
  {
    fact: 'the checksum wraps at 2^32',
    source: '',
    target: '\xff'.repeat(8),
    delta: '8\n8:\xff\xff\xff\xff\xff\xff\xff\xff3~~~~z;',
  },
  {
    fact: 'the checksum pads a short last word at its end',
    source: '',
    target: 'abcde',
    delta: '5\n5:abcde36ObD_;',
  },
]

for (const { fact, source, target, delta } of golden) {
  test(`as in stock, ${fact}`, () => {
    assert.equal(text(createDelta(bytes(source), bytes(target))), delta)
    assert.equal(text(applyDelta(bytes(source), bytes(delta))), target)
    assert.equal(deltaOutputSize(bytes(delta)), target.length)
  })
}

function bytes(latin1: string): Uint8Array {
  return Buffer.from(latin1, 'latin1')
}

function text(content: Uint8Array): string {
  return Buffer.from(content).toString('latin1')
}
