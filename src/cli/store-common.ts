import type { Command } from 'commander'
import { openStore, type Store, type StoreCounts } from '../store/index.ts'
import { grouped, table } from './table.ts'

export interface StoreFlags {
  store: string
  json?: boolean
}

export const storeOption = (command: Command): Command =>
  command.option('--store <url>', 'a file, or postgres://user@host/database', 'marquee.db')

/** Opens a store for the time of `work`. `create`: makes it where there is none. */
export async function withStore<T>(url: string, create: boolean, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore(url, { create })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

/** What is in a store, a line for each thing. */
export function countsTable({ events, ratings, lastSeq, ...things }: StoreCounts): string {
  const total = Object.values(events).reduce((sum, count) => sum + count, 0)
  const rows: [string, number][] = [
    ['users', things.users],
    ['movies', things.movies],
    ['current ratings', ratings],
    ['events in the log', total],
    ...Object.entries(events).map(([kind, count]): [string, number] => [`  ${kind}`, count]),
    ['models', things.models],
    ['studies', things.studies],
    ['answers', things.answers],
    ['keys', things.keys],
    ['last seq', lastSeq],
  ]
  return table(
    [{ header: 'what' }, { header: 'count', align: 'right' }],
    rows.map(([what, count]) => [what, grouped(count)]),
  )
}
