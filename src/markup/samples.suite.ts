/**
 * Texts and the artifacts they link to: what the tests of this folder check without stock, and
 * `stock.test.ts` with it. Also the scraps of which both make random documents.
 * @module
 */

import * as fc from 'fast-check'

/** A text, and the names that it links to in stock (separated by blanks). */
export type Sample = readonly [text: string, names: string]

/** One sample in which we differ from stock on purpose: stock's answer, ours, and why. */
export interface Divergence {
  readonly text: string
  readonly stock: string
  readonly ours: string
  readonly why: string
}

export const wikiSamples: readonly Sample[] = [
  ['see [abcd] and [ABCDEF0123|the label]', 'abcd abcdef0123'],
  ['[abcd] [beef] [abcd]', 'abcd beef'],
  ['[abcd  |x] [beef   ]', 'abcd beef'],
  ['[ abcd] [abcd\t|x] [\u00a0abcd] [abcd#x] [wiki:abcd] [abc] []', ''],
  ['[/info/abcd] [/info/ABCD0] [/info/abc] [/infoabcd] [/info/] [info/feed]', 'abcd abcd0'],
  [
    `[${'a'.repeat(64)}] [${'b'.repeat(65)}] [/info/${'c'.repeat(64)}]`,
    `${'a'.repeat(64)} ${'c'.repeat(64)}`,
  ],
  ['[abcd\n|x] [beef|x\n\ny] [\nfeed]', 'beef'],
  ['[[abcd]] x[beef] \\[feed] [a[dead]', 'beef feed'],
  ['[abcd', ''],
  ['[abcd [beef]', ''],
  ['[x|abcd] [beef|]', 'beef'],
  ['é [abcd|héé] 😀 [beef] \udce9 [feed]', 'abcd beef feed'],
  ['<b>[abcd]</b> <a href="[beef]">x</a> <foo title="[feed]">', 'abcd feed'],
  ["<a title='>[abcd]'>[beef]", 'beef'],
  ['<a title="x>[abcd] <b>[beef]', 'abcd beef'],
  ['<a title=">[abcd]', 'abcd'],
  ['<nowiki>[abcd]</nowiki>[beef]', 'beef'],
  ['<NoWiki>[abcd]</NOWIKI >[beef]', 'beef'],
  ['<nowiki/>[abcd]', ''],
  ['<nowiki>[abcd]<verbatim></nowiki></verbatim>[beef]</nowiki>[feed]', 'feed'],
  ['<verbatim>[abcd]</verbatim>[beef]', 'beef'],
  ['<verbatim>[abcd]<nowiki></nowiki>[beef]</verbatim x=y>[feed]', 'feed'],
  ['<verbatim>[abcd]</verbatim><verbatim type="x">[beef]</verbatim>[feed]', 'feed'],
  ['<verbatim id=x>[abcd]</verbatim id=x>[beef]</verbatim>[feed]', ''],
  ['<verbatim-x>[abcd]</verbatim-x>[beef]', ''],
  ['<verbatim class id=x>[abcd]</verbatim>[beef]', 'beef'],
  ['<verbatim id>[abcd]</verbatim>[beef]', 'beef'],
  ['<verbatim class=c id>[abcd]</verbatim>[beef]', ''],
  ['<verbatim xyz=c id >[abcd]</verbatim>[beef]', 'beef'],
  ['<verbatim links="1">[abcd]</verbatim>[beef]', 'beef'],
  ['</verbatim>[abcd]</nowiki>[beef]', 'abcd beef'],
  ['<div id=a><verbatim>[abcd]</div id=a>[beef]', ''],
  ['  *  [abcd]\n  #  [beef]\n  1. [feed]\n\n   [dead]', 'abcd beef feed dead'],
  ['&lt;[abcd]&[beef]<[feed]< b>[dead]', 'abcd beef feed dead'],
  ['<verbatim-[abcd]>', 'abcd'],
  ['', ''],
]

