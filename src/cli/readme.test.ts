/**
 * The pages for newcomers print what they say they print: the commands of the first steps, one
 * after the other, but for dates, hashes, sizes and passwords; and the program of the README. The
 * lines that install something, and the tutorial, are for `npm run nightly -- readme`.
 * @module
 */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { run } from '../../tools/run.ts'
import {
  type CommandStep,
  firstMissing,
  lasting,
  prompts,
  type Step,
  stepsOf,
} from '../../tools/walkthrough.ts'
import { type RunningServer, Scratch, stop } from './command.suite.ts'

const scratch = new Scratch()
const root = join(import.meta.dirname, '../..')

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

function withoutPrompts(output: string): string {
  return lasting(output.replaceAll(new RegExp(`${prompts.source}\n`, 'gm'), ''))
}

/** Runs a command in a shell where `trilobite` is this very command. */
async function said(command: string, folder: string): Promise<string> {
  const main = join(import.meta.dirname, 'main.ts')
  const own = `trilobite() { '${process.execPath}' --no-warnings '${main}' "$@"; }`
  const { stdout } = await run('sh', ['-c', `${own}\nexec 2>&1\n${command}`], {
    cwd: join(scratch.folder, folder),
    env: { ...process.env, FOSSIL_USER: '', USER: '', LOGNAME: '', USERNAME: '' },
    input: 'secret\n',
  })
  return stdout
}

/** Runs programs of a page from the sources: as files of the checkout, they find the package. */
class Programs {
  readonly #folder: string

  constructor(t: { after(action: () => void): void }) {
    mkdirSync(join(root, '.cache'), { recursive: true })
    this.#folder = mkdtempSync(join(root, '.cache', 'pages-'))
    t.after(() => rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10 }))
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text)
  }

  async run(name: string, cwd: string): Promise<string> {
    const args = ['--conditions=@trilobite/source', join(this.#folder, name)]
    const { stdout, stderr } = await run(process.execPath, args, { cwd })
    return `${stdout}${stderr}`
  }
}

/** The address of the server, as the page has it. */
const pageHost = '127.0.0.1:8080'

/** Follows the first steps, in folders beside each other and with a server on a free port. */
class Follower {
  readonly #programs: Programs
  #folder = scratch.folderNamed('trilobite')
  #server: RunningServer | undefined

  constructor(programs: Programs) {
    this.#programs = programs
  }

  async follow(step: Step): Promise<void> {
    if (step.type === 'file') this.#programs.write(step.name, this.#here(step.text))
    else if (step.command.startsWith('node ')) await this.#runProgram(step)
    else if (step.command.includes('trilobite serve')) await this.#serve(step)
    else if (!step.command.startsWith('npm ')) await this.#type(step)
  }

  async end(): Promise<void> {
    assert.ok(this.#server)
    await stop(this.#server.child, 'SIGTERM')
  }

  async #serve({ shown = '' }: CommandStep): Promise<void> {
    this.#server = await scratch.serve(join(this.#folder, 'project.fossil'))
    const announced = this.#server.said().replace(`${this.#folder}/`, '')
    assert.equal(this.#there(announced), shown)
  }

  async #type({ command, shown = '' }: CommandStep): Promise<void> {
    // Without a terminal nobody can be asked for a password.
    const typed = this.#here(command.replace(/user new .*$/, '$& --password-stdin')).replace(
      '//amy@',
      '//amy:secret@',
    )
    const printed = await said(typed, this.#folder)
    assert.equal(lasting(this.#there(printed)), withoutPrompts(shown), command)
    const [, folder] = / cd (\S+)$/.exec(command) ?? []
    if (folder !== undefined) this.#folder = join(this.#folder, folder)
  }

  async #runProgram({ command, shown = '' }: CommandStep): Promise<void> {
    const name = command.slice('node '.length)
    const printed = await this.#programs.run(name, join(scratch.folder, this.#folder))
    assert.equal(firstMissing(shown, printed), undefined, printed)
  }

  /** Text of the page, with the address of the server that runs here. */
  #here(text: string): string {
    return text.replaceAll(pageHost, this.#host)
  }

  #there(text: string): string {
    return text.replaceAll(this.#host, pageHost)
  }

  get #host(): string {
    return this.#server === undefined ? pageHost : new URL(this.#server.url).host
  }
}

test('the commands and programs of the first steps print what the page shows', async (t) => {
  if (process.platform === 'win32') return t.skip('they are for a shell')
  const steps = stepsOf(read('docs/first-steps.md'))
  assert.ok(steps.length > 25)
  const follower = new Follower(new Programs(t))
  for (const step of steps) await follower.follow(step)
  await follower.end()
})

function withoutWall(text: string): string {
  return text.replace(/ in [\d.]+ s \(\d+x\)/, '')
}

test('the README shows lines of what `npm start` prints, but for its wall time', async () => {
  const start = stepsOf(read('README.md')).find(
    (step) => step.type === 'command' && /^npm start$/m.test(step.command),
  )
  assert.ok(start?.type === 'command')
  const shown = withoutWall(start.shown ?? '')
    .trimEnd()
    .split('\n')
  const printed = withoutWall(await said('trilobite sim run', '.')).split('\n')
  assert.ok(shown.length >= 6)
  assert.deepEqual(
    printed.filter((line) => shown.includes(line)),
    shown,
  )
})

test('the README has a program for the library that prints what it shows', async (t) => {
  const programs = new Programs(t)
  const steps = stepsOf(read('README.md'))
  const [notes] = steps.filter((step) => step.type === 'file')
  assert.ok(notes)
  programs.write(notes.name, notes.text)
  const ran = steps.find((step) => step.type === 'command' && step.command === `node ${notes.name}`)
  assert.ok(ran?.type === 'command')
  assert.equal(await programs.run(notes.name, scratch.folder), ran.shown)
})

test('each program of these pages names its file, and each long block shows its output', () => {
  for (const page of ['README.md', 'docs/first-steps.md', 'docs/simulation.md']) {
    for (const step of stepsOf(read(page))) {
      const place = `${page}:${step.line}`
      if (step.type === 'file') assert.notEqual(step.name, '', place)
      else if (step.command.split('\n').length > 2) assert.ok(step.shown, place)
    }
  }
})
