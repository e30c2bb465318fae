import type { Csr } from '../../data/interactions.ts'
import { type Arena, arenaBytes, createArena } from '../../engine/memory/arena.ts'
import { type AsValue, floatsPerRow, type SimilarityRule } from './values.ts'

/** Where an array lies in the shared memory: what a thread is told. */
export interface Place {
  readonly type: 'float32' | 'int32'
  readonly at: number
  readonly length: number
}

/** Arrays that all threads read: ratings by rows (whose similarities are sought) and by columns. */
interface Shared<A, F, I> {
  readonly rowOffsets: I
  readonly rowColumns: I
  readonly rowValues: F
  readonly squares: F
  readonly offsets: I
  readonly rows: I
  readonly entries: F
  /** user-knn: what every rating, by columns, adds to a prediction. Empty for item-knn. */
  readonly deviations: F
  /** item-knn: the nearest of every row, best first, `stored` places a row, and how many of them are used. Else empty. */
  readonly tableIds: I
  readonly tableSimilarities: F
  readonly tableCounts: I
  readonly threads: readonly A[]
}

/** Arrays of one thread: sums of a comparison, its result, and a query that is no row. */
interface PerThread<F, I> {
  readonly sums: F
  readonly out: F
  readonly queryColumns: I
  readonly queryValues: F
}

export type KnnArrays = Shared<PerThread<Float32Array, Int32Array>, Float32Array, Int32Array>
export type KnnPlaces = Shared<PerThread<Place, Place>, Place, Place>

export interface KnnMemory {
  readonly arena: Arena
  readonly arrays: KnnArrays
  readonly places: KnnPlaces
}

export interface KnnContents {
  readonly byRow: Csr
  readonly byColumn: Csr
  readonly rule: SimilarityRule
  readonly asValue: AsValue
  readonly rowMeans: Float64Array
  readonly rowBiases: Float64Array
  /** What a rating (row, column, rating) adds to a prediction; absent where no prediction is made from rows. */
  readonly deviation?: (row: number, column: number, rating: number) => number
  /** Places in a row of the table of nearest rows; 0 for no table. */
  readonly stored: number
  readonly threads: number
}

/**
 * Copies ratings to a shared memory for comparisons by kernels: 16 bytes a rating, 20 with deviations; nothing grows
 * with the square of the rows. Throws `out-of-memory`.
 */
export async function fillMemory(contents: KnnContents): Promise<KnnMemory> {
  const { byRow, byColumn, rule, asValue, rowMeans, rowBiases, deviation, stored, threads } = contents
  const n = byRow.indices.length
  const rows = byRow.offsets.length - 1
  const columns = byColumn.offsets.length - 1
  const each = Array.from({ length: threads }, () => 0)
  const sums = rows * floatsPerRow(rule)
  const arena = await createArena({
    shared: true,
    bytes: arenaBytes({
      int32: [rows + 1, n, columns + 1, n, rows * stored, stored > 0 ? rows : 0, ...each.map(() => columns)],
      float32: [...[n, rows, n, deviation ? n : 0, rows * stored], ...each.flatMap(() => [sums, rows, columns])],
    }),
  })
  const arrays: KnnArrays = {
    rowOffsets: arena.int32(rows + 1),
    rowColumns: arena.int32(n),
    rowValues: arena.float32(n),
    squares: arena.float32(rows),
    offsets: arena.int32(columns + 1),
    rows: arena.int32(n),
    entries: arena.float32(n),
    deviations: arena.float32(deviation ? n : 0),
    tableIds: arena.int32(rows * stored),
    tableSimilarities: arena.float32(rows * stored),
    tableCounts: arena.int32(stored > 0 ? rows : 0),
    threads: each.map(() => ({
      sums: arena.float32(sums),
      out: arena.float32(rows),
      queryColumns: arena.int32(columns),
      queryValues: arena.float32(columns),
    })),
  }
  arrays.rowOffsets.set(byRow.offsets)
  arrays.rowColumns.set(byRow.indices)
  for (let row = 0; row < rows; row++) {
    let square = 0
    for (let at = byRow.offsets[row]!; at < byRow.offsets[row + 1]!; at++) {
      const value = Math.fround(asValue(byRow.values[at]!, byRow.indices[at]!, rowMeans[row]!, rowBiases[row]!))
      arrays.rowValues[at] = value
      square += value * value
    }
    arrays.squares[row] = square
  }
  arrays.offsets.set(byColumn.offsets)
  arrays.rows.set(byColumn.indices)
  for (let column = 0; column < columns; column++) {
    for (let at = byColumn.offsets[column]!; at < byColumn.offsets[column + 1]!; at++) {
      const row = byColumn.indices[at]!
      const rating = byColumn.values[at]!
      arrays.entries[at] = asValue(rating, column, rowMeans[row]!, rowBiases[row]!)
      if (deviation) arrays.deviations[at] = deviation(row, column, rating)
    }
  }
  return { arena, arrays, places: convert(arrays, placeOf) as KnnPlaces }
}

/** The arrays that a thread was told of. */
export function arraysAt(memory: WebAssembly.Memory, places: KnnPlaces): KnnArrays {
  return convert(places, ({ type, at, length }: Place) =>
    type === 'int32' ? new Int32Array(memory.buffer, at, length) : new Float32Array(memory.buffer, at, length),
  ) as KnnArrays
}

function placeOf(array: Int32Array | Float32Array): Place {
  const type = array instanceof Int32Array ? 'int32' : 'float32'
  return { type, at: array.byteOffset, length: array.length }
}

function convert<From>(shared: Shared<object, From, From>, change: (from: From) => unknown): unknown {
  const all = (record: object): object =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value as From)]))
  const { threads, ...rest } = shared
  return { ...all(rest), threads: threads.map(all) }
}
