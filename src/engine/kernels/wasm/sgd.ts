// Stochastic gradient descent with momentum as PyTorch has it (no dampening):
//   b = momentum b + g,  w = keep w - learningRate b;  Nesterov: w = keep w - learningRate (g + momentum b)
import { at, loadPart, madd, nmadd, regularised, settled, storePart } from './common'

// @ts-ignore: decorator
@inline
function part(
  w: usize, g: usize, b: usize, k: i32, rate: v128, momentum: v128, nesterov: bool, l1: v128, l2: v128, keep: v128,
): void {
  const wi = loadPart(w, k)
  const gi = regularised(loadPart(g, k), wi, l1, l2)
  let move = gi
  if (b != 0) {
    const bi = settled(madd(momentum, loadPart(b, k), gi), f32x4.splat(1e-30))
    storePart(b, bi, k)
    move = nesterov ? madd(momentum, bi, gi) : bi
  }
  storePart(w, nmadd(rate, move, f32x4.mul(wi, keep)), k)
}

/** One step of n weights. `b` is 0 where there is no momentum. */
export function sgd(
  w: usize, g: usize, b: usize, n: i32, learningRate: f32, momentum: f32, nesterov: bool, l1: f32, l2: f32, keep: f32,
): void {
  const rate = f32x4.splat(learningRate)
  const mu = f32x4.splat(momentum)
  const r1 = f32x4.splat(l1)
  const r2 = f32x4.splat(l2)
  const p = f32x4.splat(keep)
  const whole = at(w, n & ~3)
  const stride: usize = b == 0 ? 0 : 16
  while (w < whole) {
    part(w, g, b, 4, rate, mu, nesterov, r1, r2, p)
    w += 16
    g += 16
    b += stride
  }
  if ((n & 3) != 0) part(w, g, b, n & 3, rate, mu, nesterov, r1, r2, p)
}

/** One step of the rows ids[0, n), with gradients[j] for row ids[j]. */
export function sgdRows(
  w: usize, b: usize, dim: i32, ids: usize, n: i32, gradients: usize, learningRate: f32, momentum: f32,
  nesterov: bool, l1: f32, l2: f32, keep: f32,
): void {
  const bytes = (<usize>dim) << 2
  for (let j = 0; j < n; j++) {
    const row = <usize>load<i32>(at(ids, j)) * bytes
    sgd(w + row, gradients, b == 0 ? 0 : b + row, dim, learningRate, momentum, nesterov, l1, l2, keep)
    gradients += bytes
  }
}
