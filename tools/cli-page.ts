/**
 * Writes docs/cli.md from the commands themselves, as `trilobite help --json` tells of them:
 *
 *     npx node tools/cli-page.ts
 *
 * @module
 */

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { format, resolveConfig } from 'prettier'

/** One command, as `help --json` prints it. */
export interface ToldCommand {
  readonly name: string
  readonly names: readonly string[]
  readonly group: string
  readonly usage: string
  readonly description: string
  readonly arguments: readonly { readonly name: string; readonly description: string }[]
  readonly options: readonly {
    readonly flags: string
    readonly description: string
    readonly default: unknown
    readonly choices: readonly string[]
  }[]
  readonly examples: readonly { readonly line: string; readonly about: string }[]
  readonly commands: readonly ToldCommand[]
}

const root = join(import.meta.dirname, '..')

/** The path of the page. */
export const cliPagePath = join(root, 'docs/cli.md')

const introduction = `# Commands

Every command with its arguments, options and examples. \`node tools/cli-page.ts\` writes this page
from the commands themselves; \`trilobite help COMMAND\` prints the same, and
\`trilobite help --json\` all of it as data.

- \`-R FILE\` names the repository, before or after the command. Without it that is the only
  \`.fossil\` file of the folder. There are no check-outs: \`ci\` takes files from the disk,
  \`export\` writes them there.
- A check-in is named by a hash or its first digits, a tag, a branch (its latest check-in), a
  date, \`tip\`, \`trunk\`, \`root:BRANCH\` and the like, as in stock Fossil.
- The exit code is 0 when all is well, 1 when something is missing, which is named, and 2 on an
  error.
- \`--json\` prints one object. An error is \`{"error": {"code", "message", "detail"}}\`, with the
  codes of [errors.md](errors.md), and the exit code is 2; \`option.invalid\` for a wrong command
  line, \`bug\` for a fault of trilobite's own.

`

/** The page, formatted as the project's texts are. */
export async function cliPage(program: ToldCommand): Promise<string> {
  const groups = Map.groupBy(program.commands, ({ group }) => group)
  const parts = [...groups].flatMap(([group, commands]) => [
    `## ${group.replace(/:$/, '')}\n\n`,
    ...commands.map((command) => section(command, 3)),
  ])
  const text = introduction + contents(groups) + parts.join('')
  const config = await resolveConfig(cliPagePath)
  return format(text, { ...config, parser: 'markdown' })
}

function contents(groups: ReadonlyMap<string, readonly ToldCommand[]>): string {
  const lines = [...groups].map(([group, commands]) => {
    const names = commands.map(({ name, names: [last = ''] }) => `[${last}](#${anchor(name)})`)
    return `- ${group} ${names.join(', ')}\n`
  })
  return `${lines.join('')}\n`
}

/** The address that a heading of this text gets. */
function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(' ', '-')
}

function section(command: ToldCommand, level: number): string {
  const { name, names, usage, description, examples, commands } = command
  const [, ...others] = names
  const alias = others.length === 0 ? '' : ` Also ${others.map(code).join(', ')}.`
  const options = command.options.filter(({ flags }) => !/--help\b/.test(flags))
  return [
    `${'#'.repeat(level)} ${name}\n\n`,
    `${sentence(description)}${alias}\n\n`,
    commands.length > 0 ? '' : `\`\`\`\n${usage}\n\`\`\`\n\n`,
    table(
      'argument',
      command.arguments.map((each) => [code(each.name), each.description]),
    ),
    table(
      'option',
      options.map((each) => [code(each.flags), optionText(each)]),
    ),
    examples.length === 0 ? '' : `\`\`\`sh\n${examples.map(exampleText).join('')}\`\`\`\n\n`,
    ...commands.filter((each) => each.names[0] !== 'help').map((each) => section(each, level + 1)),
  ].join('')
}

function exampleText({ line, about }: ToldCommand['examples'][number]): string {
  return `# ${about}\n${line}\n`
}

function optionText(option: ToldCommand['options'][number]): string {
  const { description, choices } = option
  const usual = option.default
  const isTold = usual !== null && usual !== false && !(Array.isArray(usual) && usual.length === 0)
  return [
    description,
    ...(choices.length === 0 ? [] : [`one of ${choices.map(code).join(', ')}`]),
    ...(isTold ? [`default ${code(defaultText(usual))}`] : []),
  ].join('; ')
}

function defaultText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** With a capital and a full stop. */
function sentence(text: string): string {
  const [first = '', ...rest] = text
  return `${first.toUpperCase()}${escaped(rest.join(''))}${text.endsWith('.') ? '' : '.'}`
}

/** Characters that Markdown takes for its own. */
function escaped(text: string): string {
  return text.replaceAll(/[<>*|]|(?<!\w)_|_(?!\w)/g, String.raw`\$&`)
}

function code(text: string): string {
  return `\`${text.replaceAll('|', String.raw`\|`)}\``
}

function table(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return ''
  const lines = rows.map(([name, text]) => {
    const parts = text.split('`').map((part, at) => (at % 2 === 0 ? escaped(part) : part))
    return `| ${name} | ${parts.join('`')} |\n`
  })
  return `| ${title} | |\n| --- | --- |\n${lines.join('')}\n`
}

/** The commands of this checkout, as they tell of themselves. */
export function toldProgram(): ToldCommand {
  const main = join(root, 'src/cli/main.ts')
  const args = ['--no-warnings', '--conditions=@trilobite/source', main, 'help', '--json']
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

if (import.meta.main) writeFileSync(cliPagePath, await cliPage(toldProgram()))
