/**
 * Work on a list, several at a time.
 * @module
 */

/** Works off a list, at most `jobs` at a time. Results are in its order. */
export async function eachOf<T, R>(
  list: readonly T[],
  jobs: number,
  work: (each: T, index: number) => Promise<R>,
): Promise<R[]> {
  const waiting = [...list.entries()]
  const results: R[] = []
  const workOff = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, each] = next
      results[index] = await work(each, index)
    }
  }
  await Promise.all(Array.from({ length: jobs }, workOff))
  return results
}
