/**
 * The words of timeline entries: texts that stock composes, byte for byte, so that both may write
 * the same repository. Comments of the timeline are wiki text with links in brackets.
 * Source: fossil src/printf.c:35-65 (`%S`, `%!S`), src/encode.c:24-100 (`%h`).
 * @module
 */

import { decodeText, encodeText } from '../base/text.ts'
import { configInteger } from '../repo/config.ts'
import type { Repo } from '../repo/repo.ts'

/** Digits of a hash that people see, where `hash-digits` says nothing else. */
const defaultDigits = 10
const fewestDigits = 6
const allDigits = 64
/** At least as many go into a link, and at least this many more than are seen. */
const fewestInLink = 16
const moreInLink = 6

/** Text up to its first NUL, where stock's C strings end. */
export function cText(text: string): string {
  const end = text.indexOf('\0')
  return end === -1 ? text : text.slice(0, end)
}

/** `%h`: text that stands for itself in HTML. */
export function html(text: string | undefined): string {
  return cText(text ?? '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** `%S`: as much of a hash as people see. */
export function shownHash(repo: Repo, hash: string): string {
  return prefix(hash, shownDigits(repo))
}

/** `%!S`: as much of a hash as goes into a link. */
export function linkedHash(repo: Repo, hash: string): string {
  const digits = Math.max(shownDigits(repo) + moreInLink, fewestInLink)
  return prefix(hash, Math.min(digits, allDigits))
}

/** `%!S|%S`: where a link goes, and what it shows. */
export function hashLink(repo: Repo, hash: string): string {
  return `${linkedHash(repo, hash)}|${shownHash(repo, hash)}`
}

function shownDigits(repo: Repo): number {
  const digits = configInteger(repo, 'hash-digits', defaultDigits)
  return Math.min(Math.max(digits, fewestDigits), allDigits)
}

/** In bytes: one of stock's texts shortens a file name as if it were a hash. */
function prefix(text: string, sizeBytes: number): string {
  return decodeText(encodeText(cText(text)).subarray(0, sizeBytes))
}
