import { NormalEquations } from '../linear-algebra/normal-equations.ts'
import type { Normal } from './wishart.ts'

/** Draws in the arrays that a sampler fills and an artefact holds. User unknowns are (p, bias), item unknowns (bias, q). */
export interface PosteriorArrays {
  /** samples x users x (rank + 1): the mean of each user's unknowns given the draw's items and hyper-parameters. */
  readonly users: Float32Array
  /** samples x items x (rank + 1): draws. */
  readonly items: Float32Array
  /** samples x hyperWidth: prior precision of users, their prior mean, the noise precision, the prior mean of items. */
  readonly hyper: Float64Array
}

export const hyperWidth = (unknowns: number): number => unknowns * unknowns + 2 * unknowns + 1

/**
 * Posterior draws as a predictor: the mean over draws of bias + bias + p'q. Users are not drawn but integrated out given the
 * draw's items (Rao and Blackwell), so a profile folded in by the same formula is a training user's own answer.
 */
export class Posterior {
  readonly unknowns: number
  readonly samples: number
  readonly arrays: PosteriorArrays
  private readonly userCount: number
  private readonly itemCount: number

  constructor(arrays: PosteriorArrays, unknowns: number, samples: number, users: number, items: number) {
    this.arrays = arrays
    this.unknowns = unknowns
    this.samples = samples
    this.userCount = users
    this.itemCount = items
  }

  /** Deviation from the overall mean; -1 for unknown sides, which have their prior means. */
  predict(user: number, item: number): number {
    const { unknowns: n, samples, arrays, userCount, itemCount } = this
    let sum = 0
    for (let s = 0; s < samples; s++) {
      const of = (side: Float32Array, count: number, row: number): [ArrayLike<number>, number] => [
        side,
        (s * count + row) * n,
      ]
      const [u, at] = user < 0 ? this.prior(s, 'user') : of(arrays.users, userCount, user)
      const [i, from] = item < 0 ? this.prior(s, 'item') : of(arrays.items, itemCount, item)
      sum += u[at + n - 1]! + i[from]!
      for (let k = 0; k + 1 < n; k++) sum += u[at + k]! * i[from + k + 1]!
    }
    return sum / samples
  }

  /** One deviation for each of `some` items, or of all, for user rows laid out as samples x (rank + 1), `stride` apart. */
  score(rows: Float32Array, at: number, stride: number, some?: Int32Array): Float64Array {
    const { unknowns: n, samples, itemCount } = this
    const { items } = this.arrays
    const count = some ? some.length : itemCount
    const scores = new Float64Array(count)
    for (let s = 0; s < samples; s++) {
      const from = at + s * stride
      const bias = rows[from + n - 1]!
      for (let i = 0; i < count; i++) {
        const to = (s * itemCount + (some ? some[i]! : i)) * n
        let sum = bias + items[to]!
        for (let k = 1; k < n; k++) sum += rows[from + k - 1]! * items[to + k]!
        scores[i]! += sum
      }
    }
    for (let i = 0; i < count; i++) scores[i]! /= samples
    return scores
  }

  scoreUser(user: number, some?: Int32Array): Float64Array {
    return this.score(this.arrays.users, user * this.unknowns, this.userCount * this.unknowns, some)
  }

  /** Folds in ratings given as deviations from the overall mean; with none it is the prior mean user. */
  scoreProfile(items: Int32Array, deviations: Float64Array, some?: Int32Array): Float64Array {
    const { unknowns: n, samples, itemCount } = this
    const equations = new NormalEquations(n)
    const rows = new Float32Array(samples * n)
    const solution = new Float64Array(n)
    for (let s = 0; s < samples; s++) {
      const { mean, precision, noise } = this.hyper(s)
      const base = s * itemCount * n
      beginRow(equations, { mean, precision })
      for (let r = 0; r < items.length; r++) {
        addUserRating(equations, this.arrays.items, base + items[r]! * n, noise, deviations[r]!)
      }
      equations.solve(solution, 0)
      rows.set(solution, s * n)
    }
    return this.score(rows, 0, n, some)
  }

  private hyper(sample: number): Normal & { noise: number } {
    const { unknowns: n } = this
    const at = sample * hyperWidth(n)
    const { hyper } = this.arrays
    return {
      precision: hyper.subarray(at, at + n * n),
      mean: hyper.subarray(at + n * n, at + n * n + n),
      noise: hyper[at + n * n + n]!,
    }
  }

  private prior(sample: number, side: 'user' | 'item'): [ArrayLike<number>, number] {
    const { unknowns: n } = this
    return [this.arrays.hyper, sample * hyperWidth(n) + n * n + (side === 'user' ? 0 : n + 1)]
  }
}

/** Starts a row's equations from its prior: precision and precision times mean. */
export function beginRow(equations: NormalEquations, { mean, precision }: Normal): void {
  const n = mean.length
  equations.reset(precision)
  for (let i = 0; i < n; i++) {
    let sum = 0
    for (let j = 0; j < n; j++) sum += precision[i * n + j]! * mean[j]!
    equations.vector[i] = sum
  }
}

/** A rating in a user's equations: features (q, 1) of an item whose unknowns (bias, q) stand at `at`. */
export function addUserRating(
  equations: NormalEquations,
  items: Float32Array | Float64Array,
  at: number,
  noise: number,
  deviation: number,
): void {
  const { width: n, matrix, vector } = equations
  const y = deviation - items[at]!
  for (let i = 0; i < n; i++) {
    const x = noise * (i + 1 < n ? items[at + i + 1]! : 1)
    vector[i]! += x * y
    for (let j = 0; j < i; j++) matrix[i * n + j]! += x * items[at + j + 1]!
    matrix[i * n + i]! += i + 1 < n ? x * items[at + i + 1]! : x
  }
}

/** A rating in an item's equations: features (1, p) of a user whose unknowns (p, bias) stand at `at`. */
export function addItemRating(
  equations: NormalEquations,
  users: Float64Array,
  at: number,
  noise: number,
  deviation: number,
): void {
  const { width: n, matrix, vector } = equations
  const y = deviation - users[at + n - 1]!
  for (let i = 0; i < n; i++) {
    const x = noise * (i === 0 ? 1 : users[at + i - 1]!)
    vector[i]! += x * y
    matrix[i * n]! += x
    for (let j = 1; j <= i; j++) matrix[i * n + j]! += x * users[at + j - 1]!
  }
}
