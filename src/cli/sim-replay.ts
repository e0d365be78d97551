/**
 * `trilobite sim replay`: the run of a capsule once more. Exits 1 where it fails, 0 where it
 * converges.
 * @module
 */

import type { Command } from 'commander'
import { type Capsule, capsuleTexts, replayCapsule } from '../dst/index.ts'
import { print } from './output.ts'
import { modelFor, readCapsule } from './sim-failure.ts'
import { TraceFile } from './sim-files.ts'
import { replayFileCommand } from './sim-plan.ts'
import { jsonReport, textReport } from './sim-report.ts'
import { modelHelp } from './sim-sweep-command.ts'

interface ReplayCommandOptions {
  readonly model?: string
  readonly trace?: string
  readonly messages?: boolean
  readonly json?: boolean
}

/** Adds `sim replay`. */
export function addReplayCommand(sim: Command): void {
  sim
    .command('replay')
    .description('make the run of a capsule again, on any machine')
    .argument('<capsule>', 'the file of a capsule')
    .option('--model <file>', modelHelp)
    .option('--trace <file>', 'write everything that happens there, as JSON lines')
    .option('--messages', 'write into the trace the contents of each message')
    .option('--json', 'print one JSON object and nothing else')
    .action(replay)
}

async function replay(path: string, options: ReplayCommandOptions): Promise<void> {
  const capsule = readCapsule(path)
  const model = await modelFor({ capsule }, options.model)
  const trace = options.trace === undefined ? undefined : new TraceFile(options.trace)
  const startMs = performance.now()
  const traced =
    trace === undefined
      ? {}
      : {
          onTraceLine: (line: string) => trace.write(line),
          onTraceStart: () => trace.startOver(),
          describesMessages: options.messages === true,
        }
  const replayed = await replayCapsule(capsule, {
    model: { ...model, config: { ...model.config, ...traced } },
  }).finally(() => trace?.close())
  const { report, end, misfits } = replayed
  const command = replayFileCommand(path, options.model)
  const wallMs = Math.round(performance.now() - startMs)
  const text = `${endText(capsule, replayed)}${textReport(report, { wallMs, replay: command })}`
  print(options, { end, misfits, ...jsonReport(report, command) }, text)
  process.exitCode = end === 'converged' ? 0 : 1
}

function endText(
  capsule: Capsule,
  { end, misfits }: Awaited<ReturnType<typeof replayCapsule>>,
): string {
  const { code } = capsule
  const commit = code.commit === undefined ? '' : `, commit ${code.commit.slice(0, 10)}`
  const told = {
    same: 'it fails as it did, and the trace is the same',
    alike: 'it fails in the same way, in a run that is not the same',
    other: 'it fails in another way',
    converged: 'it does not fail',
  }[end]
  return [
    `${capsuleTexts(capsule).headline}\n`,
    `  replayed         ${told}\n`,
    `  failed with      trilobite ${code.trilobite}, Node ${code.node}${commit}\n`,
    ...(misfits.length === 0
      ? []
      : ['  no longer fits:\n', ...misfits.map((each) => `    ${each}\n`)]),
    '\n',
  ].join('')
}
