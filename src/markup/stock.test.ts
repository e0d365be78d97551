/**
 * Agreement with stock: for every sample and for random documents, the links that we find are
 * those of `fossil test-backlinks`, which prints what it would store.
 * @module
 */

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as fc from 'fast-check'

import { requireFossilOrSkip, runFossil } from '../../tools/ensure-fossil.ts'
import { artifactLinks, type Mimetype } from './links.ts'
import {
  deepest,
  markdownDivergences,
  markdownDocuments,
  markdownSamples,
  wikiDivergences,
  wikiDocuments,
  wikiSamples,
} from './samples.suite.ts'

const seed = 9

/** Later, Markdown's lists may interrupt paragraphs, and quotes of fenced code span blank lines. */
const mirrored = '2.21'

/** The names by which stock calls a comment, and a wiki page. */
const srctypes = { comment: '0', page: '2' }

/** The names that stock finds in `text`, in the order in which it finds them. */
async function linksInStock(
  text: string,
  mimetype: Mimetype,
  srctype = srctypes.page,
): Promise<string> {
  const type = mimetype === 'markdown' ? ['--mimetype', 'text/x-markdown'] : []
  const input = encoded(text)
  const args = ['test-backlinks', srctype, '1', ...type, '-']
  const { stdout, stderr } = await runFossil(args, { input })
  assert.equal(stderr, '', text)
  const names = [...stdout.matchAll(/^target='(.*?)' srctype=/gm)].map(([, name]) => name)
  return [...new Set(names)].join(' ')
}

/** The bytes of `text`; an escaped byte, which is 0xE9 in every sample, becomes that byte. */
function encoded(text: string): Uint8Array {
  const parts = text.split('\udce9').flatMap((part) => [Buffer.of(0xe9), Buffer.from(part)])
  return Buffer.concat(parts.slice(1))
}

function ourLinks(text: string, mimetype: Mimetype): string {
  return artifactLinks(text, { mimetype, isInline: false }).join(' ')
}

test('stock finds the links of every sample', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  for (const [text, names] of wikiSamples) {
    assert.equal(await linksInStock(text, 'wiki'), names, JSON.stringify(text))
    const inComment = await linksInStock(text, 'wiki', srctypes.comment)
    assert.equal(inComment, names, `as a comment: ${JSON.stringify(text)}`)
  }
  for (const [text, names] of [...markdownSamples, ...deepest]) {
    assert.equal(await linksInStock(text, 'markdown'), names, JSON.stringify(text))
  }
})

test('stock differs from us where we say so', async (t) => {
  if (requireFossilOrSkip(t) === undefined) return
  for (const { text, stock, ours, why } of wikiDivergences) {
    assert.notEqual(stock, ours)
    assert.equal(await linksInStock(text, 'wiki'), stock, why)
  }
  for (const { text, stock, ours, why } of markdownDivergences) {
    assert.notEqual(stock, ours)
    assert.equal(await linksInStock(text, 'markdown'), stock, why)
  }
})

test('stock finds our links in random documents', async (t) => {
  const fossil = requireFossilOrSkip(t)
  if (fossil === undefined) return
  if (fossil.version !== mirrored) {
    t.skip(`stock is ${fossil.version}, and Markdown here is that of ${mirrored}`)
    return
  }
  let found = 0
  for (const [mimetype, documents] of [
    ['wiki', wikiDocuments] as const,
    ['markdown', markdownDocuments] as const,
  ]) {
    for (const text of fc.sample(documents, { seed, numRuns: 100 })) {
      const ours = ourLinks(text, mimetype)
      assert.equal(ours, await linksInStock(text, mimetype), JSON.stringify(text))
      found += ours === '' ? 0 : 1
    }
  }
  t.diagnostic(`${found} documents with links`)
  assert.ok(found > 40, 'links are frequent')
})
