import SqliteDatabase from 'better-sqlite3'
import { MarqueeError } from '../../core/errors.ts'
import type { Runner, RunResult } from './dialect.ts'

/** Statements kept ready on a connection. Those of many rows differ by the number of rows, so there is no end of them. */
const keptStatements = 200

export interface ConnectionOptions {
  /** Milliseconds that a statement waits for a lock, the thread standing still. */
  readonly timeout: number
  /** Refuses to write. */
  readonly queryOnly?: boolean
}

/** One connection to a database file, synchronous: the thread that calls it stands still meanwhile. */
export class Connection implements Runner {
  readonly handle: SqliteDatabase.Database
  private readonly statements = new Map<string, SqliteDatabase.Statement>()

  constructor(path: string, { timeout, queryOnly = false }: ConnectionOptions) {
    this.handle = new SqliteDatabase(path, { timeout })
    try {
      claim(this.handle, path)
      toWriteAheadLog(this.handle, timeout)
      // A commit is on the disk when it returns, power loss included; macOS needs the last two for that.
      this.handle.pragma('synchronous = FULL')
      this.handle.pragma('fullfsync = ON')
      this.handle.pragma('checkpoint_fullfsync = ON')
      this.handle.pragma('foreign_keys = ON')
      // What is deleted is overwritten: an erased user leaves no trace in the file.
      this.handle.pragma('secure_delete = ON')
      this.handle.pragma('journal_size_limit = 67108864')
      if (queryOnly) this.handle.pragma('query_only = ON')
    } catch (error) {
      this.handle.close()
      throw error
    }
  }

  run(sql: string, parameters: readonly unknown[]): RunResult {
    const statement = this.prepare(sql)
    if (statement.reader) {
      const rows = statement.all(parameters)
      return { rows, changes: rows.length }
    }
    return { rows: [], changes: statement.run(parameters).changes }
  }

  /** SQLite takes some transactions back by itself when a statement fails: then there is nothing to do. */
  rollback(): void {
    if (this.handle.inTransaction) this.handle.exec('rollback')
  }

  close(): void {
    this.handle.close()
  }

  private prepare(sql: string): SqliteDatabase.Statement {
    let statement = this.statements.get(sql)
    if (statement) this.statements.delete(sql)
    else statement = this.handle.prepare(sql)
    // The map keeps the order of use, oldest first.
    this.statements.set(sql, statement)
    if (this.statements.size > keptStatements) this.statements.delete(this.statements.keys().next().value!)
    return statement
  }
}

/**
 * A new file gets its write-ahead log. SQLite does not wait for a lock here, timeout or not: whoever holds the lock may be waiting for
 * the read lock that changing the mode takes first. So that is given back, and taken again a moment later.
 */
function toWriteAheadLog(handle: SqliteDatabase.Database, timeout: number): void {
  const end = performance.now() + timeout
  for (;;) {
    try {
      handle.pragma('journal_mode = WAL')
      return
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_BUSY' || performance.now() >= end) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

/** "Marq": marks the file as a store, for us and for file(1). */
const applicationId = 0x4d617271

/** Marks an empty file as ours. Throws `store-broken` for the database of another program, before anything in it changes. */
function claim(handle: SqliteDatabase.Database, path: string): void {
  if (handle.pragma('application_id', { simple: true }) === applicationId) return
  const { tables } = handle.prepare('select count(*) as tables from sqlite_master').get() as { tables: number }
  if (tables > 0) {
    throw new MarqueeError('store-broken', 'it is a SQLite database, but no store of Marquee', {
      place: path,
      remedy: 'Name another file.',
    })
  }
  handle.pragma(`application_id = ${applicationId}`)
}
