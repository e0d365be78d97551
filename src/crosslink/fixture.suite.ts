/**
 * Repositories for the tests of this folder and those above it: in memory, in a world that stands
 * still, what arrives given its meaning.
 * @module
 */

import type { Env } from '../base/env.ts'
import type { CreateOptions } from '../repo/create.ts'
import { memoryRepoWith, TestEnv } from '../repo/fixture.suite.ts'
import type { Repo } from '../repo/repo.ts'
import { crosslinker } from './crosslink.ts'

/** An empty repository in memory; the schema runs once for all that are made alike. */
export function memoryRepo(options: CreateOptions = {}, env: Env = new TestEnv()): Repo {
  return memoryRepoWith(crosslinker, options, env)
}
