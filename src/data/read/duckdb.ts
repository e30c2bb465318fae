import { availableParallelism } from 'node:os'
import type { DuckDBConnection } from '@duckdb/node-api'
import { MarqueeError } from '../../core/errors.ts'

/**
 * Runs work on a DuckDB of its own: in memory, at most 512 MB and four threads, rows in file order.
 * The library (70 MB) is loaded here and nowhere else, when a Parquet file is read or written.
 */
export async function withDuckDB<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const { DuckDBInstance } = await import('@duckdb/node-api').catch((cause: unknown) => {
    throw new MarqueeError('no-duckdb', 'DuckDB, which reads and writes Parquet, is not installed for this platform', {
      remedy: 'Install @duckdb/node-api, or use CSV.',
      cause,
    })
  })
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(Math.min(4, availableParallelism())),
    memory_limit: '512MB',
    preserve_insertion_order: 'true',
  })
  const connection = await instance.connect()
  try {
    return await work(connection)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** A text as SQL writes it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A column's name as SQL writes it. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
