/**
 * A reader who follows a document: a person with a shell, npm and the Node of the system, who has a
 * fresh copy of the checkout and types what the document says, character by character.
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

import { copyCheckout } from './installed.ts'
import { run, type RunOptions } from './run.ts'
import { ensureRuntime, oldestNode } from './runtimes.ts'
import { type CommandStep, firstMissing, prompts, type Step } from './walkthrough.ts'

/** Variables by which npm and Node would know of the process that runs us. */
const ours = /^npm_|^INIT_CWD$|^NODE/
/** Variables of these kinds that belong to the machine. */
const machines = /^npm_config_(?:cache|userconfig|globalconfig|registry)$|^NODE_EXTRA_CA_CERTS$/

interface Ended {
  readonly code: number
  readonly output: string
}

/** The reader's home: a checkout in `trilobite`, and room for other folders beside it. */
export class Reader {
  /** Problems met so far, each with the place in the document. */
  readonly problems: string[] = []
  readonly #home: string
  readonly #env: NodeJS.ProcessEnv
  /** The folder of the Node that the reader was told to get. */
  readonly #newerNode: string
  readonly #servers: ChildProcess[] = []
  #folder: string

  private constructor(home: string, env: NodeJS.ProcessEnv, newerNode: string) {
    this.#home = home
    this.#env = env
    this.#newerNode = newerNode
    this.#folder = join(home, 'trilobite')
  }

  /** Makes a home in an empty folder. */
  static async in(home: string): Promise<Reader> {
    copyCheckout(join(home, 'trilobite'))
    const prefix = join(home, '.npm-global')
    mkdirSync(prefix)
    const inherited = Object.entries(process.env).filter(
      ([name]) => !ours.test(name) || machines.test(name),
    )
    const path = (process.env['PATH'] ?? '').split(delimiter)
    const env = {
      ...Object.fromEntries(inherited),
      ...(await npmSettings()),
      HOME: home,
      NO_COLOR: '1',
      // The reader is nobody in particular.
      USER: '',
      LOGNAME: '',
      FOSSIL_USER: '',
      // Questions to the registry that the pages say nothing of.
      npm_config_audit: 'false',
      npm_config_update_notifier: 'false',
      npm_config_prefix: prefix,
      PATH: [
        join(prefix, 'bin'),
        ...path.filter((each) => !/node_modules|node-gyp/.test(each)),
      ].join(delimiter),
    }
    const { command } = await ensureRuntime(oldestNode)
    return new Reader(home, env, dirname(command))
  }

