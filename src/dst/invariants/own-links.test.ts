/**
 * The small finder of links is right wherever it says that it can tell.
 * @module
 */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'

import * as fc from 'fast-check'

import { artifactLinks, mimetypeOf } from '../../markup/links.ts'
import {
  markdownDocuments,
  markdownSamples,
  wikiDocuments,
  wikiSamples,
} from '../../markup/samples.suite.ts'
import { findOwnLinks } from './own-links.ts'

const markups = [
  { mimetype: 'text/x-fossil-wiki', samples: wikiSamples, documents: wikiDocuments },
  { mimetype: 'text/x-markdown', samples: markdownSamples, documents: markdownDocuments },
]

suite('where the finder can tell', () => {
  for (const { mimetype, samples, documents } of markups) {
    test(`it finds the links that stock finds, in ${mimetype}`, () => {
      const judged = samples.filter(([text]) => findOwnLinks(text, mimetype) !== 'unjudged')
      assert.ok(judged.length >= 10, `${judged.length} samples`)
      for (const [text, names] of judged) {
        assert.deepEqual([findOwnLinks(text, mimetype)].flat().join(' '), names, text)
      }
    })

    test(`it finds what production finds in random documents, in ${mimetype}`, () => {
      const options = { mimetype: mimetypeOf(mimetype), isInline: false }
      fc.assert(
        fc.property(documents, (text) => {
          const links = findOwnLinks(text, mimetype)
          if (links !== 'unjudged') assert.deepEqual(links, artifactLinks(text, options))
        }),
        { seed: 5, numRuns: 3_000 },
      )
    })
  }
})

test('what operations write is judged', () => {
  const text = `see <b>bold</b> isn't "so" a&b x_y [0123abcd] größer [Home] [/info/beef0|x]\n`
  assert.deepEqual(findOwnLinks(text, undefined), ['0123abcd', 'beef0'])
  assert.deepEqual(findOwnLinks(`${text} [it](/info/feed1)`, 'text/x-markdown'), ['feed1'])
  assert.deepEqual(findOwnLinks(text, 'text/plain'), [])
})
