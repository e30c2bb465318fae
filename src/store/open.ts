import { parseStoreAddress } from './address.ts'
import { SqlStore } from './sql-store.ts'
import { SqliteEngine } from './sqlite/engine.ts'
import type { Store } from './store.ts'

export interface OpenOptions {
  /** Milliseconds to wait for a store that is locked or away before `store-busy`. Default 5,000. */
  readonly patience?: number
  /** false: throws `no-store` where there is none yet. Default true: makes it. */
  readonly create?: boolean
  /** SQLite: pages of 4,096 bytes that the file may have, so that tests can fill a disk. */
  readonly maxPages?: number
  /** SQLite: milliseconds without a write after which the traces of an erasure are removed. Default 2,000. */
  readonly quiet?: number
}

/**
 * Opens a store by its address: `marquee.db`, `sqlite:PATH` or `postgres://user:password@host/database`; makes it where
 * there is none, and brings an older one to this version. Throws `bad-store`, `cannot-open`, `store-busy`, `store-full`,
 * and `store-broken` for a corrupt one or one of a newer version.
 */
export async function openStore(url: string, options: OpenOptions = {}): Promise<Store> {
  const { patience = 5000, create = true, maxPages, quiet } = options
  const address = parseStoreAddress(url)
  if (address.kind === 'sqlite') {
    const own = { ...(maxPages && { maxPages }), ...(quiet !== undefined && { quiet }) }
    return new SqlStore(await SqliteEngine.open(address.path, { patience, create, ...own }))
  }
  // Only now: a store in a file needs no PostgreSQL client.
  const { PostgresEngine } = await import('./postgres/engine.ts')
  return new SqlStore(await PostgresEngine.open(address, { patience, create }))
}
