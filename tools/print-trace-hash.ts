/**
 * Prints the trace hashes of a few simulations, one a line. The same lines must come out of every
 * process and of every supported version of Node: `tools/test-runtimes.ts` compares them.
 * @module
 */

import { simulate } from 'trilobite/dst'

const seeds = [1, 2]
const levels = ['normal', 'adversarial', 'hostile'] as const
const policies = ['sha1', 'sha3'] as const
const durationMs = 40_000

for (let seed = 1; seed <= 8; seed++) {
  const { verdict, traceHash, plan } = await simulate({ seed, plan: '' })
  process.stdout.write(`${seed} ${plan} ${verdict} ${traceHash}\n`)
}

for (const seed of seeds) {
  for (const level of levels) {
    for (const hashPolicy of policies) {
      // Deflating nothing, and nearly everything: compressed bytes must not reach the trace.
      for (const deflateOverBytes of [65_536, 64]) {
        const config = { hashPolicy, deflateOverBytes }
        const { verdict, traceHash } = await simulate({
          seed,
          level,
          durationMs,
          privateCheckins: true,
          config,
        })
        const name = `${seed} ${level} ${hashPolicy} ${deflateOverBytes}`
        process.stdout.write(`${name} ${verdict} ${traceHash}\n`)
      }
    }
  }
}
