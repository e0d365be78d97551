/**
 * `node serve-process.ts FILE`: our server in a process of its own. Prints its address and serves
 * until it is told to end.
 * @module
 */

import { systemEnv } from 'trilobite'
import { serve } from 'trilobite/transport/http'

const server = await serve({ file: process.argv[2] ?? '', env: systemEnv })
console.log(server.url)
process.once('SIGTERM', () => void server.close())
