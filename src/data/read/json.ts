import { basename } from 'node:path'
import { MarqueeError } from '../../core/errors.ts'
import type { ReadOptions } from '../options.ts'
import type { RatingsBuilder } from './builder.ts'
import { type PeekedFile, readChunks } from './bytes.ts'
import { placesByName, unknownColumns } from './columns.ts'
import type { IdTable } from './ids.ts'
import { numberOf, timeOf } from './numbers.ts'
import { RecordReader } from './records.ts'
import { firstLine } from './text.ts'

/** The fields of JSON lines: one object a line; rating and timestamp may be missing from the file altogether. */
export interface JsonShape {
  readonly user: string
  readonly item: string
  readonly rating: string | null
  readonly timestamp: string | null
}

/** True where the first line begins as JSON. */
export function looksLikeJson(head: Buffer): boolean {
  return /^\s*[{[]/.test(firstLine(head))
}

/** Decides the fields by the first line. Throws a MarqueeError (`wrong-columns`). */
export function jsonShapeOf(path: string, head: Buffer, options: ReadOptions): JsonShape {
  let names: string[]
  try {
    names = Object.keys(JSON.parse(firstLine(head)) as object)
  } catch (cause) {
    throw new MarqueeError('wrong-columns', 'the first line is not an object of JSON', {
      place: `${path}:1`,
      remedy: 'JSON lines hold one object a line: {"user": 1, "item": 2, "rating": 4}.',
      cause,
    })
  }
  const places = placesByName(names, options.columns ?? {}, path)
  if (!places) throw unknownColumns(names, path)
  const name = (at: number | null): string | null => (at === null ? null : names[at]!)
  return {
    user: names[places.user]!,
    item: names[places.item]!,
    rating: name(places.rating),
    timestamp: name(places.timestamp),
  }
}

/** Reads JSON lines into the builder, row by row, in file order. */
export async function readJson(
  path: string,
  file: PeekedFile,
  shape: JsonShape,
  builder: RatingsBuilder,
  options: ReadOptions,
): Promise<void> {
  const stage = `reading ${basename(path)}`
  const onBytes = (done: number): void =>
    options.onProgress?.({ stage, done, total: file.bytes, unit: 'bytes', figures: { ratings: builder.count } })
  const visit = (record: RecordReader): void => {
    builder.rowsRead++
    const reason = readRow(record.text(0), shape, builder)
    if (reason !== null) builder.reject(path, record.line, reason)
  }
  await new RecordReader(path, { delimiter: '', quotes: false }).each(
    readChunks(path, file.kind === 'gzip', onBytes, options.signal),
    visit,
    () => {},
  )
}

/** Adds one line to the builder; what is wrong with it, or null. */
function readRow(line: string, shape: JsonShape, builder: RatingsBuilder): string | null {
  let row: Record<string, unknown>
  try {
    row = JSON.parse(line)
  } catch {
    return 'not an object of JSON'
  }
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return 'not an object of JSON'
  let rating = 1
  if (shape.rating !== null) {
    const value = row[shape.rating] ?? ''
    rating = typeof value === 'number' ? value : numberOf(String(value))
    const wrong = builder.wrongRating(rating, () => String(value))
    if (wrong !== null) return wrong
  }
  let time = 0
  if (shape.timestamp !== null) {
    const value = row[shape.timestamp] ?? ''
    time = typeof value === 'number' ? value : timeOf(String(value))
    if (Number.isNaN(time)) return value === '' ? 'no timestamp' : `timestamp "${value}" is not a time`
  }
  const user = row[shape.user]
  const item = row[shape.item]
  const wrong = wrongId(user, 'user') ?? wrongId(item, 'item')
  if (wrong !== null) return wrong
  builder.add(codeOf(builder.users, user), codeOf(builder.items, item), rating, time)
  return null
}

function wrongId(id: unknown, role: string): string | null {
  if (id === undefined || id === null || id === '') return `no ${role}`
  if (typeof id === 'string') return null
  if (typeof id !== 'number') return `the ${role} is neither a string nor a number`
  // Beyond 2^53 two ids could read as one.
  return Math.abs(id) > Number.MAX_SAFE_INTEGER ? `${role} ${id} is too large a number: write it as a string` : null
}

function codeOf(table: IdTable, id: unknown): number {
  return table.ofText(String(id))
}
