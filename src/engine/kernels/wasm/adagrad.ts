// Adagrad (Duchi et al. 2011): s = s + g^2, w = keep w - learningRate g / (sqrt(s) + epsilon);
// and by rows: one s for a whole row, the mean of its g^2 added each time.
import { at, lanes, loadPart, madd, regularised, storePart } from './common'

// @ts-ignore: decorator
@inline
function part(w: usize, g: usize, s: usize, k: i32, rate: v128, epsilon: v128, l1: v128, l2: v128, keep: v128): void {
  const wi = loadPart(w, k)
  const gi = regularised(loadPart(g, k), wi, l1, l2)
  const si = madd(gi, gi, loadPart(s, k))
  storePart(s, si, k)
  storePart(w, f32x4.sub(f32x4.mul(wi, keep), f32x4.div(f32x4.mul(rate, gi), f32x4.add(f32x4.sqrt(si), epsilon))), k)
}

/** One step of n weights. */
export function adagrad(
  w: usize, g: usize, s: usize, n: i32, learningRate: f32, epsilon: f32, l1: f32, l2: f32, keep: f32,
): void {
  const rate = f32x4.splat(learningRate)
  const e = f32x4.splat(epsilon)
  const r1 = f32x4.splat(l1)
  const r2 = f32x4.splat(l2)
  const p = f32x4.splat(keep)
  const whole = at(w, n & ~3)
  while (w < whole) {
    part(w, g, s, 4, rate, e, r1, r2, p)
    w += 16
    g += 16
    s += 16
  }
  if ((n & 3) != 0) part(w, g, s, n & 3, rate, e, r1, r2, p)
}

/** One step of the rows ids[0, n), with gradients[j] for row ids[j]. */
export function adagradRows(
  w: usize, s: usize, dim: i32, ids: usize, n: i32, gradients: usize, learningRate: f32, epsilon: f32, l1: f32,
  l2: f32, keep: f32,
): void {
  const bytes = (<usize>dim) << 2
  for (let j = 0; j < n; j++) {
    const row = <usize>load<i32>(at(ids, j)) * bytes
    adagrad(w + row, gradients, s + row, dim, learningRate, epsilon, l1, l2, keep)
    gradients += bytes
  }
}

/** The same with one sum per row: s[ids[j]]. */
export function rowAdagradRows(
  w: usize, s: usize, dim: i32, ids: usize, n: i32, gradients: usize, learningRate: f32, epsilon: f32, l1: f32,
  l2: f32, keep: f32,
): void {
  const bytes = (<usize>dim) << 2
  const r1 = f32x4.splat(l1)
  const r2 = f32x4.splat(l2)
  const p = f32x4.splat(keep)
  for (let j = 0; j < n; j++) {
    const id = load<i32>(at(ids, j))
    const row = w + <usize>id * bytes
    let squares = f32x4.splat(0)
    for (let d = 0; d < dim; d += 4) {
      const k = min(4, dim - d)
      const o = (<usize>d) << 2
      const gi = regularised(loadPart(gradients + o, k), loadPart(row + o, k), r1, r2)
      squares = madd(gi, gi, squares)
    }
    const sum = load<f32>(at(s, id)) + lanes(squares) / <f32>dim
    store<f32>(at(s, id), sum)
    const rate = f32x4.splat(learningRate / (sqrt<f32>(sum) + epsilon))
    for (let d = 0; d < dim; d += 4) {
      const k = min(4, dim - d)
      const o = (<usize>d) << 2
      const wi = loadPart(row + o, k)
      const gi = regularised(loadPart(gradients + o, k), wi, r1, r2)
      storePart(row + o, f32x4.sub(f32x4.mul(wi, p), f32x4.mul(rate, gi)), k)
    }
    gradients += bytes
  }
}
