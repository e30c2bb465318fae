import { visits } from '../../dot/order.ts'
import type { SvdKernels, SvdSteps, SvdTables } from '../svd.ts'

/** Row `row` of a table. */
const rowOf = (table: Float32Array, row: number, width: number): Float32Array =>
  table.subarray(row * width, (row + 1) * width)

const dot = (x: ArrayLike<number>, y: Float32Array): number => y.reduce((sum, v, k) => sum + v * x[k]!, 0)

function implicitSum({ implicit, width }: SvdTables, items: Int32Array): Float64Array {
  const z = new Float64Array(width)
  for (const item of items)
    for (let k = 0; k < width; k++) z[k]! += implicit[item * width + k]! / Math.sqrt(items.length)
  return z
}

/** The error, after which the biases have made their step. */
function error(
  tables: SvdTables,
  steps: SvdSteps,
  user: number,
  item: number,
  rating: number,
  product: number,
): number {
  const { userBias, itemBias } = tables
  const { mean, biasRate, biasL2 } = steps
  const [b, c] = [userBias[user]!, itemBias[item]!]
  const e = rating - (mean + b + c + product)
  userBias[user] = b + biasRate * (e - biasL2 * b)
  itemBias[item] = c + biasRate * (e - biasL2 * c)
  return e
}

/** What the compiled kernels mean: every rule as it is printed, SVD++ with all implicit factors written at every rating. */
export const svdReference: SvdKernels = {
  sgd(tables, steps, ratings, { count, bits, key }, from, to) {
    if (from !== 0 || to !== 2 ** bits) throw new RangeError('the reference runs whole orders')
    const { width } = tables
    const { rate, l2 } = steps
    const values = new Float32Array(ratings.buffer, ratings.byteOffset, ratings.length)
    let sum = 0
    for (const n of visits(count, bits, key)) {
      const [user, item] = [ratings[3 * n]!, ratings[3 * n + 1]!]
      const p = rowOf(tables.users, user, width)
      const q = rowOf(tables.items, item, width)
      const e = error(tables, steps, user, item, values[3 * n + 2]!, dot(p, q))
      sum += e * e
      for (let k = 0; k < width; k++) {
        const [x, y] = [p[k]!, q[k]!]
        p[k] = x + rate * (e * y - l2 * x)
        q[k] = y + rate * (e * x - l2 * y)
      }
    }
    return sum
  },
  svdpp(tables, steps, user, own, ratings, { count, bits, key }) {
    const { width, implicit } = tables
    const { rate, l2 } = steps
    const items = own.subarray(0, count)
    const p = rowOf(tables.users, user, width)
    let sum = 0
    for (const n of visits(count, bits, key)) {
      const item = own[n]!
      const q = rowOf(tables.items, item, width)
      const taste = implicitSum(tables, items).map((z, k) => z + p[k]!)
      const e = error(tables, steps, user, item, ratings[n]!, dot(taste, q))
      sum += e * e
      for (let k = 0; k < width; k++) {
        const [x, y] = [p[k]!, q[k]!]
        p[k] = x + rate * (e * y - l2 * x)
        q[k] = y + rate * (e * taste[k]! - l2 * y)
        for (const other of items) {
          const w = implicit[other * width + k]!
          implicit[other * width + k] = w + rate * ((e * y) / Math.sqrt(count) - l2 * w)
        }
      }
    }
    return sum
  },
  userVectors(tables, offsets, items, out) {
    const { width, users } = tables
    for (let user = 0; user + 1 < offsets.length; user++) {
      const z = implicitSum(tables, items.subarray(offsets[user]!, offsets[user + 1]!))
      out.set(
        z.map((x, k) => x + users[user * width + k]!),
        user * width,
      )
    }
  },
}
