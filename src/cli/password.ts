/**
 * Passwords that people type, unseen, and those that programs pass on.
 * @module
 */

import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { FossilError } from '../index.ts'

/** The terminal at which a password is typed: `process.stdin`. */
export interface SecretSource {
  readonly input: Readable & { isTTY?: boolean; setRawMode?(isRaw: boolean): unknown }
  readonly output: { write(text: string): unknown }
}

const terminal: SecretSource = { input: process.stdin, output: process.stderr }

const enter = /[\r\n]/
/** Ctrl-C and Ctrl-D. */
const giveUp = new Set(['\u0003', '\u0004'])
const erase = new Set(['\b', '\u007f'])

/**
 * Asks for a password at the terminal, without showing it.
 *
 * @throws {FossilError} `option.invalid` where there is no terminal to ask at, and where whoever
 *   sits there gives none
 */
export async function askSecret(question: string, source = terminal): Promise<string> {
  if (source.input.isTTY !== true) {
    throw noPassword(
      'a password is needed, and there is no terminal to ask for it: --password-stdin reads one',
    )
  }
  const typed = await typedLine(question, source)
  if (typed === undefined || typed === '') throw noPassword('a password is needed')
  return typed
}

/**
 * Asks for a new password, twice.
 *
 * @throws {FossilError} as {@link askSecret}, and when the two differ
 */
export async function askNewSecret(login: string, source = terminal): Promise<string> {
  const first = await askSecret(`New password for ${login}: `, source)
  const again = await askSecret('Retype password: ', source)
  if (first !== again) throw noPassword('the two passwords differ')
  return first
}

/**
 * Reads a password from what is piped in: its first line.
 *
 * @throws {FossilError} `option.invalid` where that is empty
 */
export async function readSecret(input: Readable = process.stdin): Promise<string> {
  const decoder = new StringDecoder('utf8')
  let text = ''
  for await (const chunk of input) {
    text += typeof chunk === 'string' ? chunk : decoder.write(chunk)
    if (enter.test(text)) break
  }
  const [line = ''] = text.split(enter)
  if (line === '') throw noPassword('no password came')
  return line
}

/** One line of keys; undefined when the typist gives up. */
function typedLine(question: string, { input, output }: SecretSource): Promise<string | undefined> {
  return new Promise((resolve) => {
    const decoder = new StringDecoder('utf8')
    let typed: string[] = []
    const end = (line: string | undefined): void => {
      input.off('data', onData).off('end', onEnd)
      input.setRawMode?.(false)
      input.pause()
      output.write('\n')
      resolve(line)
    }
    const onEnd = (): void => end(undefined)
    const onData = (chunk: Buffer): void => {
      for (const key of decoder.write(chunk)) {
        if (enter.test(key)) return end(typed.join(''))
        if (giveUp.has(key)) return end(undefined)
        if (erase.has(key)) typed = typed.slice(0, -1)
        else if (key >= ' ') typed.push(key)
      }
    }
    // First, or what is typed early would show.
    input.setRawMode?.(true)
    output.write(question)
    input.on('data', onData).on('end', onEnd).resume()
  })
}

function noPassword(reason: string): FossilError {
  return new FossilError('option.invalid', { option: 'password', reason })
}
