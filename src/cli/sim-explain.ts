/**
 * `trilobite sim explain`: why a node lacks an artifact, a file or a row, or how it came there.
 * Exits 0 with an answer, 2 on an error.
 * @module
 */

import type { Command } from 'commander'
import { explain } from '../dst/index.ts'
import { FossilError } from '../index.ts'
import { print } from './output.ts'
import { traceSource } from './trace-file.ts'

interface ExplainOptions {
  readonly node: string
  readonly artifact?: string
  readonly file?: string
  readonly row?: string
  readonly json?: boolean
}

/** Adds `sim explain`. */
export function addExplainCommand(sim: Command): void {
  sim
    .command('explain')
    .description('tell the causes for which a node lacks something, or has it')
    .argument('<trace>', 'trace of sim run --messages --holdings --trace; - is standard input')
    .requiredOption('--node <id>', 'node in question, such as master or leaf-0')
    .option('--artifact <hash>', 'artifact, by its hash or the beginning of it')
    .option('--file <name>', 'unversioned file, in its latest version')
    .option(
      '--row <table:key>',
      'row of a synced table by the hash of its key, or a derived row by any part of it',
    )
    .option('--json', 'print one JSON object and nothing else')
    .action(answer)
}

function answer(path: string, options: ExplainOptions): void {
  const explained = explain(traceSource(path), questionOf(options), options.node)
  const { text, ...explanation } = explained
  print({ json: options.json === true }, { ...explanation }, text)
}

/** @throws {FossilError} `option.invalid` unless exactly one thing is named */
function questionOf({ artifact, file, row }: ExplainOptions): Parameters<typeof explain>[1] {
  const asked = [
    ...(artifact === undefined ? [] : [{ artifact }]),
    ...(file === undefined ? [] : [{ file }]),
    ...(row === undefined ? [] : [{ row: rowOf(row) }]),
  ]
  const [question, ...others] = asked
  if (question !== undefined && others.length === 0) return question
  const reason = 'one of --artifact, --file and --row says what is to be explained'
  throw new FossilError('option.invalid', { option: '--artifact', reason })
}

function rowOf(text: string): { table: string; key: string } {
  const at = text.indexOf(':')
  if (at > 0 && at < text.length - 1) return { table: text.slice(0, at), key: text.slice(at + 1) }
  const reason = 'a row is named by its table and its key, with a colon between them'
  throw new FossilError('option.invalid', { option: '--row', reason })
}
