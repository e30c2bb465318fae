import { type Address, checkIds } from './views.ts'

/**
 * Rows of embedding tables (row-major, rows x dim) by id. A negative id means "no row": it reads as zeros and takes no
 * gradient. An id of `rows` or above is a RangeError; rows before it have been written then.
 */
export interface RowKernels {
  /** out[r] = table[ids[r]] for r < n. `out`: n x dim. */
  gatherRows(table: Float32Array, dim: number, ids: Int32Array, n: number, out: Float32Array): void
  /** table[ids[r]] += source[r] for r < n; rows that occur several times add up. */
  scatterAddRows(table: Float32Array, dim: number, ids: Int32Array, n: number, source: Float32Array): void
  /**
   * Sums gradient rows of equal ids, appending to the `count` unique rows that are there already.
   * `slots`: one per row of the table, all zero before the first call; `uniqueIds` and `sums` (x dim) hold the rows in
   * order of first appearance. Returns the number of unique rows. RangeError where they do not fit `uniqueIds`.
   */
  sumRows(
    slots: Int32Array,
    ids: Int32Array,
    n: number,
    dim: number,
    gradients: Float32Array,
    uniqueIds: Int32Array,
    sums: Float32Array,
    count: number,
  ): number
  /** Sets the slots of the first `count` unique rows to zero again, ready for the next batch. */
  clearSlots(slots: Int32Array, uniqueIds: Int32Array, count: number): void
}

type Count = number
type Pointer = number

export interface RowExports {
  gatherRows(table: Pointer, rows: Count, dim: Count, ids: Pointer, n: Count, out: Pointer): number
  scatterAddRows(table: Pointer, rows: Count, dim: Count, ids: Pointer, n: Count, source: Pointer): number
  sumRows(
    slots: Pointer,
    rows: Count,
    ids: Pointer,
    n: Count,
    dim: Count,
    gradients: Pointer,
    unique: Pointer,
    sums: Pointer,
    count: Count,
    capacity: Count,
  ): number
  clearSlots(slots: Pointer, unique: Pointer, count: Count): void
}

/** What sumRows answers, checked. */
export function checkSum(result: number, ids: Int32Array, rows: number, capacity: number): number {
  if (result >= 0) return result
  const bad = -1 - result
  checkIds(ids[bad]! >= rows ? bad : -1, ids, rows)
  throw new RangeError(`more than ${capacity} different rows in one step`)
}

export function bindRows(wasm: RowExports, at: Address): RowKernels {
  return {
    gatherRows(table, dim, ids, n, out) {
      const rows = Math.floor(table.length / dim)
      const bad = wasm.gatherRows(at(table, 0, 'table'), rows, dim, at(ids, n, 'ids'), n, at(out, n * dim, 'out'))
      checkIds(bad, ids, rows)
    },
    scatterAddRows(table, dim, ids, n, source) {
      const rows = Math.floor(table.length / dim)
      const from = at(source, n * dim, 'source')
      checkIds(wasm.scatterAddRows(at(table, 0, 'table'), rows, dim, at(ids, n, 'ids'), n, from), ids, rows)
    },
    sumRows(slots, ids, n, dim, gradients, uniqueIds, sums, count) {
      const capacity = Math.min(uniqueIds.length, Math.floor(sums.length / dim))
      const result = wasm.sumRows(
        at(slots, 0, 'slots'),
        slots.length,
        at(ids, n, 'ids'),
        n,
        dim,
        at(gradients, n * dim, 'gradients'),
        at(uniqueIds, count, 'uniqueIds'),
        at(sums, count * dim, 'sums'),
        count,
        capacity,
      )
      return checkSum(result, ids, slots.length, capacity)
    },
    clearSlots(slots, uniqueIds, count) {
      wasm.clearSlots(at(slots, 0, 'slots'), at(uniqueIds, count, 'uniqueIds'), count)
    },
  }
}
