/**
 * Globals for time, randomness and the network, routed by context: code of a simulated node that
 * was not written for a simulation runs in virtual time, and replays. All other code gets the real
 * ones. Load this module before anything that keeps references to them:
 *
 *     node --import trilobite/sim/world --test
 *
 * A call that cannot be simulated throws `sim.unsimulated` inside a node, and ends the run.
 * @module trilobite/sim/world
 */

import { syncBuiltinESMExports } from 'node:module'
import { keepContext } from './context.ts'
import { routeClocks } from './world/clocks.ts'
import { routeFetch } from './world/fetch.ts'
import { closeOutside } from './world/outside.ts'
import { routeRandomness } from './world/randomness.ts'
import { routeThreads } from './world/threads.ts'
import { routeTimers } from './world/timers.ts'
import { routeAbortSignals, routeTimerPromises } from './world/timers-promises.ts'

keepContext()
// Streams that Node makes when they are first asked for, and that write to files.
void [process.stdout, process.stderr]
routeTimers()
routeTimerPromises()
routeAbortSignals()
routeClocks()
routeRandomness()
routeThreads()
routeFetch()
closeOutside()
syncBuiltinESMExports()
