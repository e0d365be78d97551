/**
 * Ends of seeds for tests.
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { SeedEnd } from './seed-end.ts'

/** The end of a seed that converged, but for what is given. */
export function endOf(seed: number, changes: Partial<SeedEnd> = {}): SeedEnd {
  const drawn = `leaves=${seed}`
  const counts = { steps: 10 * seed, wallMs: 1_500, cpuMs: 1_000 }
  return { seed, verdict: 'converged', traceHash: 'f', drawn, marks: {}, ...counts, ...changes }
}

/** The end of a seed that did not. */
export function failureOf(seed: number, cause: string): SeedEnd {
  const signature = { verdict: 'violated', invariant: 'truth', role: 'client', cause } as const
  return endOf(seed, { verdict: 'violated', signature, told: `  node  leaf-${seed}\n` })
}

/** A folder of a test's own. */
export class TestFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'trilobite-test-'))

  /** A file in it. */
  file(name: string): string {
    return join(this.path, name)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 10 })
  }
}
