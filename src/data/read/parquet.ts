import { basename } from 'node:path'
import { MarqueeError, throwIfAborted } from '../../core/errors.ts'
import type { ReadOptions } from '../options.ts'
import type { RatingsBuilder } from './builder.ts'
import { placesByName, unknownColumns } from './columns.ts'
import { sqlName, sqlText, withDuckDB } from './duckdb.ts'
import type { IdTable } from './ids.ts'
import { numberOf, timeOf } from './numbers.ts'

/** The columns of a Parquet file with SQL that gives ids as double or text, ratings as double, times as seconds. */
export interface ParquetShape {
  readonly user: string
  readonly item: string
  readonly rating: string | null
  readonly timestamp: string | null
}

interface Column {
  readonly name: string
  readonly type: string
}

/** Decides the columns by the file's schema. Throws a MarqueeError (`broken-parquet`, `wrong-columns`). */
export async function parquetShapeOf(path: string, options: ReadOptions): Promise<ParquetShape> {
  return withDuckDB(async (connection) => {
    let columns: Column[]
    try {
      const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${sqlText(path)})`)
      columns = described
        .getRowObjects()
        .map((row) => ({ name: String(row.column_name), type: String(row.column_type) }))
    } catch (cause) {
      throw brokenParquet(path, cause)
    }
    const names = columns.map((column) => column.name)
    const places = placesByName(names, options.columns ?? {}, path)
    if (!places) throw unknownColumns(names, path)
    const id = async (column: Column): Promise<string> => {
      const name = sqlName(column.name)
      if (!/^U?(TINYINT|SMALLINT|INTEGER|BIGINT)$/.test(column.type)) return `CAST(${name} AS VARCHAR)`
      const range = await connection.runAndReadAll(
        `SELECT coalesce(min(${name}) >= 0 AND max(${name}) < 1000000000000000, true) FROM read_parquet(${sqlText(path)})`,
      )
      return range.getRows()[0]![0] === true ? `CAST(${name} AS DOUBLE)` : `CAST(${name} AS VARCHAR)`
    }
    const rating = places.rating === null ? null : columns[places.rating]!
    const time = places.timestamp === null ? null : columns[places.timestamp]!
    return {
      user: await id(columns[places.user]!),
      item: await id(columns[places.item]!),
      rating: rating && `CAST(${sqlName(rating.name)} AS ${isNumber(rating) ? 'DOUBLE' : 'VARCHAR'})`,
      timestamp:
        time &&
        (/^(TIMESTAMP|DATE)/.test(time.type)
          ? `CAST(epoch(${sqlName(time.name)}) AS DOUBLE)`
          : `CAST(${sqlName(time.name)} AS ${isNumber(time) ? 'DOUBLE' : 'VARCHAR'})`),
    }
  })
}

function isNumber(column: Column): boolean {
  return /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL.*)$/.test(column.type)
}

/** Reads a Parquet file into the builder in file order; rejected rows are numbered from 1. */
export async function readParquet(
  path: string,
  shape: ParquetShape,
  builder: RatingsBuilder,
  options: ReadOptions,
): Promise<void> {
  await withDuckDB(async (connection) => {
    try {
      const from = `read_parquet(${sqlText(path)}, file_row_number = true)`
      const total = Number((await connection.runAndReadAll(`SELECT count(*) FROM ${from}`)).getRows()[0]![0])
      const result = await connection.stream(
        `SELECT ${shape.user}, ${shape.item}, ${shape.rating ?? '1.0::DOUBLE'}, ${shape.timestamp ?? '0.0::DOUBLE'},
         CAST(file_row_number AS DOUBLE) FROM ${from}`,
      )
      let line = 0
      for (;;) {
        throwIfAborted(options.signal, `reading ${path}`)
        const chunk = await result.fetchChunk()
        if (!chunk || chunk.rowCount === 0) break
        const [user, item, rating, time, row] = [0, 1, 2, 3, 4].map((c) => chunk.getColumnVector(c))
        for (let k = 0; k < chunk.rowCount; k++) {
          if (row!.getItem(k) !== line) throw new Error(`rows of ${path} came out of order`)
          line++
          builder.rowsRead++
          const wrong = addRow(builder, user!.getItem(k), item!.getItem(k), rating!.getItem(k), time!.getItem(k))
          if (wrong !== null) builder.reject(path, line, wrong)
        }
        // A chunk has 2,048 rows: too few to draw a progress bar for.
        if (line % (1 << 16) === 0 || line === total) {
          options.onProgress?.({ stage: `reading ${basename(path)}`, done: line, total, unit: 'ratings' })
        }
      }
    } catch (cause) {
      throw cause instanceof MarqueeError ? cause : brokenParquet(path, cause)
    }
  })
}

function addRow(builder: RatingsBuilder, user: unknown, item: unknown, rating: unknown, time: unknown): string | null {
  const value = typeof rating === 'number' ? rating : numberOf(String(rating ?? ''))
  const wrong = builder.wrongRating(value, () => String(rating ?? ''))
  if (wrong !== null) return wrong
  const seconds = typeof time === 'number' ? time : timeOf(String(time ?? ''))
  if (Number.isNaN(seconds)) return time === null ? 'no timestamp' : `timestamp "${time}" is not a time`
  if (user === null || user === '') return 'no user'
  if (item === null || item === '') return 'no item'
  builder.add(codeOf(builder.users, user), codeOf(builder.items, item), value, seconds)
  return null
}

function codeOf(table: IdTable, id: unknown): number {
  return typeof id === 'number' ? table.ofNumber(id) : table.ofText(String(id))
}

function brokenParquet(path: string, cause: unknown): MarqueeError {
  const first = String((cause as Error).message ?? cause).split('\n')[0]
  return new MarqueeError('broken-parquet', `the Parquet file cannot be read (${first})`, {
    place: path,
    remedy: 'Write it again, or download it again if it came from elsewhere.',
    cause,
  })
}
