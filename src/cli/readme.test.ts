/**
 * The commands that the README shows print what it says they print, one after the other, but for
 * dates, hashes, sizes and passwords.
 * @module
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

import { run } from '../../tools/run.ts'
import { type RunningServer, Scratch, stop } from './command.suite.ts'

const scratch = new Scratch()
const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

/** A command with what it prints. */
interface Sample {
  readonly command: string
  readonly output: string
}

/** Whatever stands after a prompt, in order. */
function samples(): Sample[] {
  const blocks = [...readme.matchAll(/^```\n(\$ [^]*?)^```$/gm)].map(([, block = '']) => block)
  return blocks
    .flatMap((block) => block.split(/^\$ /m).slice(1))
    .map((text) => {
      const [, command = '', output = ''] = /^((?:.*\\\n)*.*)\n([^]*)$/.exec(text) ?? []
      return { command, output }
    })
}

/** The part of an output that is the same whoever runs it, and whenever. */
function lasting(output: string): string {
  return output
    .replaceAll(/^.*password (?:of|for) .*:\n|^Retype password:\n/gim, '')
    .replaceAll(/\b(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{16}|[0-9a-f]{10})\b/g, 'hex')
    .replaceAll(/\b\d{4}-\d\d-\d\d/g, 'day')
    .replaceAll(/\d\d:\d\d:\d\d/g, 'time')
    .replaceAll(/\.\d{3}Z/g, '.msZ')
    .replaceAll(/[\d.]+ k?B (in|out)/g, 'size $1')
    .replaceAll(/\d+ bytes/g, 'size')
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

test('the commands of the README print what it shows', async (t) => {
  if (process.platform === 'win32') return t.skip('they are for a shell')
  const [here, there] = [scratch.folderNamed('server'), scratch.folderNamed('clone')]
  let server: RunningServer | undefined
  let ran = 0
  for (const { command, output } of samples()) {
    ran++
    if (command.includes('trilobite serve')) {
      server = await scratch.serve(`${here}/project.fossil`)
      const announced = server.said().replace(`${here}/`, '').replace(server.url, '127.0.0.1:8080/')
      assert.equal(announced, output.replace('http://127.0.0.1:8080/', '127.0.0.1:8080/'))
      continue
    }
    const url = server?.url ?? ''
    // Without a terminal nobody can be asked for a password.
    const typed = command
      .replace(/user new .*$/, '$& --password-stdin')
      .replace('http://amy@127.0.0.1:8080/', url.replace('//', '//amy:secret@'))
    const printed = await said(typed, server === undefined ? here : there)
    const shown = url === '' ? printed : printed.replaceAll(url, 'http://127.0.0.1:8080/')
    assert.equal(lasting(shown), lasting(output), command)
  }
  assert.ok(ran > 15 && server !== undefined)
  await stop(server.child, 'SIGTERM')
})

function withoutWall(text: string): string {
  return text.replace(/ in [\d.]+ s \(\d+x\)/, '')
}

test('the run that the README shows is the run of `npm start`, but for its wall time', async () => {
  const [, shown = ''] = /`npm start` prints[^]*?```\n([^]*?)```/.exec(readme) ?? []
  const printed = await said('trilobite sim run', '.')
  assert.equal(withoutWall(printed), withoutWall(shown))
})
