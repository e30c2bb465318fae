import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Interactions, type RatingScale } from '../../src/data/interactions.ts'
import { Vocabulary } from '../../src/data/vocabulary.ts'

export type Row = [user: number, item: number, rating: number, timestamp?: number]

/** Interactions of rows of indices; vocabularies as large as the indices need, ids "u0", "i0". */
export function ratings(rows: readonly Row[], options: { times?: boolean; scale?: RatingScale } = {}): Interactions {
  const { times = true, scale = { min: 1, max: 5, step: 1 } } = options
  const size = (column: 0 | 1) => rows.reduce((most, row) => Math.max(most, row[column] + 1), 0)
  return new Interactions({
    users: Vocabulary.of(Array.from({ length: size(0) }, (_, u) => `u${u}`)),
    items: Vocabulary.of(Array.from({ length: size(1) }, (_, i) => `i${i}`)),
    user: Int32Array.from(rows, (row) => row[0]),
    item: Int32Array.from(rows, (row) => row[1]),
    rating: Float32Array.from(rows, (row) => row[2]),
    timestamp: times ? Float64Array.from(rows, (row) => row[3] ?? 0) : null,
    scale,
  })
}

/** Rows of interactions as [user, item] pairs, to compare with. */
export function pairs(interactions: Interactions): [number, number][] {
  return Array.from(interactions.user, (user, n) => [user, interactions.item[n]!])
}

const large = process.env.MARQUEE_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))
export const ml100kFolder = join(large, 'ml-100k')
export const hasMl100k = existsSync(join(ml100kFolder, 'u.data'))
if (!hasMl100k) console.log(`ML-100K is not in ${ml100kFolder}: its known answers are skipped; set MARQUEE_DATA`)

/** ML-100K in file order, ids in order of first appearance: read here, so that no bug of the readers can bend the yardstick. */
export function ml100k(): Interactions {
  const lines = readFileSync(join(ml100kFolder, 'u.data'), 'utf8').trim().split('\n')
  return fromTable(lines.map((line) => line.split('\t').map(Number)))
}

/** The shipped ml-latest-small. */
export function latestSmall(): Interactions {
  const file = fileURLToPath(new URL('../../data/ml-latest-small/ratings.csv', import.meta.url))
  const lines = readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1)
  return fromTable(lines.map((line) => line.split(',').map(Number)))
}

function fromTable(table: number[][]): Interactions {
  const index = (column: number) => {
    const ids = Float64Array.from(new Set(table.map((row) => row[column]!)))
    return Vocabulary.of(ids)
  }
  const users = index(0)
  const items = index(1)
  const rating = Float32Array.from(table, (row) => row[2]!)
  const whole = rating.every(Number.isInteger)
  return new Interactions({
    users,
    items,
    user: Int32Array.from(table, (row) => users.indexOf(row[0]!)),
    item: Int32Array.from(table, (row) => items.indexOf(row[1]!)),
    rating,
    timestamp: Float64Array.from(table, (row) => row[3]!),
    scale: { min: whole ? 1 : 0.5, max: 5, step: whole ? 1 : 0.5 },
  })
}
