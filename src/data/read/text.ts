import { basename } from 'node:path'
import { MarqueeError } from '../../core/errors.ts'
import type { ReadOptions } from '../options.ts'
import type { RatingsBuilder } from './builder.ts'
import { type PeekedFile, readChunks } from './bytes.ts'
import { type ColumnPlaces, dialectOf, placesByName, placesByOrder, splitLine, unknownColumns } from './columns.ts'
import type { IdTable } from './ids.ts'
import { numberOf, parseNumber, timeOf } from './numbers.ts'
import { type Dialect, RecordReader } from './records.ts'

/** How a delimited file of ratings is read. */
export interface TextShape {
  readonly dialect: Dialect
  readonly header: boolean
  readonly fields: number
  readonly places: ColumnPlaces
}

/** The first line of a file that is not blank. */
export function firstLine(head: Buffer): string {
  const text = head.toString('utf8').replace(/^\uFEFF/, '')
  return /[^\r\n]+/.exec(text)?.[0] ?? ''
}

/** Decides delimiter, header and columns by the first line. Throws a MarqueeError (`wrong-columns`, `no-ratings`). */
export function shapeOf(path: string, head: Buffer, options: ReadOptions): TextShape {
  const line = firstLine(head)
  if (line.trim() === '') {
    throw new MarqueeError('no-ratings', 'the file holds blank lines only', {
      place: path,
      remedy: 'Give a file with a rating on each line: user, item, rating and, if known, timestamp.',
    })
  }
  const mapping = options.columns ?? {}
  const dialect = dialectOf(path, line)
  const names = splitLine(line, dialect)
  const named = Object.values(mapping).some((given) => typeof given === 'string')
  if (named || placesByName(names, {}, path)) {
    const places = placesByName(names, mapping, path)
    if (!places) throw unknownColumns(names, path)
    return { dialect, header: true, fields: names.length, places }
  }
  if (names.length < 2) throw unknownColumns(names, path)
  const places = placesByOrder(names.length, mapping, path)
  const number = (at: number | null): boolean => at !== null && !Number.isNaN(numberOf(names[at]!))
  // Without known names the first line must look like a rating, or it is a header that we do not understand.
  const looksLikeData = places.rating === null ? number(places.user) && number(places.item) : number(places.rating)
  if (looksLikeData) return { dialect, header: false, fields: names.length, places }
  if (mapping.user !== undefined && mapping.item !== undefined) {
    return { dialect, header: true, fields: names.length, places }
  }
  throw unknownColumns(names, path)
}

/** Reads a delimited file of ratings into the builder, row by row, in file order. */
export async function readText(
  path: string,
  file: PeekedFile,
  shape: TextShape,
  builder: RatingsBuilder,
  options: ReadOptions,
): Promise<void> {
  const stage = `reading ${basename(path)}`
  const onBytes = (done: number): void =>
    options.onProgress?.({ stage, done, total: file.bytes, unit: 'bytes', figures: { ratings: builder.count } })
  let header = shape.header
  const visit = (record: RecordReader): void => {
    if (header) {
      header = false
      return
    }
    builder.rowsRead++
    const wrong = addRow(record, shape, builder)
    if (wrong !== null) builder.reject(path, record.line, wrong)
  }
  await new RecordReader(path, shape.dialect).each(
    readChunks(path, file.kind === 'gzip', onBytes, options.signal),
    visit,
    (line, reason) => {
      builder.rowsRead++
      builder.reject(path, line, reason)
    },
  )
}

/** Adds a record to the builder; what is wrong with it, or null. */
function addRow(record: RecordReader, shape: TextShape, builder: RatingsBuilder): string | null {
  const { user, item, rating, timestamp } = shape.places
  if (record.fields !== shape.fields) {
    const fields = record.fields === 1 ? '1 field' : `${record.fields} fields`
    return `${fields} where ${shape.fields} were expected`
  }
  const { buffer, starts, ends } = record
  let value = 1
  if (rating !== null) {
    value = parseNumber(buffer, starts[rating]!, ends[rating]!)
    const wrong = builder.wrongRating(value, () => record.text(rating))
    if (wrong !== null) return wrong
  }
  let time = 0
  if (timestamp !== null) {
    time = parseNumber(buffer, starts[timestamp]!, ends[timestamp]!)
    if (Number.isNaN(time)) {
      const text = record.text(timestamp)
      time = timeOf(text)
      if (Number.isNaN(time)) return text === '' ? 'no timestamp' : `timestamp "${text}" is not a time`
    }
  }
  if (starts[user] === ends[user]) return 'no user'
  if (starts[item] === ends[item]) return 'no item'
  builder.add(codeOf(record, user, builder.users), codeOf(record, item, builder.items), value, time)
  return null
}

function codeOf(record: RecordReader, field: number, table: IdTable): number {
  return record.plain(field)
    ? table.ofBytes(record.buffer, record.starts[field]!, record.ends[field]!)
    : table.ofText(record.text(field))
}
