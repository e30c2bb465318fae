import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql } from 'kysely'
import type pg from 'pg'
import { MarqueeError } from '../../core/errors.ts'
import { closedError, type Engine, type EngineOptions, type Session } from '../engine.ts'
import type { Database, Tables } from '../tables.ts'
import { perform, type WriteArguments, type WriteName, type WriteResult } from '../writes/index.ts'
import { explainPostgres, isAway, isConflict } from './errors.ts'
import { migratePostgres } from './migrate.ts'
import { openPool } from './pool.ts'

/** Milliseconds between two tries to reach a server that is away. */
const pause = 100

/** A PostgreSQL database, which several instances of the server may share. */
export class PostgresEngine implements Engine {
  readonly name: string
  private readonly place: string
  private readonly patience: number
  private readonly db: Database
  private closed = false

  private constructor(pool: pg.Pool, place: string, patience: number) {
    this.name = `postgres ${place}`
    this.place = place
    this.patience = patience
    this.db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  }

  /** Connects, makes the tables where there are none, and brings them to this version. `place` has no password. */
  static async open(address: { readonly url: string; readonly place: string }, options: EngineOptions) {
    const { patience, create } = options
    const engine = new PostgresEngine(openPool(address.url, patience), address.place, patience)
    try {
      await engine.patiently((db) => migratePostgres(db, address.place, create), isAway)
      return engine
    } catch (error) {
      await engine.close().catch(() => {})
      throw error
    }
  }

  read<T>(work: (db: Database) => Promise<T>): Promise<T> {
    return this.patiently(work, isAway)
  }

  /** A transaction that broke before its commit did not happen: it is simply done again. */
  write<N extends WriteName>(name: N, ...args: WriteArguments<N>): Promise<WriteResult<N>> {
    const again = (error: unknown): boolean => isAway(error) || isConflict(error)
    return this.patiently(() => this.transact((db) => perform(db, name, args)), again) as Promise<WriteResult<N>>
  }

  async snapshot(): Promise<Session> {
    return this.patiently(async (db) => {
      const start = db.startTransaction().setIsolationLevel('repeatable read').setAccessMode('read only')
      return sessionOf(await start.execute())
    }, isAway)
  }

  exclusive(): Promise<Session> {
    return this.patiently(async (db) => sessionOf(await db.startTransaction().execute()), isAway)
  }

  explain(error: unknown): unknown {
    return explainPostgres(error, this.place)
  }

  /** PostgreSQL's own VACUUM removes what is out of sight; when, is the administrator's business. */
  async scrub(): Promise<void> {}

  async close(): Promise<void> {
    this.closed = true
    await this.db.destroy()
  }

  /** Does it again, until the patience is over, while it fails for a reason that passes. */
  private async patiently<T>(work: (db: Database) => Promise<T>, passes: (error: unknown) => boolean): Promise<T> {
    if (this.closed) throw closedError(this.place)
    const end = performance.now() + this.patience
    for (;;) {
      try {
        return await work(this.db)
      } catch (error) {
        if (!passes(error) || performance.now() > end) throw this.explain(error)
        await sleep(pause)
      }
    }
  }

  private async transact<T>(work: (db: Database) => Promise<T>): Promise<T> {
    const transaction = await this.db.startTransaction().execute()
    let result: T
    let id: string | null
    try {
      result = await work(transaction)
      const query = sql<{ id: string | null }>`select pg_current_xact_id_if_assigned()::text as id`
      id = (await query.execute(transaction)).rows[0]!.id
    } catch (error) {
      await ended(transaction.rollback())
      throw error
    }
    try {
      await transaction.commit().execute()
    } catch (error) {
      await ended(transaction.rollback())
      // Cut off in the middle of the commit: only PostgreSQL knows whether it happened, and is asked.
      if (!isAway(error) || id === null || !(await this.happened(id, error))) throw error
    }
    return result
  }

  /** Whether a transaction was committed. Throws `store-busy` where PostgreSQL does not come back in time to tell. */
  private async happened(id: string, cause: unknown): Promise<boolean> {
    const end = performance.now() + this.patience
    while (performance.now() <= end) {
      try {
        const query = sql<{ status: string | null }>`select pg_xact_status(${id}::xid8) as status`
        const status = (await query.execute(this.db)).rows[0]!.status
        if (status !== 'in progress') return status === 'committed'
      } catch (error) {
        if (!isAway(error)) throw error
      }
      await sleep(pause)
    }
    throw new MarqueeError(
      'store-busy',
      'the connection was lost during a commit, which may or may not have happened',
      {
        place: this.place,
        remedy: 'Look whether it is there before you try again.',
        cause,
      },
    )
  }
}

/** The connection goes back, whatever became of it. */
async function ended(rollback: { execute(): Promise<unknown> }): Promise<void> {
  await rollback.execute().catch(() => {})
}

function sessionOf(transaction: Awaited<ReturnType<ReturnType<Database['startTransaction']>['execute']>>): Session {
  return {
    db: transaction,
    commit: async () => void (await transaction.commit().execute()),
    rollback: async () => void (await transaction.rollback().execute()),
  }
}
