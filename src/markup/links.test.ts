/**
 * Links to artifacts: each sample's, in hostile texts, and whatever the text.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { artifactLinks, type Mimetype, mimetypeOf } from './links.ts'
import {
  deepest,
  markdownDivergences,
  markdownDocuments,
  markdownSamples,
  type Sample,
  wikiDivergences,
  wikiDocuments,
  wikiSamples,
} from './samples.suite.ts'

const seed = 8

function linksIn(text: string, mimetype: Mimetype): string {
  return artifactLinks(text, { mimetype, isInline: false }).join(' ')
}

function checkAll(samples: readonly Sample[], mimetype: Mimetype): void {
  for (const [text, names] of samples) {
    assert.equal(linksIn(text, mimetype), names, JSON.stringify(text))
  }
}

test('wiki text links to what its brackets name', () => checkAll(wikiSamples, 'wiki'))

test('Markdown links to the targets of its links', () => checkAll(markdownSamples, 'markdown'))

test('a link may be as deep as in stock, and no deeper', () => checkAll(deepest, 'markdown'))

test('where we differ from stock, we keep to our own answer', () => {
  for (const { text, ours } of wikiDivergences) assert.equal(linksIn(text, 'wiki'), ours)
  for (const { text, ours } of markdownDivergences) assert.equal(linksIn(text, 'markdown'), ours)
})

test('a mimetype is taken for wiki text, for Markdown, or for neither', () => {
  assert.equal(mimetypeOf(undefined), 'wiki')
  assert.equal(mimetypeOf('text/x-fossil-wiki'), 'wiki')
  assert.equal(mimetypeOf('markdown-wiki'), 'wiki')
  assert.equal(mimetypeOf('text/x-markdown'), 'markdown')
  assert.equal(mimetypeOf('text/plain'), 'other')
  assert.equal(mimetypeOf('text/X-Markdown'), 'other')
  assert.equal(mimetypeOf(''), 'other')
})

test('each markup has links of its own, and other text has none', () => {
  const text = '[abcd] [x](beef)'
  assert.equal(linksIn(text, 'wiki'), 'abcd')
  assert.equal(linksIn(text, 'markdown'), 'beef')
  assert.equal(linksIn(text, 'other'), '')
})

test('a comment has the links of a page with the same text', () => {
  const text = '<h1>[abcd]</h1>\n\n  *  <verbatim>[beef]</verbatim>\n<td>[feed]'
  const inComment = artifactLinks(text, { mimetype: 'wiki', isInline: true })
  assert.deepEqual(inComment, ['abcd', 'feed'])
  assert.deepEqual(artifactLinks(text, { mimetype: 'wiki', isInline: false }), inComment)
})

test('text ends at a NUL', () => {
  assert.equal(linksIn('[abcd] [be\0ef] [feed]', 'wiki'), 'abcd')
  assert.equal(linksIn('[x](abcd)\0[x](beef)', 'markdown'), 'abcd')
  assert.equal(linksIn('[abcd\0]', 'wiki'), '')
})

test('any text has links by name, each once, in the order of the text', () => {
  const wiki = fc.oneof(wikiDocuments, fc.string({ unit: 'binary' }))
  const markdown = fc.oneof(markdownDocuments, fc.string({ unit: 'binary' }))
  let found = 0
  for (const [mimetype, texts] of [['wiki', wiki] as const, ['markdown', markdown] as const]) {
    const property = fc.property(texts, (text) => {
      const names = artifactLinks(text, { mimetype, isInline: false })
      found += names.length
      assert.equal(new Set(names).size, names.length)
      for (const name of names) {
        assert.match(name, /^[0-9a-f]{4,64}$/)
        assert.ok(text.toLowerCase().replaceAll('\\', '').includes(name))
      }
      if (mimetype === 'wiki') assert.deepEqual(names.toSorted(), names)
    })
    fc.assert(property, { seed, numRuns: 300 })
  }
  assert.ok(found > 100, `${found} links`)
})

const size = 100_000

function filled(scrap: string, before = '', after = ''): string {
  return before + scrap.repeat(Math.ceil(size / scrap.length)) + after
}

function halves(opening: string, closing: string): string {
  return opening.repeat(size / 2 / opening.length) + closing.repeat(size / 2 / closing.length)
}

const lists = Array.from({ length: 800 }, (_, i) => `${' '.repeat(i)}- a\n`).join('')
const runs = Array.from({ length: 800 }, (_, i) => `${'`'.repeat(800 - i)}a`).join('')

/** Texts on which looking ahead from every character takes time squared. */
const hostileMarkdown: readonly string[] = [
  [filled('['), filled('[a](x '), filled('[a]['), filled('<a'), filled('<http:'), filled('`')],
  [halves('[', ']'), halves('(^', ')'), halves('(^a', ')'), halves('[', '](abcd)')],
  [filled('*a '), filled('*a **b '), filled('***a '), filled('*a_b'), filled('*['), filled('_')],
  [
    filled('\\\\*a', '', '`x` '.repeat(size / 4)),
    filled('\\\\[', '[a]: b\n\n', `]${' '.repeat(size)}`),
  ],
  [filled('*a [b](c) _x ', '*_'.repeat(150), '_*'.repeat(150)), runs, lists],
  [filled('>'), filled('- '), `${'- '.repeat(size / 6)}a\n\n${' '.repeat(size)}b`],
  [filled('<pre>\n\n'), filled('<pre>\n\n</pre>x\n\n'), filled('<!-- x\n\n'), filled('~~~\n\n')],
  [filled('`\n\n` ', '|\n\n'), filled('`|`\n\n'), filled('|'), filled('a\n-\n'), filled('\r')],
  [filled('[a]: b "\n'), filled('\n  ', '[^a]:'), filled('.a', '(^', ')'), filled('[^a]: x\n')],
].flat()

const hostileWiki: readonly string[] = [
  [filled('['), filled('[[]'), filled('<a '), filled('<x ', '', '>'), filled('<x a="')],
  [filled(`<x "<x '`), filled('</verbatim x="', '<verbatim>'), filled('<verbatim>')],
  [filled('<verbatim b=1>b="</verbatim>" b='), filled('a=b ', '<verbatim ', '>')],
].flat()

test('hostile text takes little time and hides nothing before it', { timeout: 60_000 }, () => {
  for (const text of hostileMarkdown) {
    assert.match(linksIn(`[x](feed)\n\n${text}`, 'markdown'), /^feed/, text.slice(0, 40))
  }
  for (const text of hostileWiki) {
    assert.match(linksIn(`[feed]${text}`, 'wiki'), /^feed/, text.slice(0, 40))
  }
})
