/**
 * Planted bugs about signed requests that come again.
 * @module
 */

import { calmLink } from '../../sim/link.ts'
import type { SimConfig } from '../config.ts'
import { type Canary, sql } from './plant.ts'

/** A chain, in which many requests come twice, the second time after a restart of the server. */
const doubling = (): Partial<SimConfig> => ({
  topology: 'chain',
  login: {},
  pollIntervalMs: 1_000,
  crashes: { calmMeanMs: 5_000, downMeanMs: 500 },
  network: {
    link: {
      ...calmLink,
      rates: { ...calmLink.rates, duplicated: 500_000 },
      spike: { minMs: 1_000, meanMs: 5_000, maxMs: 20_000 },
    },
    partition: undefined,
  },
})

export const replayCanaries: readonly Canary[] = [
  {
    bug: 'writes down no proof of login that was used',
    invariant: 'replays',
    plant: sql(
      `CREATE TABLE IF NOT EXISTS fx_trilobite_proof(
         id INTEGER PRIMARY KEY,
         nonce TEXT NOT NULL UNIQUE
       );
       CREATE TRIGGER IF NOT EXISTS forget AFTER INSERT ON fx_trilobite_proof BEGIN
         DELETE FROM fx_trilobite_proof;
         UPDATE rcvfrom SET nonce = NULL;
       END`,
    ),
    config: doubling,
  },
]
