/**
 * Versions of one file, and many files at once, as the changes of check-ins one after another.
 * @module
 */

import type { Arguments } from '../../runner/arguments.ts'
import { RandomStream } from '../../sim/random.ts'
import type { AskedChange } from './files.ts'

/** The changes of each check-in: of a series where a file is named, of a burst where none is. */
export function versions(args: Arguments): AskedChange[][] {
  const [key, name] = [args.integer('key'), args.maybeText('name')]
  const count = Math.min(Math.max(args.integer('count'), 0), 500)
  if (name === undefined) {
    const files = Array.from({ length: count }, (_, at) => ({
      name: `burst/${key}/${at}.txt`,
      content: Buffer.from(`${key} ${at}\n`),
    }))
    return [files]
  }
  const draw = new RandomStream(key, 'series').at(0)
  const line = (): string => `${draw.uint32()} ${draw.uint32()}\n`
  const text = Array.from({ length: 12 }, line)
  return Array.from({ length: count }, (_, at) => {
    text[at % text.length] = line()
    return [{ name, content: Buffer.from(text.join('')) }]
  })
}
