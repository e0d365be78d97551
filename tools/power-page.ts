/**
 * Writes docs/power.md from the output of `trilobite sim canary --alone --json`:
 *
 *     npx trilobite sim canary --alone --json > canaries.json
 *     node tools/power-page.ts canaries.json
 *
 * @module
 */

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One canary, as the command prints it. */
interface ToldCanary {
  readonly name: string
  readonly bug: string
  readonly needs: readonly string[]
  readonly plan?: string
  readonly runs: number
  readonly finding?: { readonly invariant?: string; readonly verdict: string }
  readonly second?: { readonly runs: number; readonly finding?: { readonly seed: number } }
}

const root = join(import.meta.dirname, '..')

const introduction = `# Power

A measurement of what the simulator can see: each bug below is planted in the source as it is
loaded, from \`canaries/\`, and the simulator runs seed after seed until one does not converge. The
needs of a bug were written down before its first run: an operation (\`op:\`), a fault (\`fault:\`,
\`site:\`) or an option of the plan. [simulation.md](simulation.md) says how canaries work and how
to add one.

\`\`\`
npx trilobite sim canary --alone --json > canaries.json
node --conditions=@trilobite/source tools/power-page.ts canaries.json
\`\`\`

`

const nightly = `\`npm run nightly -- canaries\` runs all of them. It fails if one is not found,
or if the median exceeds 5 or p90 exceeds 50. \`.ci/run\` runs six.
`

const aboutAlone = `\`alone\`: with the invariant that found it switched off, no seed sees the bug.
A plan in brackets is fixed, so that the needs are met.
`

const aboutInvariants = `The canaries that each invariant was the first to find, and those that no
other invariant sees. [simulation.md](simulation.md) says why some have none.
`

/** The page about canaries. */
export function powerPage(canaries: readonly ToldCanary[], invariants: readonly string[]): string {
  const found = canaries.filter(({ finding }) => finding !== undefined)
  const seeds = found.map(({ runs }) => runs).sort((a, b) => a - b)
  const least = (part: number): number => seeds[Math.ceil(part * seeds.length) - 1] ?? 0
  const score = `${found.length} of ${canaries.length} bugs were found`
  const took = `median ${least(0.5)}, p90 ${least(0.9)}, maximum ${least(1)}`
  return [
    introduction,
    `${score}. Seeds it took: ${took}.\n\n${nightly}\n## Bugs\n\n${aboutAlone}\n`,
    table(
      ['canary', 'the bug: the code …', 'needs', 'found by', 'seeds', 'alone'],
      canaries.map(rowOf),
    ),
    `\n## Invariants\n\n${aboutInvariants}\n`,
    table(
      ['invariant', 'first', 'alone', 'canaries that it alone sees'],
      invariants.map((name) => invariantRow(name, canaries)),
    ),
  ].join('')
}

function rowOf({ name, bug, needs, plan, runs, finding, second }: ToldCanary): string[] {
  const needed = [...needs, ...(plan === undefined ? [] : [`(${plan})`])].join(', ')
  const alone = second !== undefined && second.finding === undefined ? 'yes' : ''
  const foundBy = finding === undefined ? 'not found' : (finding.invariant ?? finding.verdict)
  return [code(name), bug, needed === '' ? '' : code(needed), code(foundBy), String(runs), alone]
}

function invariantRow(name: string, canaries: readonly ToldCanary[]): string[] {
  const first = canaries.filter(({ finding }) => finding?.invariant === name)
  const alone = first.filter(({ second }) => second !== undefined && second.finding === undefined)
  const names = alone.map((canary) => code(canary.name)).join(', ')
  return [code(name), String(first.length), String(alone.length), names]
}

function code(text: string): string {
  return `\`${text.replaceAll('|', String.raw`\|`)}\``
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`)
  return lines.join('')
}

if (import.meta.main) {
  const [path = ''] = process.argv.slice(2)
  const { canaries }: { canaries: ToldCanary[] } = JSON.parse(readFileSync(path, 'utf8'))
  const { invariants } = await import('trilobite/dst')
  const page = join(root, 'docs/power.md')
  writeFileSync(
    page,
    powerPage(
      canaries,
      invariants.map(({ name }) => name),
    ),
  )
  execFileSync('npx', ['prettier', '--write', page], { cwd: root })
}