  /** The versions of Node and npm that the reader has, as in `Node v20.20.2, npm 11.19.1`. */
  async versions(): Promise<string> {
    const options = { env: this.#env, cwd: this.#home }
    const [node, npm] = await Promise.all(
      ['node', 'npm'].map((name) => run(name, ['--version'], options)),
    )
    return `Node ${node?.stdout.trim()}, npm ${npm?.stdout.trim()}`
  }

  /**
   * Follows a document, which begins in the checkout. Steps to be made at the end come last, and in
   * the checkout, too.
   */
  async follow(
    name: string,
    steps: readonly Step[],
    progress: (line: string) => void,
  ): Promise<void> {
    for (const part of [steps.filter((step) => !isLate(step)), steps.filter(isLate)]) {
      this.#folder = join(this.#home, 'trilobite')
      for (const step of part) {
        const place = `${name}:${step.line}`
        progress(place)
        const problem = await this.#problemOf(step)
        if (problem !== undefined) this.problems.push(`${place}: ${problem}`)
      }
    }
    this.end()
  }

  /** Ends the servers that were started. */
  end(): void {
    for (const { pid } of this.#servers.splice(0)) {
      try {
        if (pid !== undefined) process.kill(-pid, 'SIGTERM')
      } catch {
        // It has ended by itself.
      }
    }
  }

  async #problemOf(step: Step): Promise<string | undefined> {
    if (step.type === 'file') {
      if (step.name === '') return 'the first line of the program names no file'
      writeFileSync(join(this.#folder, step.name), step.text)
      return undefined
    }
    const { command, shown } = step
    const { code, output } = / serve /.test(command)
      ? await this.#serve(step)
      : await this.#type(step)
    const text = plainText(output)
    const missing = shown === undefined ? undefined : firstMissing(shown, text)
    if (missing !== undefined) return `"${missing}" is not in the output of ${command}\n${text}`
    // What shows no output has to succeed; where output is shown, it may be that of a failure.
    return shown === undefined && code !== 0 ? `${command} ended with ${code}\n${text}` : undefined
  }

  async #type(step: CommandStep): Promise<Ended> {
    const { cwdFile, script, env } = this.#shell(step)
    const options = { cwd: this.#folder, env }
    const isAsked = (step.shown?.match(prompts) ?? []).length > 0
    const ended = isAsked ? await answered(script, options) : await printed(script, options)
    if (existsSync(cwdFile)) this.#folder = readFileSync(cwdFile, 'utf8').trim()
    return ended
  }

  /** Starts what goes on until it is interrupted, and waits for the output that is shown. */
  async #serve(step: CommandStep): Promise<Ended> {
    const { script, env } = this.#shell(step)
    const options = { cwd: this.#folder, env, detached: true } as const
    const child = spawn('sh', ['-c', script], { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#servers.push(child)
    let output = ''
    return await new Promise((resolve) => {
      const take = (text: string): void => {
        output += text
        if (firstMissing(step.shown ?? '', output) === undefined) resolve({ code: 0, output })
      }
      child.stdout.setEncoding('utf8').on('data', take)
      child.stderr.setEncoding('utf8').on('data', take)
      child.on('close', (code) => resolve({ code: code ?? -1, output }))
    })
  }

  #shell({ command, note }: CommandStep): {
    cwdFile: string
    script: string
    env: NodeJS.ProcessEnv
  } {
    const cwdFile = join(this.#home, '.cwd')
    const path = note === 'Node 24' ? [this.#newerNode, this.#env['PATH']] : [this.#env['PATH']]
    return {
      cwdFile,
      script: `trap 'pwd > "${cwdFile}"' EXIT\nset -e\n${command}\n`,
      env: { ...this.#env, PATH: path.join(delimiter) },
    }
  }
}

async function printed(script: string, options: RunOptions): Promise<Ended> {
  const { code, stdout, stderr } = await run('sh', ['-c', script], options)
  return { code, output: `${stdout}${stderr}` }
}

/** Runs a script on a terminal, and answers each question for a password. */
function answered(script: string, options: RunOptions): Promise<Ended> {
  const child = spawn('script', ['-qefc', script, '/dev/null'], options)
  let output = ''
  let answers = 0
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const asked = plainText(output).match(prompts)?.length ?? 0
      for (; answers < asked; answers++) child.stdin.write('secret\r')
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, output }))
  })
}

/** Output to a terminal as lines: what moves to the start of a line begins another one. */
function plainText(output: string): string {
  const escape = String.fromCharCode(27)
  return output
    .replaceAll('\r\n', '\n')
    .replaceAll(new RegExp(`\r|${escape}\\[1G`, 'g'), '\n')
    .replaceAll(new RegExp(`${escape}\\[[\\d;?]*[A-Za-z]`, 'g'), '')
}

function isLate(step: Step): boolean {
  return step.type === 'command' && step.note === 'at the end'
}

/** The cache and the files of settings that npm has here, for a reader with another home. */
async function npmSettings(): Promise<NodeJS.ProcessEnv> {
  const names = ['cache', 'userconfig', 'globalconfig']
  const values = await Promise.all(
    names.map(async (name) => (await run('npm', ['config', 'get', name])).stdout.trim()),
  )
  return Object.fromEntries(names.map((name, i) => [`npm_config_${name}`, values[i]]))
}
