import { checkSum } from './rows.ts'
import { type Address, checkIds } from './views.ts'

/**
 * Bags of table rows in CSR form: bag b holds the entries offsets[b] .. offsets[b + 1] - 1 of `ids` (and `weights`).
 * A negative id is no row and does not count in a mean; an id of the table's height or above is a RangeError.
 */
export interface Bags {
  readonly offsets: Int32Array
  readonly ids: Int32Array
  /** One per entry, null: all 1. They are data: no gradient is taken of them. */
  readonly weights: Float32Array | null
  /** Whether the (weighted) sum is divided by the bag's number of rows. */
  readonly mean: boolean
  /** The bags meant, for example the users of a batch (-1: an empty bag); null: bags 0 .. n - 1. */
  readonly which: Int32Array | null
  /** How many bags. */
  readonly n: number
}

export interface BagKernels {
  /** out[j] = sum or mean of the rows of bag j; zeros for an empty one. `out`: n x dim. */
  bagForward(table: Float32Array, dim: number, bags: Bags, out: Float32Array): void
  /**
   * The gradient with respect to the table, given that of `out` (n x dim), summed by row as sumRows() does: the same
   * slots, uniqueIds, sums, count and answer.
   */
  bagBackward(
    slots: Int32Array,
    dim: number,
    bags: Bags,
    gradients: Float32Array,
    uniqueIds: Int32Array,
    sums: Float32Array,
    count: number,
  ): number
}

export type BagExports = Record<'bagForward' | 'bagBackward', (...values: (number | boolean)[]) => number>

/** RangeError for bags that do not exist. TypeScript and compiled kernels check alike. */
export function checkBags({ offsets, ids, which, n }: Bags): void {
  const bags = offsets.length - 1
  if (which) {
    for (let j = 0; j < n; j++) if (which[j]! >= bags) throw new RangeError(`which[${j}] = ${which[j]} of ${bags} bags`)
  } else if (n > bags) throw new RangeError(`${n} of ${bags} bags`)
  if (bags >= 0 && offsets[bags]! > ids.length) {
    throw new RangeError(`the bags end at entry ${offsets[bags]}, but there are ${ids.length}`)
  }
}

export function bindBags(wasm: BagExports, at: Address): BagKernels {
  const csr = ({ offsets, ids, weights, mean, which, n }: Bags) =>
    [
      at(offsets, 0, 'offsets'),
      which ? at(which, n, 'which') : 0,
      n,
      at(ids, 0, 'ids'),
      weights ? at(weights, ids.length, 'weights') : 0,
      mean,
    ] as const
  return {
    bagForward(table, dim, bags, out) {
      checkBags(bags)
      const rows = Math.floor(table.length / dim)
      const to = at(out, bags.n * dim, 'out')
      checkIds(wasm.bagForward(at(table, 0, 'table'), rows, dim, ...csr(bags), to), bags.ids, rows)
    },
    bagBackward(slots, dim, bags, gradients, uniqueIds, sums, count) {
      checkBags(bags)
      const capacity = Math.min(uniqueIds.length, Math.floor(sums.length / dim))
      const result = wasm.bagBackward(
        at(slots, 0, 'slots'),
        slots.length,
        dim,
        ...csr(bags),
        at(gradients, bags.n * dim, 'gradients'),
        at(uniqueIds, count, 'uniqueIds'),
        at(sums, count * dim, 'sums'),
        count,
        capacity,
      )
      return checkSum(result, bags.ids, slots.length, capacity)
    },
  }
}