export const markdownSamples: readonly Sample[] = [
  // Inline links.
  ['see [x](abcd) and [y](/info/BEEF01)', 'abcd beef01'],
  ['[x]( abcd ) [x](<beef>) [x]  \n (feed) [x](dead "title")', 'abcd beef feed dead'],
  ["[x](abcd 'a) [x](beef'') [x](feed\"x) [x](dead '(t)')", 'beef'],
  ['[x](ab\\cd) [x](be\\\\ef) [x](feed\\)', 'abcd beef'],
  ['[x](http://a/info/abcd) [x](info/abcd) [x](./abcd) [x](abc) [x]()', ''],
  ['![x](abcd) !\\[y](beef) \\![z](feed)', ''],
  ['[a [b](abcd) c](beef)', 'abcd beef'],
  ['[x](abcd', ''],
  ['[x] text (abcd)', ''],
  ['\\[x](abcd) [x\\](beef) [x\\]](feed)', 'feed'],
  ['é[ü](abcd)😀 [\udce9](beef)', 'abcd beef'],
  ['[x](abcd)\u00a0*[y](beef)*', 'abcd beef'],
  // Labels.
  ['[x][l] [l][] [l] [L  ]\n\n[l]: abcd\n', 'abcd'],
  ['[x][a b] [A\tB]\n\n   [a\t b]: <abcd> "title"\n', 'abcd'],
  ['[x][l]\n\n    [l]: abcd\n', ''],
  ['[x][l] [x][m]\n\n[l]:\n  abcd\n  (title)\n[m]: beef x\n', 'abcd'],
  ['[l]\n[l]: abcd\n[l]: beef\n', 'beef'],
  ['[b], [a]\n\n[a]: abcd\n[b]: beef\n[b]: feed\n', 'beef abcd'],
  ['[é]\n\n[é]: abcd\n[É]: beef\n', 'abcd'],
  ['[ ]: abcd\n[ ]\n[x]: /info/beef\r\n[x]\r\n', 'beef'],
  ['![l] ![x][l]\n\n[l]: abcd', ''],
  ['`[l]: x\n[l]: abcd\n`\n\n[l]', 'abcd'],
  // What hides links.
  ['`[x](abcd)` ``[x](beef)` `` \\`[x](feed)`', 'feed'],
  ['`[x](abcd) ``[x](beef)``', ''],
  ['    [x](abcd)\n\n\t[y](beef)\n\n   [z](feed)', 'feed'],
  ['```\n[x](abcd)\n```\n[y](beef)\n\n~~~ c\n[x](feed)\n\n~~~\n', 'beef'],
  ['```\n[x](abcd)\n', 'abcd'],
  ['<a title="[x](abcd)"> <b [x](beef) <!-- [x](feed) --> <!--> [x](dead)', 'dead'],
  ['<pre>\n\n[x](abcd)\n\n</pre>\n\n[y](beef)\n', 'beef'],
  ['<pre>\n\n[x](abcd)\n\n</pre> z\n\n[y](beef)\n', 'abcd beef'],
  ['<!--\n\n[x](abcd)\n\n-->\n[y](beef)', 'beef'],
  ['<SCRIPT>[x](abcd)\n</script>\n\n<hr [x](beef)>\n\n<div>\n[x](feed)\n</div>\n\n', 'feed'],
  // Emphasis and what it contains.
  ['*[a](abcd)* **[b](beef)** ***[c](feed)*** _[d](dead)_', 'abcd beef feed dead'],
  ['*a [b* c](abcd)* **a [b](beef', 'abcd'],
  ['*a [b](abcd *c) d*', ''],
  ['_a[b_](abcd) x_y[c](beef)z_ *a`*`[x](feed)*', 'abcd beef feed'],
  // Blocks.
  ['# [a](abcd) #\n[b](beef)\n===\n[c](feed)\n---\n', 'abcd beef feed'],
  ['#[a](abcd)\n\n# \n[b](beef)\n#\n', 'abcd beef'],
  ['> [a](abcd)\nlazy [b](beef)\n\n> > [c](feed)\n\n>     [d](dead)\n', 'abcd beef feed'],
  ['- [a](abcd)\n- [b](beef)\n\n  1. [c](feed)\n\n     [d](dead)\n', 'abcd beef feed dead'],
  ['- a\n\n    [b](abcd)\n\n        [c](beef)\n\n[d](feed)', 'abcd feed'],
  ['1. a\n   - [b](abcd)\n   - `c\n2) [d](beef)`\n', 'abcd beef'],
  ['a | [b](abcd)\n--|--\n| `|` | [c](beef) |\n\n|[d](feed)|', 'abcd beef feed'],
  ['a|`b\n[c](abcd)`|[d](beef)\n', 'beef'],
  ['[a\n\nb](abcd) [c\nd](beef)\n***\n[e\n***\nf](feed)', 'beef'],
  ['[a](abcd)\r[b](beef)\r\n\r\n[c](feed)\r', 'abcd beef feed'],
  // Footnotes.
  ['a(^[b](abcd)) [c](^.x: [d](beef)) (^) [e](^ )', 'abcd beef'],
  ['a[^n] [b][^m]\n\n[^n]: [c](abcd)\n   [d](beef)\n[^m]:\n  .x.y: [e](feed)\n', 'abcd beef feed'],
  ['a\n\n[^n]: [c](abcd)\n', ''],
  ['[n][^]\n\n[^N]: [c](abcd) [^m]\n[^m]: [d](beef)\n[^n]: [e](feed)\n', 'abcd feed beef'],
  ['(^1(^2(^3(^4(^5 [x](abcd) (^6 [y](beef)))))))', 'abcd'],
  ['![a](^[b](abcd)) \\(^[c](beef))', 'beef abcd'],
  ['', ''],
]

