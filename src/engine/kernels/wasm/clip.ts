// What gradient clipping needs.
import { at, loadPart, storePart } from './common'

/** The sum of squares of n floats, in double precision. */
export function sumOfSquares(x: usize, n: i32): f64 {
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  for (let i = 0; i < n; i += 4) {
    const v = loadPart(at(x, i), min(4, n - i))
    const a = f64x2.promote_low_f32x4(v)
    const b = f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 0, 1))
    low = f64x2.add(low, f64x2.mul(a, a))
    high = f64x2.add(high, f64x2.mul(b, b))
  }
  const sum = f64x2.add(low, high)
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}

/** x *= factor. */
export function scale(x: usize, n: i32, factor: f32): void {
  const f = f32x4.splat(factor)
  for (let i = 0; i < n; i += 4) {
    const k = min(4, n - i)
    storePart(at(x, i), f32x4.mul(loadPart(at(x, i), k), f), k)
  }
}

/** x limited to [-limit, limit]; NaN stays. */
export function clipValues(x: usize, n: i32, limit: f32): void {
  const low = f32x4.splat(-limit)
  const high = f32x4.splat(limit)
  for (let i = 0; i < n; i += 4) {
    const k = min(4, n - i)
    storePart(at(x, i), f32x4.max(low, f32x4.min(high, loadPart(at(x, i), k))), k)
  }
}
