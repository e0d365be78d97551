/**
 * Plants the bug that the environment names, in whatever process begins with this module:
 *
 *     CANARY=uv-sent-if-listed node --conditions=@trilobite/source --import ./canaries/planted.ts …
 *
 * @module
 */

import { mutations } from './all.ts'
import { plant } from './loader.ts'

const name = process.env['CANARY']
const mutation = mutations.find((each) => each.name === name)
if (mutation === undefined) throw new Error(`there is no canary "${name}"`)
plant(mutation)
