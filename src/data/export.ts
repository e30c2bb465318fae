import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { CsvFile } from '../core/csv-file.ts'
import { MarqueeError, throwIfAborted } from '../core/errors.ts'
import type { OnProgress } from '../core/progress.ts'
import type { Dataset } from './dataset.ts'
import type { Interactions } from './interactions.ts'
import { sqlText, withDuckDB } from './read/duckdb.ts'
import type { Vocabulary } from './vocabulary.ts'

export type ExportFormat = 'inter' | 'csv' | 'parquet'

export interface ExportOptions {
  readonly format: ExportFormat
  /** Made where it is missing. Files of the same names are replaced. */
  readonly directory: string
  readonly onProgress?: OnProgress
  readonly signal?: AbortSignal
}

const reportEvery = 1 << 16

/**
 * Writes a data set with its original ids in row order; the readers give the same data back.
 * `inter`: RecBole's NAME.inter and NAME.item; `csv`: ratings.csv (user,item,rating,timestamp) and items.csv;
 * `parquet`: ratings.parquet and items.csv. Tags are not written. Every file appears whole or not at all.
 * Returns the paths. Throws a MarqueeError (`cannot-write`, or `unwritable-id` for an id that RecBole's format cannot hold).
 */
export async function exportDataset(dataset: Dataset, options: ExportOptions): Promise<string[]> {
  const { format, directory } = options
  try {
    mkdirSync(directory, { recursive: true })
  } catch (cause) {
    throw cannotWrite(directory, cause)
  }
  if (format === 'inter') {
    const name = basename(dataset.name).replace(/\.[^.]*$/, '') || 'data'
    const inter = join(directory, `${name}.inter`)
    const item = join(directory, `${name}.item`)
    writeLines(inter, interLines(dataset.interactions, options))
    writeLines(item, itemLines(dataset))
    return [inter, item]
  }
  const items = join(directory, 'items.csv')
  const csv = join(directory, 'ratings.csv')
  if (format === 'csv') {
    writeRatingsCsv(dataset.interactions, csv, options)
    writeItemsCsv(dataset, items)
    return [csv, items]
  }
  const parquet = join(directory, 'ratings.parquet')
  await writeRatingsParquet(dataset.interactions, parquet, options)
  writeItemsCsv(dataset, items)
  return [parquet, items]
}

/** Writes ratings as CSV: user, item, rating and, where there are times, timestamp. */
export function writeRatingsCsv(
  interactions: Interactions,
  path: string,
  options: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal } = {},
): void {
  const { user, item, rating, timestamp, users, items, count } = interactions
  const file = new CsvFile(path, ['user', 'item', 'rating', ...(timestamp ? ['timestamp'] : [])])
  try {
    const id = (vocabulary: Vocabulary, index: number): void => {
      if (vocabulary.numeric) file.integer(Number(vocabulary.id(index)))
      else file.text(vocabulary.id(index))
    }
    for (let row = 0; row < count; row++) {
      if (row % reportEvery === 0) report(path, row, count, options)
      id(users, user[row]!)
      id(items, item[row]!)
      file.float(rating[row]!)
      if (timestamp) {
        const time = timestamp[row]!
        if (Number.isInteger(time)) file.integer(time)
        else file.text(String(time))
      }
      file.endRow()
    }
    file.close()
  } catch (error) {
    file.discard()
    throw error
  }
}

function writeItemsCsv({ interactions, items }: Dataset, path: string): void {
  const file = new CsvFile(path, ['item', 'title', 'year', 'genres', 'imdb', 'tmdb'])
  try {
    for (let k = 0; k < interactions.items.size; k++) {
      file.text(interactions.items.id(k))
      file.text(items.titles[k]!)
      file.text(items.years[k]! > 0 ? String(items.years[k]) : '')
      file.text(items.genres[k]!.join('|'))
      file.text(items.imdb[k] ?? '')
      file.text(items.tmdb[k] ?? '')
      file.endRow()
    }
    file.close()
  } catch (error) {
    file.discard()
    throw error
  }
}

