/**
 * Documents that a reader follows line by line: their commands, their programs, and the output that
 * they show. What is between them is prose, and is not read.
 *
 * - A block of `sh` holds commands; a block without a language right after it shows their output.
 * - A block whose text begins with `$ ` shows commands and the output of each.
 * - A block of `ts` is a program; its first line names the file, as in `// notes.ts`.
 * - A comment before a block may say `at the end`, for what needs the steps behind it, or
 *   `Node 24`, for what a reader with an older one has been told to get.
 * - Elsewhere `…` ends a line that goes on, and stands for lines that are left out.
 * @module
 */

/** A program to write into a file. */
export interface FileStep {
  readonly type: 'file'
  /** The line of the document, from 1. */
  readonly line: number
  readonly name: string
  readonly text: string
}

/** Commands to type. */
export interface CommandStep {
  readonly type: 'command'
  /** The line of the document, from 1. */
  readonly line: number
  readonly note: string
  readonly command: string
  /** The output that the document shows, or undefined where it shows none. */
  readonly shown: string | undefined
}

/** A step of a reader. */
export type Step = FileStep | CommandStep

interface Block {
  readonly line: number
  readonly note: string
  readonly language: string
  readonly text: string
}

/** Fenced blocks, in order. */
function blocksOf(text: string): Block[] {
  const fences = /(?:^<!-- (.*) -->\n\n?)?^```(\S*)\n([^]*?)^```$/gm
  return [...text.matchAll(fences)].map((match) => {
    const [, note = '', language = '', block = ''] = match
    return { line: text.slice(0, match.index).split('\n').length, note, language, text: block }
  })
}

/** The steps that a document asks for, in order. Blocks of other languages are none. */
export function stepsOf(document: string): Step[] {
  const blocks = blocksOf(document)
  return blocks.flatMap((block, i): Step[] => {
    const { line, note, language, text } = block
    if (language === '' && text.startsWith('$ ')) return sessionOf(block)
    if (language === 'ts') {
      const [, name = ''] = /^\/\/ (\S+\.m?ts)\n/.exec(text) ?? []
      return [{ type: 'file', line, name, text }]
    }
    if (language !== 'sh') return []
    const next = blocks[i + 1]
    const isShown = next?.language === '' && !next.text.startsWith('$ ')
    const shown = isShown ? next.text : undefined
    return [{ type: 'command', line, note, command: text.trimEnd(), shown }]
  })
}

function sessionOf({ line, note, text }: Block): Step[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [, command = '', shown = ''] = /^((?:.*\\\n)*.*)\n([^]*)$/.exec(part) ?? []
      return { type: 'command', line, note, command, shown }
    })
}

/** Lines that ask for a password. */
export const prompts = /^(?:New password|Password|Retype password)\b.*: ?$/gm

/** The part of an output that is the same whoever runs it, and whenever. */
export function lasting(output: string): string {
  return output
    .replaceAll(/\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{16}|[0-9a-f]{10})\b/g, 'hex')
    .replaceAll(/\b\d{4}-\d\d-\d\d/g, 'day')
    .replaceAll(/\d\d:\d\d:\d\d/g, 'time')
    .replaceAll(/\.\d{3}Z/g, '.msZ')
    .replaceAll(/[\d.]+ k?B (in|out)/g, 'size $1')
    .replaceAll(/\d+ bytes/g, 'size')
    .replaceAll(/ in [\d.]+ s \(\d+x\)/g, '')
}

/**
 * The first line of what a document shows that an output lacks, behind the lines before it.
 * Undefined where all of them are there, in their order.
 */
export function firstMissing(shown: string, output: string): string | undefined {
  const lines = lasting(output)
    .split('\n')
    .map((line) => line.trim())
  let at = 0
  for (const line of lasting(shown).split('\n')) {
    const [start = ''] = line.trim().split('…')
    if (start === '') continue
    const isOpen = line.includes('…')
    const found = lines.findIndex(
      (each, i) => i >= at && (isOpen ? each.startsWith(start) : each === start),
    )
    if (found === -1) return line
    at = found + 1
  }
  return undefined
}
