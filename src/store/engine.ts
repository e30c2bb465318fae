import { MarqueeError } from '../core/errors.ts'
import type { Database } from './tables.ts'
import type { WriteArguments, WriteName, WriteResult } from './writes/index.ts'

/** A transaction that the caller ends. */
export interface Session {
  readonly db: Database
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** What the store needs of a database. Errors that come out are MarqueeErrors where they are no bugs of ours. */
export interface Engine {
  readonly name: string
  /** Short reads: tried again until the patience is over while the database is locked or away. */
  read<T>(work: (db: Database) => Promise<T>): Promise<T>
  /** One transaction, on the disk when it resolves. */
  write<N extends WriteName>(name: N, ...args: WriteArguments<N>): Promise<WriteResult<N>>
  /** For long reads: everything as it is at its first query, whatever is written meanwhile. */
  snapshot(): Promise<Session>
  /** For long writes; nothing else is written meanwhile. */
  exclusive(): Promise<Session>
  /** A MarqueeError for what a session's query threw, or the error itself. */
  explain(error: unknown): unknown
  /** Makes sure that what was deleted is not merely out of sight, as far as that is in our hands. */
  scrub(): Promise<void>
  close(): Promise<void>
}

export interface EngineOptions {
  /** Milliseconds to wait for a database that is locked or away. */
  readonly patience: number
  /** false: `no-store` where there is none yet. */
  readonly create: boolean
}

export const closedError = (place: string): MarqueeError =>
  new MarqueeError('store-closed', 'the store has been closed', { place, remedy: 'Open it again with openStore.' })
