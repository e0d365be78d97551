/**
 * Runs a program and collects what it says. Asynchronous, so that a test can serve the very
 * program it runs.
 * @module
 */

import { spawn } from 'node:child_process'

/** Options for running a program. */
export interface RunOptions {
  readonly cwd?: string
  /** The whole environment, not additions to ours. */
  readonly env?: NodeJS.ProcessEnv
  /** The bytes that the program reads on standard input; none means an empty input. */
  readonly input?: string | Uint8Array
}

/** The end of a program, and its output. */
export interface RunResult {
  /** The exit code; -1 where a signal ended the program. */
  readonly code: number
  /** Standard output as UTF-8 text. */
  readonly stdout: string
  readonly stderr: string
  /** Standard output as it came. */
  readonly bytes: Uint8Array
}

/**
 * Runs `command` to its end. A failing program is a result, not an error.
 *
 * @throws {Error} where the program cannot be started
 */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { cwd, env, input } = options
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      const bytes = Buffer.concat(stdout)
      const text = Buffer.concat(stderr).toString()
      resolve({ code: code ?? -1, stdout: bytes.toString(), stderr: text, bytes })
    })
    // A program may end without reading its input; that is no failure of ours.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}

/**
 * Runs `command` to its end and returns its standard output.
 *
 * @throws {Error} with what the program wrote, where it fails
 */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options)
  if (code === 0) return stdout
  throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stderr || stdout}`)
}
