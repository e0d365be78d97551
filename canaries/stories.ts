/**
 * Stories of planted bugs: each is shrunk to a test file, which fails with the bug and passes
 * without it, and what is necessary is compared with what the canary says that it needs.
 * @module
 */

import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Mutation, Need } from './mutation.ts'
import type { StoryTask, ToldStory } from './story.ts'

const root = join(import.meta.dirname, '..')

/** A test file resolves the package by its own name, so it lies within the checkout. */
const folder = join(root, '.cache/stories')

/** Most that a story may hold. */
const mostOperations = 10
const mostFaults = 3

/** The story of one canary, and what is wrong with it. */
export interface StoryResult {
  readonly mutation: Mutation
  /** Undefined where there is none. */
  readonly story?: ToldStory
  /** In words; empty where the story is as it has to be. */
  readonly problems: readonly string[]
  /** Needs of the canary that the story does not call necessary. */
  readonly untold: readonly Need[]
}

/** Other programs that a story is tried with. */
export interface StoryOptions {
  /** Another version of Node, which replays the capsule. Default: the one that runs here. */
  readonly replayingNode?: string
}

/** Shrinks the failure of a planted bug, and runs its test with the bug and without it. */
export async function tellStory(
  mutation: Mutation,
  task: StoryTask,
  { replayingNode = process.execPath }: StoryOptions = {},
): Promise<StoryResult> {
  const planted = { CANARY: mutation.name }
  const worker = await node(
    [join(import.meta.dirname, 'story-worker.ts'), JSON.stringify(task)],
    planted,
  )
  const line = worker.stdout.trim().split('\n').at(-1) ?? ''
  if (worker.code !== 0 || !line.startsWith('{')) {
    const reason = worker.stderr.trim().split('\n').slice(-3).join(' ')
    return { mutation, problems: [`no story: ${reason}`], untold: mutation.needs }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- story-worker.ts wrote it
  const story = JSON.parse(line) as ToldStory
  const problems = [
    ...sizeProblems(story),
    ...(await testProblems(mutation.name, story, replayingNode)),
  ]
  return { mutation, story, problems, untold: mutation.needs.filter((need) => !tells(story, need)) }
}

function sizeProblems({ operations, faults }: ToldStory): string[] {
  return [
    ...(operations > mostOperations ? [`${operations} operations`] : []),
    ...(faults > mostFaults ? [`${faults} faults`] : []),
  ]
}

async function testProblems(
  name: string,
  { test, capsule }: ToldStory,
  replayingNode: string,
): Promise<string[]> {
  mkdirSync(folder, { recursive: true })
  const paths = [join(folder, `${name}.test.ts`), join(folder, `${name}.capsule.json`)] as const
  const [testPath, capsulePath] = paths
  writeFileSync(testPath, test)
  writeFileSync(capsulePath, capsule)
  try {
    const withBug = await node([testPath], { CANARY: name })
    const mended = await node([testPath])
    const replay = [join(root, 'src/cli/main.ts'), 'sim', 'replay', capsulePath, '--json']
    const replayed = await node(replay, { CANARY: name }, replayingNode)
    return [
      ...(withBug.code === 0 ? ['its test passes with the bug'] : []),
      ...(mended.code === 0 ? [] : ['its test fails without the bug']),
      ...(replayed.stdout.includes('"end":"same"') ? [] : ['its capsule replays to another trace']),
    ]
  } finally {
    for (const path of paths) rmSync(path, { force: true })
  }
}

/** Tells whether a story calls necessary what a canary needs, or one of several such things. */
function tells({ necessary, plan }: ToldStory, need: Need): boolean {
  const [kind = '', rest = ''] = need.split(/:(.*)/s)
  return rest.split('|').some((each) => {
    if (kind === 'op') return necessary.includes(`op:${each}`)
    if (kind === 'plan') return plan.split(',').some((part) => part.startsWith(each))
    const sites = necessary.filter((item) => item.startsWith('site:'))
    if (kind === 'site') return sites.some((site) => site.endsWith(`/${each}`))
    return sites.some((site) => isOfFault(site, each))
  })
}

/** Names of faults as needs have them, and the sites that decide them. */
function isOfFault(site: string, fault: string): boolean {
  if (fault === 'buggify') return site.startsWith('site:buggify/')
  if (fault === 'lies') return /\/(?:lied|replyLied)$/.test(site)
  const last = site.split('/').at(-1) ?? ''
  return last === fault || last.toLowerCase() === `reply${fault}`.toLowerCase()
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs Node over the source; a bug is planted where the environment names one. */
function node(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  program = process.execPath,
): Promise<Ended> {
  const planting = 'CANARY' in env ? ['--import', join(import.meta.dirname, 'planted.ts')] : []
  const flags = ['--conditions=@trilobite/source', '--no-warnings', ...planting]
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...flags, ...args], {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}
