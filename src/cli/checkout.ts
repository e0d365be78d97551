/**
 * Code that is in a checkout of the project and in no package, such as the folder `coverage`: it is
 * loaded by its path, since no import may name it.
 * @module
 */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FossilError } from '../index.ts'

/** The root of the project where this is a checkout. */
export const checkoutRoot = join(import.meta.dirname, '../..')

/**
 * Loads `all.ts` of a folder of a checkout.
 *
 * @param why the reason why `command` needs one: "whose source it changes"
 * @throws {FossilError} `option.invalid` where `root` is no checkout
 */
export async function loadFromCheckout(
  root: string,
  { folder, command, why }: { readonly folder: string; command: string; why: string },
): Promise<unknown> {
  const path = join(root, folder, 'all.ts')
  if (existsSync(path) && nameOfPackage(root) === 'trilobite') {
    return await import(pathToFileURL(path).href)
  }
  const reason =
    `needs a checkout of trilobite, ${why}: clone the project, run npm ci there, ` +
    `then npx trilobite ${command}`
  throw new FossilError('option.invalid', { option: command, reason })
}

function nameOfPackage(root: string): unknown {
  const path = join(root, 'package.json')
  if (!existsSync(path)) return undefined
  const { name }: { name?: unknown } = JSON.parse(readFileSync(path, 'utf8'))
  return name
}
