// Stochastic gradient descent rating by rating: the fastest way, one read and one write of each row. See dot.ts.
import { madd, nmadd } from './common'
import { items, l2, l2Bias, predicted, rowBytes, score, setOrder, slope, users, visit } from './dot-common'

/**
 * Visits `count` ratings in the order of `key` (count <= 2^bits) and updates after each: with d the derivative of the
 * squared error by the dot product, p -= rate (d q + 2 l2 p) and q -= rate (d p + 2 l2 q), both from the old p and q;
 * biases likewise with l2Bias. Returns the sum of squared errors, each before its update.
 */
export function sgd(ratings: usize, count: i32, bits: i32, key: u32, rate: f32): f64 {
  setOrder(bits, key)
  const twice = <f32>2 * rate
  const d = twice * l2
  const b = twice * l2Bias
  const decay = f32x4.splat(d)
  const last = rowBytes - 16
  // The last four places end in bias and one (user) or one and bias (item): the one must not move.
  const userDecay = f32x4.replace_lane(f32x4.replace_lane(decay, 2, b), 3, 0)
  const itemDecay = f32x4.replace_lane(f32x4.replace_lane(decay, 2, 0), 3, b)
  let sum: f64 = 0
  const end = <u32>1 << bits
  for (let k: u32 = 0; k < end; k++) {
    const j = visit(k)
    if (j >= <u32>count) continue
    const rating = ratings + <usize>j * 12
    const p = users + <usize>load<i32>(rating) * rowBytes
    const q = items + <usize>load<i32>(rating, 4) * rowBytes
    const r = predicted(score(p, q))
    const e = r - load<f32>(rating, 8)
    sum += <f64>(e * e)
    const g = twice * slope(r, e)
    const step = f32x4.splat(g)
    for (let o: usize = 0; o < last; o += 16) {
      const x = v128.load(p + o)
      const y = v128.load(q + o)
      v128.store(p + o, nmadd(decay, x, nmadd(step, y, x)))
      v128.store(q + o, nmadd(decay, y, nmadd(step, x, y)))
    }
    const x = v128.load(p + last)
    const y = v128.load(q + last)
    v128.store(p + last, nmadd(userDecay, x, nmadd(f32x4.replace_lane(step, 3, 0), y, x)))
    v128.store(q + last, nmadd(itemDecay, y, nmadd(f32x4.replace_lane(step, 2, 0), x, y)))
  }
  return sum
}
