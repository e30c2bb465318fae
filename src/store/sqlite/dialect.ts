import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Tables } from '../tables.ts'

export interface RunResult {
  readonly rows: readonly unknown[]
  /** Rows changed, or given by RETURNING. */
  readonly changes: number
}

/** A connection, in this thread or in another. */
export interface Runner {
  run(sql: string, parameters: readonly unknown[]): RunResult | Promise<RunResult>
  rollback(): void | Promise<void>
  close(): void | Promise<void>
}

/**
 * Kysely over one connection. `begin` is how transactions start: `begin immediate` takes the write lock at once, so that a
 * transaction never fails half-way because another one wrote first. One transaction at a time: the caller sees to it.
 */
export function sqliteKysely(runner: Runner, begin: 'begin' | 'begin immediate'): Kysely<Tables> {
  const dialect: Dialect = {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SqliteDriver(runner, begin),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
  return new Kysely<Tables>({ dialect })
}

class SqliteDriver implements Driver {
  private readonly runner: Runner
  private readonly begin: string
  private readonly connection: DatabaseConnection

  constructor(runner: Runner, begin: string) {
    this.runner = runner
    this.begin = begin
    this.connection = {
      async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
        const { rows, changes } = await runner.run(sql, parameters)
        return { rows: rows as R[], numAffectedRows: BigInt(changes) }
      },
      streamQuery() {
        throw new Error('rows are read in pages, not streamed')
      },
    }
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.connection
  }

  async beginTransaction(): Promise<void> {
    await this.runner.run(this.begin, [])
  }

  async commitTransaction(): Promise<void> {
    await this.runner.run('commit', [])
  }

  async rollbackTransaction(): Promise<void> {
    await this.runner.rollback()
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.runner.close()
  }
}
