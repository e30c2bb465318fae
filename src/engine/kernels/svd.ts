import { instantiateKernels, type Simd } from './load.ts'
import { addressIn } from './views.ts'

/** The weights of a factor model. Rows of factors are `width` floats, a multiple of four, zeros behind the factors. */
export interface SvdTables {
  readonly width: number
  readonly users: Float32Array
  readonly items: Float32Array
  /** One row an item for SVD++, else empty. */
  readonly implicit: Float32Array
  readonly userBias: Float32Array
  readonly itemBias: Float32Array
}

/** With e = rating - prediction a step is w += rate (e g - l2 w), g being what w is multiplied by in the prediction. */
export interface SvdSteps {
  readonly mean: number
  readonly rate: number
  readonly l2: number
  /** 0 leaves the biases as they are. */
  readonly biasRate: number
  readonly biasL2: number
}

/** The order of `visits(count, bits, key)` of engine/dot/order.ts: 2^bits places, of which those from `count` on stand for nothing. */
export interface SvdOrder {
  readonly count: number
  readonly bits: number
  readonly key: number
}

/** Stochastic gradient descent rating by rating: the weights change in place, the sum of squared errors comes back. */
export interface SvdKernels {
  /**
   * Prediction mean + b + c + p . q. `ratings` holds `order.count` times user, item and (as a float32) rating. Visits the
   * places `from` to `to` of the order.
   */
  sgd(tables: SvdTables, steps: SvdSteps, ratings: Int32Array, order: SvdOrder, from: number, to: number): number
  /**
   * All ratings of one user (at least one), SVD++ (Koren 2008, equations 15 and 16): prediction mean + b + c + q . (p + z)
   * with z = n^-1/2 times the sum of the implicit factors of the user's n items. Every rating updates all n of them, exactly,
   * at the cost of one. `own` are the items. `scratch` holds two rows.
   */
  svdpp(
    tables: SvdTables,
    steps: SvdSteps,
    user: number,
    own: Int32Array,
    ratings: Float32Array,
    order: SvdOrder,
    scratch: Float32Array,
  ): number
  /** p + z of every user into `out` (users x width), the items of user u at offsets[u] to offsets[u + 1]. */
  userVectors(tables: SvdTables, offsets: Int32Array, items: Int32Array, out: Float32Array): void
}

type Exports = Record<
  'configureTables' | 'configureSteps' | 'sgd' | 'svdpp' | 'userVectors',
  (...values: number[]) => number
>

/** The kernels over a memory; every array they are given must be a view of it. */
export async function createSvdKernels(memory: WebAssembly.Memory, simd: 'auto' | Simd = 'auto'): Promise<SvdKernels> {
  const wasm = await instantiateKernels<Exports>('svd', memory, simd)
  const at = addressIn(memory)
  const configure = (tables: SvdTables, { mean, rate, l2, biasRate, biasL2 }: SvdSteps): void => {
    setTables(tables)
    wasm.configureSteps(mean, rate, l2, biasRate, biasL2)
  }
  const setTables = ({ users, items, implicit, userBias, itemBias, width }: SvdTables): void => {
    if (width % 4 !== 0) throw new RangeError(`a row of ${width} floats: a multiple of four is needed`)
    const [p, q, y, b, c] = [users, items, implicit, userBias, itemBias].map((table) => at(table, 0, 'a table'))
    wasm.configureTables(p!, q!, y!, b!, c!, width)
  }
  return {
    sgd(tables, steps, ratings, { count, bits, key }, from, to) {
      configure(tables, steps)
      return wasm.sgd(at(ratings, 3 * count, 'ratings'), count, bits, key, from, to)
    },
    svdpp(tables, steps, user, own, ratings, { count, bits, key }, scratch) {
      configure(tables, steps)
      const given = at(ratings, count, 'ratings')
      return wasm.svdpp(user, at(own, count, 'own'), given, count, bits, key, at(scratch, 2 * tables.width, 'scratch'))
    },
    userVectors(tables, offsets, items, out) {
      setTables(tables)
      const users = offsets.length - 1
      const places = [at(offsets, users + 1, 'offsets'), at(items, offsets[users]!, 'items')] as const
      wasm.userVectors(users, ...places, at(out, users * tables.width, 'out'))
    },
  }
}
