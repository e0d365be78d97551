/**
 * Plants a bug in this process: a load hook that replaces text of one file before Node strips its
 * types. Node 24 and 26; https://nodejs.org/api/module.html#moduleregisterhooksoptions.
 * @module
 */

import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { type Mutation, mutated } from './mutation.ts'

const root = join(import.meta.dirname, '..')

/**
 * Has every later import of the mutation's file get it with the bug.
 *
 * An import throws where the text to replace does not occur exactly once.
 *
 * @returns tells whether the file has been loaded since
 */
export function plant(mutation: Mutation): () => boolean {
  const target = pathToFileURL(join(root, mutation.file)).href
  let isPlanted = false
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context)
      if (url !== target) return loaded
      const { source } = loaded
      const text =
        typeof source === 'string' ? source : new TextDecoder().decode(source ?? undefined)
      isPlanted = true
      return { ...loaded, source: mutated(text, mutation) }
    },
  })
  return () => isPlanted
}