async function writeRatingsParquet(interactions: Interactions, path: string, options: ExportOptions): Promise<void> {
  // DuckDB writes Parquet from a CSV file of ours: bounded memory, rows in order.
  const between = `${path}.${process.pid}.csv`
  const partial = `${path}.${process.pid}.partial`
  try {
    writeRatingsCsv(interactions, between, options)
    const id = (vocabulary: Vocabulary): string => (vocabulary.numeric ? 'BIGINT' : 'VARCHAR')
    const columns = [
      `'user': '${id(interactions.users)}'`,
      `'item': '${id(interactions.items)}'`,
      "'rating': 'FLOAT'",
      ...(interactions.timestamp ? ["'timestamp': 'DOUBLE'"] : []),
    ]
    const shape = `auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', max_line_size = 16777216`
    await withDuckDB(async (connection) => {
      await connection.run(
        `COPY (SELECT * FROM read_csv(${sqlText(between)}, ${shape}, columns = {${columns.join(', ')}}))
         TO ${sqlText(partial)} (FORMAT parquet)`,
      )
    })
    renameSync(partial, path)
  } catch (cause) {
    throw cause instanceof MarqueeError ? cause : cannotWrite(path, cause)
  } finally {
    rmSync(between, { force: true })
    rmSync(partial, { force: true })
  }
}

function* interLines(interactions: Interactions, options: ExportOptions): Generator<string> {
  const { user, item, rating, timestamp, users, items, count } = interactions
  const userIds = users.ids().map(atomicId)
  const itemIds = items.ids().map(atomicId)
  yield `user_id:token\titem_id:token\trating:float${timestamp ? '\ttimestamp:float' : ''}\n`
  for (let row = 0; row < count; row++) {
    if (row % reportEvery === 0) report('.inter', row, count, options)
    const time = timestamp ? `\t${timestamp[row]}` : ''
    yield `${userIds[user[row]!]}\t${itemIds[item[row]!]}\t${Number(rating[row]!.toPrecision(7))}${time}\n`
  }
}

function* itemLines({ interactions, items }: Dataset): Generator<string> {
  yield 'item_id:token\ttitle:token_seq\trelease_year:token\tgenres:token_seq\n'
  for (let k = 0; k < interactions.items.size; k++) {
    const title = items.titles[k]!.replace(/\s+/g, ' ').trim()
    const year = items.years[k]! > 0 ? items.years[k] : ''
    const genres = items.genres[k]!.map((genre) => genre.replace(/\s+/g, '_')).join(' ')
    yield `${interactions.items.id(k)}\t${title}\t${year}\t${genres}\n`
  }
}

/** RecBole's files know no quotes: an id must not hold what separates. */
function atomicId(id: string): string {
  if (!/[\t\r\n]|^ | $|^"/.test(id)) return id
  throw new MarqueeError('unwritable-id', `the id ${JSON.stringify(id)} cannot stand in a RecBole atomic file`, {
    remedy: 'Export as csv or parquet.',
  })
}

function writeLines(path: string, lines: Iterable<string>): void {
  const partial = `${path}.${process.pid}.partial`
  let descriptor: number | null = null
  try {
    descriptor = openSync(partial, 'w')
    let text = ''
    for (const line of lines) {
      text += line
      if (text.length < 1 << 20) continue
      writeSync(descriptor, text)
      text = ''
    }
    writeSync(descriptor, text)
    fsyncSync(descriptor)
    closeSync(descriptor)
    descriptor = null
    renameSync(partial, path)
  } catch (cause) {
    if (descriptor !== null) closeSync(descriptor)
    rmSync(partial, { force: true })
    throw cause instanceof MarqueeError ? cause : cannotWrite(path, cause)
  }
}

function report(
  path: string,
  done: number,
  total: number,
  { onProgress, signal }: { readonly onProgress?: OnProgress; readonly signal?: AbortSignal },
): void {
  throwIfAborted(signal, 'exporting')
  onProgress?.({ stage: `writing ${basename(path)}`, done, total, unit: 'ratings' })
}

function cannotWrite(path: string, cause: unknown): MarqueeError {
  return new MarqueeError('cannot-write', `cannot write: ${(cause as Error).message}`, {
    place: path,
    remedy: 'Check that the folder exists, may be written to and has room.',
    cause,
  })
}
