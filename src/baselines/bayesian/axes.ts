import { factorise, solveUpper } from '../linear-algebra/cholesky.ts'
import { eigenSymmetric } from '../linear-algebra/eigen.ts'

/** The factors of one side: `rank` numbers from `first` in every `stride`. */
export interface FactorSide {
  readonly rows: Float64Array
  readonly stride: number
  readonly first: number
}

/** Mean of x x' over the rows that `index` names, once for each time it names them; a little on the diagonal keeps it positive definite. */
function secondMoment({ rows, stride, first }: FactorSide, rank: number, index: Int32Array): Float64Array {
  const moment = new Float64Array(rank * rank)
  for (const row of index) {
    const at = row * stride + first
    for (let i = 0; i < rank; i++) for (let j = 0; j < rank; j++) moment[i * rank + j]! += rows[at + i]! * rows[at + j]!
  }
  let trace = 0
  for (let k = 0; k < moment.length; k++) moment[k]! /= index.length
  for (let i = 0; i < rank; i++) trace += moment[i * rank + i]!
  for (let i = 0; i < rank; i++) moment[i * rank + i]! += 1e-12 * trace + 1e-30
  return moment
}

/** Replaces the factors x of every row by T x. */
function transform({ rows, stride, first }: FactorSide, rank: number, t: Float64Array): void {
  const x = new Float64Array(rank)
  for (let at = first; at < rows.length; at += stride) {
    x.set(rows.subarray(at, at + rank))
    for (let i = 0; i < rank; i++) {
      let sum = 0
      for (let k = 0; k < rank; k++) sum += t[i * rank + k]! * x[k]!
      rows[at + i] = sum
    }
  }
}

/**
 * Turns the factors of both sides onto the principal axes of their products over the given pairs, largest first, the scale
 * shared evenly; every product p'q stays what it was. Returns each axis's mean squared contribution to a prediction:
 * the eigenvalues of the product of the two second moments.
 */
export function principalAxes(
  users: FactorSide,
  items: FactorSide,
  rank: number,
  pairs: { readonly user: Int32Array; readonly item: Int32Array },
): Float64Array {
  const l = secondMoment(users, rank, pairs.user)
  const moment = secondMoment(items, rank, pairs.item)
  if (!factorise(l, rank)) throw new RangeError('the second moment of the users is not positive definite')
  const lower = (i: number, j: number): number => (j > i ? 0 : l[i * rank + j]!)
  const inner = new Float64Array(rank * rank)
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < rank; j++) {
      let sum = 0
      for (let a = i; a < rank; a++)
        for (let b = j; b < rank; b++) sum += lower(a, i) * moment[a * rank + b]! * lower(b, j)
      inner[i * rank + j] = sum
    }
  }
  const { values, vectors } = eigenSymmetric(inner, rank)
  const forUsers = new Float64Array(rank * rank)
  const forItems = new Float64Array(rank * rank)
  const column = new Float64Array(rank)
  for (let k = 0; k < rank; k++) {
    const root = Math.max(values[k]!, 1e-30) ** 0.25
    // Row k of W'L^-1 is the solution of L'x = w_k; row k of W'L' is (L w_k)'.
    for (let i = 0; i < rank; i++) column[i] = vectors[i * rank + k]!
    for (let i = 0; i < rank; i++) {
      let sum = 0
      for (let j = 0; j <= i; j++) sum += lower(i, j) * column[j]!
      forItems[k * rank + i] = sum / root
    }
    solveUpper(l, rank, column)
    for (let i = 0; i < rank; i++) forUsers[k * rank + i] = column[i]! * root
  }
  transform(users, rank, forUsers)
  transform(items, rank, forItems)
  return values
}