export const wikiDivergences: readonly Divergence[] = [
  {
    text: '<verbatim lang=c>id=1>[beef]</verbatim>[feed]',
    stock: '',
    ours: 'feed',
    why: 'stock takes attributes from the text after the tag',
  },
  {
    text: '<div id=A><verbatim></div class=B id="A><verbatim></div class=B">[beef]',
    stock: 'beef',
    ours: '',
    why: 'an id here is the text from the other id on, as far as stock compares it',
  },
]

const label = 'a'.repeat(999)
const longLabel = `a${label}`

export const markdownDivergences: readonly Divergence[] = [
  {
    text: `[${longLabel}], [${label}]\n\n[${longLabel}]: abcd\n[${label}]: beef\n`,
    stock: 'abcd beef',
    ours: 'beef',
    why: 'a label has at most 999 characters here',
  },
]

/** The sample's markup at the greatest depth at which stock sees `[x](abcd)`, and one deeper. */
export const deepest: readonly Sample[] = [
  [`${'['.repeat(66)}[x](abcd)${'](/)'.repeat(66)}`, 'abcd'],
  [`${'['.repeat(67)}[x](abcd)${'](/)'.repeat(67)}`, ''],
  [`${'>'.repeat(199)}[x](abcd)`, 'abcd'],
  [`${'>'.repeat(200)}[x](abcd)`, ''],
]

/** Scraps of wiki text; `@` becomes a name that occurs nowhere else in the document. */
const wikiScraps = [
  ['[@]', '[@|l]', '[@  |l]', '[/info/@]', '[ @]', '[@', '[x|@]', '[@\n]', '[', ']', '|'],
  ['<', '>', '"', "'", '&', '&amp;', '\n', '\n\n', '\n  *  ', '\n  1.  ', ' ', 'word', 'é'],
  ['<verbatim>', '</verbatim>', '</verbatim>', '<nowiki>', '</nowiki>', '<b>', '<foo>', '<b '],
  ['<verbatim id=x>', '<verbatim class id=x>', '<verbatim-x>', '<verbatim type=\'y\' id="x">'],
  ['</verbatim id=x>', '<a title="[@]">', "<h7 title='>[@]'>", '<div id=a>', '</div id=a>'],
].flat()

/** Scraps of Markdown, likewise. */
const markdownScraps = [
  [
    '[t](@)',
    '[t](@)',
    '[t](<@> "x")',
    '[t] (@)',
    '[t](@\\)x)',
    '![t](@)',
    '[t][a]',
    '[a]',
    '[b][]',
  ],
  ['\n[a]: @\n', '\n [b]: <@> "x"\n', '\n[a]:\n @\n "t"\n', '[^a]', '[t][^b]', '[a][^]'],
  ['\n[^a]: [n](@)\n', '\n[^b]:\n  .c: [n](@)\n  [z](@)\n', '(^[i](@))', '[t](^[i](@))', '(^'],
  ['*', '**', '***', '_', '__', '*', '_', '`', '``', '```', '~~~', '\n```\n', '\n~~~\n'],
  ['\\', '\\\\', '\\[', '[', ']', '(', ')', '![', '](', '][', '<', '>', '<b @>', '<!-- ', '-->'],
  [' ', '  ', '    ', '\t', '\n', '\n', '\n\n', '\r\n', '\r', '\n    ', '\n  ', 'word', 'é', '1'],
  ['\n# ', '\n===\n', '\n---\n', '\n***\n', '\n> ', '\n- ', '\n1. ', '\n  - ', '\n    - '],
  ['|', '\n|', '|\n', '\n|--|--|\n', '|:', '\\|', ' | [c](@) | ', '\n<pre>\n', '</pre>\n\n'],
  ['\n<hr>\n', '\n<script>', '</script>\n\n', '\n<!--', ' -->\n\n', '<http://x>', '&amp;'],
].flat()

export const wikiDocuments: fc.Arbitrary<string> = documents(wikiScraps)
export const markdownDocuments: fc.Arbitrary<string> = documents(markdownScraps)

/** Documents of a few kinds of scraps each, so that those meet in many ways. */
function documents(scraps: readonly string[]): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom(...scraps), { minLength: 2, maxLength: 12 })
    .chain((kinds) => fc.array(fc.constantFrom(...kinds), { minLength: 3, maxLength: 40 }))
    .map((parts) => {
      let count = 0xa000
      return parts.join('').replaceAll('@', () => (count++).toString(16))
    })
}
