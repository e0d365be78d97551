/**
 * Links in Markdown, as Fossil reads it: `[text](target)`, and by labels defined elsewhere.
 *
 * Two passes, as in stock: definitions are taken out of the text, and what is left is parsed;
 * footnotes that turn out to be in use come after it. Images are no links.
 * Reference: fossil 2.21 src/markdown.c:2633-2805.
 * @module
 */

import { parseBlocks } from './markdown-blocks.ts'
import { footnoteDefinition, Footnotes } from './markdown-footnotes.ts'
import { IndexedText } from './indexed-text.ts'
import { type MarkdownContext, nested, parseInline } from './markdown-inline.ts'
import { labelDefinition, LinkLabels } from './markdown-labels.ts'

/** Calls `onLink` with the target of every link in `text`. */
export function markdownLinks(text: string, onLink: (target: string) => void): void {
  const labels = new LinkLabels()
  const notes = new Footnotes()
  const context: MarkdownContext = { labels, notes, onLink, depth: 0 }
  const body = takeDefinitions(text, labels, notes)
  parseBlocks(context, body)
  nested(context, 2, () => {
    notes.parseAll((note) => parseInline(context, new IndexedText(note)))
  })
}

/** Hands definitions to `labels` and `notes`, and returns the rest with LF as line ends. */
function takeDefinitions(text: string, labels: LinkLabels, notes: Footnotes): string {
  const kept: string[] = []
  let keptEnd = 0
  const newlines = /[\n\r]+/g
  for (let at = 0; at < text.length;) {
    const link = labelDefinition(text, at)
    const note = link === undefined ? footnoteDefinition(text, at) : undefined
    const next = link?.next ?? note?.next
    if (link !== undefined) labels.define(link.label, link.target)
    if (note !== undefined) notes.define(note)
    if (next === undefined) {
      newlines.lastIndex = at
      at = newlines.test(text) ? newlines.lastIndex : text.length
    } else {
      kept.push(text.slice(keptEnd, at))
      keptEnd = at = next
    }
  }
  notes.join()
  // A CR counts as a newline, and only at the very end not. markdown.c:2696-2702.
  kept.push(text.slice(keptEnd).replace(/\r$/, ''))
  return kept.join('').replace(/\r\n?/g, '\n')
}
