import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MarqueeError } from '../../core/errors.ts'
import { closedError, type Engine, type EngineOptions, type Session } from '../engine.ts'
import type { Database } from '../tables.ts'
import type { WriteArguments, WriteName, WriteResult } from '../writes/index.ts'
import { Connection } from './connection.ts'
import { sqliteKysely } from './dialect.ts'
import { explainSqlite, isBusy } from './errors.ts'
import { Scrubber } from './scrubber.ts'
import { SqliteThread } from './thread.ts'

export interface SqliteOptions extends EngineOptions {
  /** Pages of 4,096 bytes that the file may have: a full disk, for tests. */
  readonly maxPages?: number
  /** Milliseconds without a write after which an erasure's traces are removed. */
  readonly quiet?: number
}

/**
 * A database file. Short reads run here, a fraction of a millisecond each; writes, which wait for the disk, in a thread of
 * their own; long reads in a third one, so that neither writers nor requests wait for them.
 */
export class SqliteEngine implements Engine {
  readonly name: string
  private readonly path: string
  private readonly patience: number
  private readonly writer: SqliteThread
  private readonly background: SqliteThread
  private readonly scrubber: Scrubber
  private closed = false
  private reader: { connection: Connection; db: Database } | null = null

  private constructor(path: string, { patience, maxPages: most, quiet }: SqliteOptions) {
    const maxPages = most ?? null
    this.name = `sqlite ${path}`
    this.path = path
    this.patience = patience
    this.writer = new SqliteThread({ path, patience, maxPages })
    this.background = new SqliteThread({ path, patience, maxPages })
    this.scrubber = new Scrubber(this.writer, quiet)
  }

  /** Opens the file, makes it where there is none, and brings it to this version. */
  static async open(path: string, options: SqliteOptions): Promise<SqliteEngine> {
    if (!existsSync(dirname(path))) {
      const remedy = 'Make it, or name another place with --store.'
      throw new MarqueeError('cannot-open', `there is no folder ${dirname(path)}`, { place: path, remedy })
    }
    if (!options.create && !existsSync(path)) {
      const remedy = 'Check the name; `marquee serve` and `marquee store import` make a store.'
      throw new MarqueeError('no-store', 'there is no such store', { place: path, remedy })
    }
    const engine = new SqliteEngine(path, options)
    try {
      await engine.writer.ask({ op: 'migrate' })
      await engine.read((db) => db.selectFrom('log_position').select('last_seq').execute())
      return engine
    } catch (error) {
      await engine.close().catch(() => {})
      throw error
    }
  }

  async read<T>(work: (db: Database) => Promise<T>): Promise<T> {
    const end = performance.now() + this.patience
    for (;;) {
      try {
        return await work(this.reading())
      } catch (thrown) {
        const error = this.explain(thrown)
        if (!isBusy(error) || performance.now() > end) throw error
        // Not by SQLite's own waiting: that would hold up everything else this thread does.
        await sleep(20)
      }
    }
  }

  async write<N extends WriteName>(name: N, ...args: WriteArguments<N>): Promise<WriteResult<N>> {
    this.requireOpen()
    return this.scrubber.beside(this.writer.ask({ op: 'write', name, args })) as Promise<WriteResult<N>>
  }

  snapshot(): Promise<Session> {
    return this.session(true)
  }

  exclusive(): Promise<Session> {
    return this.session(false)
  }

  explain(error: unknown): unknown {
    return explainSqlite(error, this.path)
  }

  scrub(): Promise<void> {
    return this.scrubber.erased()
  }

  async close(): Promise<void> {
    this.closed = true
    await this.scrubber.close()
    this.reader?.connection.close()
    this.reader = null
    await this.background.close()
    await this.writer.close()
  }

  private requireOpen(): void {
    if (this.closed) throw closedError(this.path)
  }

  private reading(): Database {
    this.requireOpen()
    if (!this.reader) {
      const connection = new Connection(this.path, { timeout: 0, queryOnly: true })
      this.reader = { connection, db: sqliteKysely(connection, 'begin') }
    }
    return this.reader.db
  }

  private async session(queryOnly: boolean): Promise<Session> {
    this.requireOpen()
    const runner = await this.background.open(queryOnly)
    const db = sqliteKysely(runner, queryOnly ? 'begin' : 'begin immediate')
    try {
      const transaction = await db.startTransaction().execute()
      return {
        db: transaction,
        commit: async () => {
          await transaction.commit().execute()
          await db.destroy()
        },
        rollback: async () => {
          await transaction.rollback().execute()
          await db.destroy()
        },
      }
    } catch (error) {
      await db.destroy()
      throw error
    }
  }
}
