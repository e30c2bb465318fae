import type { Database } from '../tables.ts'
import { append } from './feedback.ts'
import { putKey, revokeKey } from './keys.ts'
import { countServed, putModel, removeModel, setTraffic } from './models.ts'
import { putMovies } from './movies.ts'
import { shareSecret } from './secrets.ts'
import { addAnswer, putStudy } from './studies.ts'
import { eraseUser, putUser } from './users.ts'

/**
 * Every write, by name: each runs inside one transaction that is durable when it is acknowledged. By name, because SQLite's
 * run in a thread of their own; so arguments and results are plain data.
 */
export const writes = {
  addAnswer,
  append,
  countServed,
  eraseUser,
  putKey,
  putModel,
  putMovies,
  putStudy,
  putUser,
  removeModel,
  revokeKey,
  setTraffic,
  shareSecret,
}

export type WriteName = keyof typeof writes
type Rest<F> = F extends (db: Database, ...args: infer A) => unknown ? A : never
export type WriteArguments<N extends WriteName> = Rest<(typeof writes)[N]>
export type WriteResult<N extends WriteName> = Awaited<ReturnType<(typeof writes)[N]>>

/** Runs a write of that name; in the caller's transaction. */
export function perform(db: Database, name: WriteName, args: readonly unknown[]): Promise<unknown> {
  const write = writes[name] as (db: Database, ...args: readonly unknown[]) => Promise<unknown>
  return write(db, ...args)
}
