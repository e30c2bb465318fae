// Similarities of one row of ratings with all others, for neighbourhood models; and the k best of them.
//
// A row is a user or an item, a column the other of the two. The query is a row's columns and values. Every column lists
// the rows that have it and their values, rows ascending. What is summed over the columns of a pair stands at the row's
// place in `sums`, which is all zero before and after.
//
// Nothing is fused, so that relaxed and plain SIMD give the same bits.
import { at } from './common'

export { topK } from './top-k'

/** Adds 1 and x y for every common column to the two floats of a row. */
export function addProducts(
  columns: usize, values: usize, n: i32, offsets: usize, rows: usize, entries: usize, sums: usize,
): void {
  for (let c = 0; c < n; c++) {
    const place = at(offsets, load<i32>(at(columns, c)))
    const x = load<f32>(at(values, c))
    const ones = f32x4(1, 0, 0, 0)
    const end = load<i32>(place, 4)
    for (let t = load<i32>(place); t < end; t++) {
      const s = sums + ((<usize>load<i32>(at(rows, t))) << 3)
      const more = f32x4.replace_lane(ones, 1, x * load<f32>(at(entries, t)))
      v128.store64_lane(s, f32x4.add(v128.load64_zero(s), more), 0)
    }
  }
}

/** Adds 1, x x, y y and x y for every common column to the four floats of a row. */
export function addSquares(
  columns: usize, values: usize, n: i32, offsets: usize, rows: usize, entries: usize, sums: usize,
): void {
  for (let c = 0; c < n; c++) {
    const place = at(offsets, load<i32>(at(columns, c)))
    const x = load<f32>(at(values, c))
    const constant = f32x4(1, x * x, 0, 0)
    const end = load<i32>(place, 4)
    for (let t = load<i32>(place); t < end; t++) {
      const s = sums + ((<usize>load<i32>(at(rows, t))) << 4)
      const y = load<f32>(at(entries, t))
      const more = f32x4.replace_lane(f32x4.replace_lane(constant, 2, y * y), 3, x * y)
      v128.store(s, f32x4.add(v128.load(s), more))
    }
  }
}

/** Adds 1, x, x x, 0 and y, y y, x y, 0 for every common column to the eight floats of a row. */
export function addMoments(
  columns: usize, values: usize, n: i32, offsets: usize, rows: usize, entries: usize, sums: usize,
): void {
  for (let c = 0; c < n; c++) {
    const place = at(offsets, load<i32>(at(columns, c)))
    const x = load<f32>(at(values, c))
    const constant = f32x4(1, x, x * x, 0)
    const factors = f32x4(1, 0, x, 0)
    const end = load<i32>(place, 4)
    for (let t = load<i32>(place); t < end; t++) {
      const s = sums + ((<usize>load<i32>(at(rows, t))) << 5)
      const y = load<f32>(at(entries, t))
      v128.store(s, f32x4.add(v128.load(s), constant))
      const more = f32x4.mul(f32x4.splat(y), f32x4.replace_lane(factors, 1, y))
      v128.store(s, f32x4.add(v128.load(s, 16), more), 16)
    }
  }
}

/** The similarity, weighed down where it rests on few common columns. */
// @ts-ignore: decorator
@inline
function settled(similarity: f64, n: f64, support: f64, shrinkage: f64): f32 {
  if (n < support) return 0
  return <f32>(max<f64>(-1, min<f64>(1, similarity)) * (n / (n + shrinkage)))
}

/** After addProducts: x . y over the lengths of the whole rows; `square` is the query's squared length. Clears the sums. */
export function cosineOfAll(
  sums: usize, rows: i32, squares: usize, square: f32, support: f64, shrinkage: f64, out: usize,
): void {
  for (let r = 0; r < rows; r++) {
    const s = sums + ((<usize>r) << 3)
    const n = <f64>load<f32>(s)
    let similarity: f64 = 0
    const lengths = <f64>square * <f64>load<f32>(at(squares, r))
    if (n > 0 && lengths > 0) similarity = <f64>load<f32>(s, 4) / sqrt(lengths)
    store<f32>(at(out, r), settled(similarity, n, support, shrinkage))
    store<u64>(s, 0)
  }
}

/** After addSquares: x . y over the lengths of the common parts. Clears the sums. */
export function cosineOfCommon(sums: usize, rows: i32, support: f64, shrinkage: f64, out: usize): void {
  for (let r = 0; r < rows; r++) {
    const s = sums + ((<usize>r) << 4)
    const n = <f64>load<f32>(s)
    let similarity: f64 = 0
    const lengths = <f64>load<f32>(s, 4) * <f64>load<f32>(s, 8)
    if (lengths > 0) similarity = <f64>load<f32>(s, 12) / sqrt(lengths)
    store<f32>(at(out, r), settled(similarity, n, support, shrinkage))
    v128.store(s, f32x4.splat(0))
  }
}

/** After addSquares: 1 / (mean squared difference + 1) of the common parts. Clears the sums. */
export function nearness(sums: usize, rows: i32, support: f64, shrinkage: f64, out: usize): void {
  for (let r = 0; r < rows; r++) {
    const s = sums + ((<usize>r) << 4)
    const n = <f64>load<f32>(s)
    let similarity: f64 = 0
    if (n > 0) {
      const squares = <f64>load<f32>(s, 4) + <f64>load<f32>(s, 8) - 2 * <f64>load<f32>(s, 12)
      similarity = 1 / (max<f64>(0, squares) / n + 1)
    }
    store<f32>(at(out, r), settled(similarity, n, support, shrinkage))
    v128.store(s, f32x4.splat(0))
  }
}

/** Squared deviations below this share of the squares are rounding: such a part is constant. */
const constantShare: f64 = 1e-5

/** After addMoments: Pearson's correlation of the common parts, 0 where one is constant. Clears the sums. */
export function correlation(sums: usize, rows: i32, support: f64, shrinkage: f64, out: usize): void {
  for (let r = 0; r < rows; r++) {
    const s = sums + ((<usize>r) << 5)
    const n = <f64>load<f32>(s)
    let similarity: f64 = 0
    if (n > 1) {
      const x = <f64>load<f32>(s, 4)
      const xx = n * <f64>load<f32>(s, 8)
      const y = <f64>load<f32>(s, 16)
      const yy = n * <f64>load<f32>(s, 20)
      const vx = xx - x * x
      const vy = yy - y * y
      if (vx > constantShare * xx && vy > constantShare * yy) {
        similarity = (n * <f64>load<f32>(s, 24) - x * y) / sqrt(vx * vy)
      }
    }
    store<f32>(at(out, r), settled(similarity, n, support, shrinkage))
    v128.store(s, f32x4.splat(0))
    v128.store(s, f32x4.splat(0), 16)
  }
}
