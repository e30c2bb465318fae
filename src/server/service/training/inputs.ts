import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import type { Store } from '../../../store/store.ts'
import { inputs } from './protocol.ts'

const page = 1000

/** Writes what a training needs of the store into its folder, block by block. The highest seq of the feedback in it. */
export async function writeInputs(store: Store, folder: string): Promise<number> {
  // Before the ratings are read: what comes in between is trained on, and counted as new once more.
  const { lastSeq } = await store.counts()
  await write(join(folder, inputs.ratings), ratingBlocks(store))
  await write(join(folder, inputs.takenBack), takenBack(store))
  await write(join(folder, inputs.movies), movies(store))
  return lastSeq
}

async function* ratingBlocks(store: Store): AsyncGenerator<unknown> {
  for await (const block of store.ratings()) {
    yield block.map(({ user, item, value, time }) => [user, item, value, Math.floor(Date.parse(time) / 1000)])
  }
}

/** Pairs of user and movie whose last word is that the rating is taken back. */
async function* takenBack(store: Store): AsyncGenerator<unknown> {
  const gone = new Map<string, readonly [string, string]>()
  let cursor: string | null = null
  do {
    const found: Awaited<ReturnType<Store['events']>> = await store.events({ kinds: ['rating'], limit: page, cursor })
    for (const { user, item, action } of found.entries) {
      const key = `${user}\u0000${item}`
      if (action === 'delete') gone.set(key, [user, item])
      else gone.delete(key)
    }
    cursor = found.next
  } while (cursor !== null)
  yield* gone.values()
}

async function* movies(store: Store): AsyncGenerator<unknown> {
  let cursor: string | null = null
  do {
    const found: Awaited<ReturnType<Store['movies']>> = await store.movies({ limit: page, cursor })
    yield* found.entries
    cursor = found.next
  } while (cursor !== null)
}

async function write(path: string, values: AsyncIterable<unknown>): Promise<void> {
  const out = createWriteStream(path)
  const done = finished(out)
  done.catch(() => undefined)
  for await (const value of values) {
    if (!out.write(`${JSON.stringify(value)}\n`))
      await Promise.race([done, new Promise<void>((go) => out.once('drain', () => go()))])
    if (out.errored) break
  }
  out.end()
  await done
}
