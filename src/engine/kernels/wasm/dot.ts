// Entry module of dot-product training: the prediction is
//   low + span * f(offset + p_u . q_i + b_u + b_i), f the sigmoid, or low = 0, span = 1 and f the identity.
// A row of `width` floats holds one side's factors, zeros, and in its last two places the bias and a one: (.., b_u, 1)
// for a user, (.., 1, b_i) for an item, so that one dot product gives both biases and one update changes them.
// A rating is 12 bytes: user i32, item i32, rating f32.
import { at, lanes, madd } from './common'
export { sgd } from './dot-sgd'
export { configureBatch, gather, batch } from './dot-batch'
import { predicted, predictedMany, score, setTables, setOutput, setDecay, users, items, rowBytes, low, high, sigmoid as sigmoidOf } from './dot-common'

/** Addresses of the tables and floats in a row. */
export function configureTables(userRows: usize, itemRows: usize, width: i32): void {
  setTables(userRows, itemRows, <usize>width << 2)
}

/** `sigmoid`: 1 for the scaled sigmoid, 0 for the identity; `lowest` and `highest` bound the rating scale. */
export function configureOutput(sigmoid: i32, offset: f32, lowest: f32, highest: f32): void {
  setOutput(sigmoid, offset, lowest, highest)
}

/** L2 of factors and of biases: each rating adds l2 (|p|^2 + |q|^2) + l2Bias (b_u^2 + b_i^2) to its squared error. */
export function configureDecay(l2: f32, l2Bias: f32): void {
  setDecay(l2, l2Bias)
}

/** The sum of squared errors of n ratings, predictions clipped to the scale. */
export function squaredError(ratings: usize, n: i32): f64 {
  let sum: f64 = 0
  const end = ratings + <usize>n * 12
  for (; ratings < end; ratings += 12) {
    const p = users + <usize>load<i32>(ratings) * rowBytes
    const q = items + <usize>load<i32>(ratings, 4) * rowBytes
    const r = max(low, min(high, predicted(score(p, q))))
    const e = <f64>(r - load<f32>(ratings, 8))
    sum += e * e
  }
  return sum
}

/** Predictions, unclipped, of `m` user rows standing at `rows` with the first n items: out[u * n + i]. */
export function predictAll(rows: usize, m: i32, n: i32, out: usize): void {
  for (let u = 0; u < m; u += 4) {
    const left = min(4, m - u)
    const p0 = rows + <usize>u * rowBytes
    // A missing user repeats the last: its result is not stored.
    const p1 = left > 1 ? p0 + rowBytes : p0
    const p2 = left > 2 ? p1 + rowBytes : p1
    const p3 = left > 3 ? p2 + rowBytes : p2
    const o = at(out, u * n)
    if (left == 1) scoreOne(p0, n, o)
    else scoreFour(p0, p1, p2, p3, n, o, left)
  }
  predictedMany(out, m * n)
}

function scoreOne(p: usize, n: i32, out: usize): void {
  let q = items
  for (let i = 0; i < n; i++) {
    store<f32>(at(out, i), score(p, q))
    q += rowBytes
  }
}

function scoreFour(p0: usize, p1: usize, p2: usize, p3: usize, n: i32, out: usize, left: i32): void {
  const pairs = rowBytes & ~31
  let q = items
  for (let i = 0; i < n; i++) {
    let a0 = f32x4.splat(0)
    let a1 = a0
    let a2 = a0
    let a3 = a0
    let b0 = a0
    let b1 = a0
    let b2 = a0
    let b3 = a0
    let o: usize = 0
    // In the order of `score`, so that one user's scores are the same bits alone and among others.
    for (; o < pairs; o += 32) {
      const x = v128.load(q + o)
      const y = v128.load(q + o, 16)
      a0 = madd(v128.load(p0 + o), x, a0)
      b0 = madd(v128.load(p0 + o, 16), y, b0)
      a1 = madd(v128.load(p1 + o), x, a1)
      b1 = madd(v128.load(p1 + o, 16), y, b1)
      a2 = madd(v128.load(p2 + o), x, a2)
      b2 = madd(v128.load(p2 + o, 16), y, b2)
      a3 = madd(v128.load(p3 + o), x, a3)
      b3 = madd(v128.load(p3 + o, 16), y, b3)
    }
    if (o < rowBytes) {
      const x = v128.load(q + o)
      a0 = madd(v128.load(p0 + o), x, a0)
      a1 = madd(v128.load(p1 + o), x, a1)
      a2 = madd(v128.load(p2 + o), x, a2)
      a3 = madd(v128.load(p3 + o), x, a3)
    }
    store<f32>(at(out, i), lanes(f32x4.add(a0, b0)))
    store<f32>(at(out, i + n), lanes(f32x4.add(a1, b1)))
    if (left > 2) store<f32>(at(out, i + 2 * n), lanes(f32x4.add(a2, b2)))
    if (left > 3) store<f32>(at(out, i + 3 * n), lanes(f32x4.add(a3, b3)))
    q += rowBytes
  }
}

/** The sigmoid as training computes it, of n floats in place: for the test of its error. */
export function sigmoid(values: usize, n: i32): void {
  for (let i = 0; i < n; i++) store<f32>(at(values, i), sigmoidOf(load<f32>(at(values, i))))
}
