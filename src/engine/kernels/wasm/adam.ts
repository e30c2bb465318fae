// Adam (Kingma and Ba 2015) with both bias corrections folded into the step size and epsilon by the caller:
//   m = b1 m + (1 - b1) g,  v = b2 v + (1 - b2) g^2,  w = keep w - stepSize m / (sqrt(v) + epsilon)
import { at, loadPart, madd, regularised, settled, storePart } from './common'

// @ts-ignore: decorator
@inline
function move(m: v128, v: v128, stepSize: v128, epsilon: v128): v128 {
  return f32x4.div(f32x4.mul(stepSize, m), f32x4.add(f32x4.sqrt(v), epsilon))
}

// @ts-ignore: decorator
@inline
function moved(w: v128, m: v128, v: v128, keep: v128, stepSize: v128, epsilon: v128): v128 {
  return f32x4.sub(f32x4.mul(w, keep), move(m, v, stepSize, epsilon))
}

// @ts-ignore: decorator
@inline
function part(
  w: usize, g: usize, m: usize, v: usize, k: i32, b1: v128, c1: v128, b2: v128, c2: v128, stepSize: v128,
  epsilon: v128, l1: v128, l2: v128, keep: v128, bare: bool, settle: bool, least: v128,
): void {
  const wi = loadPart(w, k)
  const gi = bare ? loadPart(g, k) : regularised(loadPart(g, k), wi, l1, l2)
  let mi = madd(b1, loadPart(m, k), f32x4.mul(c1, gi))
  let vi = madd(b2, loadPart(v, k), f32x4.mul(c2, f32x4.mul(gi, gi)))
  if (settle) {
    mi = settled(mi, least)
    vi = settled(vi, least)
  }
  storePart(m, mi, k)
  storePart(v, vi, k)
  storePart(w, bare ? f32x4.sub(wi, move(mi, vi, stepSize, epsilon)) : moved(wi, mi, vi, keep, stepSize, epsilon), k)
}

// @ts-ignore: decorator
@inline
function each(
  w: usize, g: usize, m: usize, v: usize, n: i32, stepSize: f32, epsilon: f32, beta1: f64, beta2: f64, l1: f32,
  l2: f32, keep: f32, bare: bool, settle: bool, least: f32,
): void {
  const b1 = f32x4.splat(<f32>beta1)
  const c1 = f32x4.splat(<f32>(1 - beta1))
  const b2 = f32x4.splat(<f32>beta2)
  const c2 = f32x4.splat(<f32>(1 - beta2))
  const s = f32x4.splat(stepSize)
  const e = f32x4.splat(epsilon)
  const r1 = f32x4.splat(l1)
  const r2 = f32x4.splat(l2)
  const p = f32x4.splat(keep)
  const t = f32x4.splat(least)
  const whole = at(w, n & ~3)
  while (w < whole) {
    part(w, g, m, v, 4, b1, c1, b2, c2, s, e, r1, r2, p, bare, settle, t)
    w += 16
    g += 16
    m += 16
    v += 16
  }
  if ((n & 3) != 0) part(w, g, m, v, n & 3, b1, c1, b2, c2, s, e, r1, r2, p, bare, settle, t)
}

/**
 * One step of n weights. Moments below `least` become zero; where it is 0 they are not looked at. The loop computes as
 * much as it loads, so each of the four cases has one of its own.
 */
export function adam(
  w: usize, g: usize, m: usize, v: usize, n: i32, stepSize: f32, epsilon: f32, beta1: f64, beta2: f64, l1: f32,
  l2: f32, keep: f32, least: f32,
): void {
  if (l1 == 0 && l2 == 0 && keep == 1) {
    if (least == 0) each(w, g, m, v, n, stepSize, epsilon, beta1, beta2, 0, 0, 1, true, false, 0)
    else each(w, g, m, v, n, stepSize, epsilon, beta1, beta2, 0, 0, 1, true, true, least)
  } else if (least == 0) each(w, g, m, v, n, stepSize, epsilon, beta1, beta2, l1, l2, keep, false, false, 0)
  else each(w, g, m, v, n, stepSize, epsilon, beta1, beta2, l1, l2, keep, false, true, least)
}

/** One step of the rows ids[0, n), with gradients[j] for row ids[j]. */
export function adamRows(
  w: usize, m: usize, v: usize, dim: i32, ids: usize, n: i32, gradients: usize, stepSize: f32, epsilon: f32,
  beta1: f64, beta2: f64, l1: f32, l2: f32, keep: f32, least: f32,
): void {
  const bytes = (<usize>dim) << 2
  for (let j = 0; j < n; j++) {
    const row = <usize>load<i32>(at(ids, j)) * bytes
    adam(w + row, gradients, m + row, v + row, dim, stepSize, epsilon, beta1, beta2, l1, l2, keep, least)
    gradients += bytes
  }
}

/** base^n by squaring. The bases are the rounded ones that single steps multiply by: over thousands of steps it shows. */
function power(base: f64, n: i32): f64 {
  let result: f64 = 1
  for (; n > 0; n >>= 1) {
    if (n & 1) result *= base
    base *= base
  }
  return result
}

/** 2^-24: a root of v below so much of epsilon is lost in the sum of the two, and moments below its square move nothing. */
const lostShare: f64 = 5.960464477539063e-8

// @ts-ignore: decorator
@inline
function idle(
  w: usize, m: usize, v: usize, k: i32, from: i32, full: i32, to: i32, stepSizes: usize, epsilons: usize, keeps: usize,
  beta1: f64, beta2: f64, l1: v128, l2: v128, regular: bool, decays: bool,
): void {
  let wi = loadPart(w, k)
  let mi = loadPart(m, k)
  let vi = loadPart(v, k)
  const b1 = f32x4.splat(<f32>beta1)
  const c1 = f32x4.splat(<f32>(1 - beta1))
  const b2 = f32x4.splat(<f32>beta2)
  const c2 = f32x4.splat(<f32>(1 - beta2))
  // A vector that has never had a gradient has nothing to catch up.
  if (regular || decays || v128.any_true(v128.or(mi, vi))) {
    for (let t = from; t < full; t++) {
      if (regular) {
        const gi = regularised(f32x4.splat(0), wi, l1, l2)
        const lost = load<f32>(at(epsilons, t)) * <f32>lostShare
        const least = f32x4.splat(lost * lost)
        mi = settled(madd(b1, mi, f32x4.mul(c1, gi)), least)
        vi = settled(madd(b2, vi, f32x4.mul(c2, f32x4.mul(gi, gi))), least)
      } else {
        mi = f32x4.mul(b1, mi)
        vi = f32x4.mul(b2, vi)
      }
      const s = v128.load32_splat(at(stepSizes, t))
      wi = moved(wi, mi, vi, v128.load32_splat(at(keeps, t)), s, v128.load32_splat(at(epsilons, t)))
    }
    if (decays) for (let t = full; t < to; t++) wi = f32x4.mul(wi, v128.load32_splat(at(keeps, t)))
    if (full < to) {
      mi = f32x4.mul(mi, f32x4.splat(<f32>power(<f64><f32>beta1, to - full)))
      vi = f32x4.mul(vi, f32x4.splat(<f32>power(<f64><f32>beta2, to - full)))
    }
    storePart(w, wi, k)
    storePart(m, mi, k)
    storePart(v, vi, k)
  }
}

/**
 * The steps last[id] to `to` - 1 with a gradient of zero, for the rows ids[0, n), or all n rows where ids is 0.
 * Without l1 and l2 the first moment shrinks by beta1 a step: after `limit` steps it moves no weight any more, and the
 * rest is done at once.
 */
export function catchUpAdam(
  w: usize, m: usize, v: usize, dim: i32, last: usize, ids: usize, n: i32, to: i32, limit: i32, stepSizes: usize,
  epsilons: usize, keeps: usize, beta1: f64, beta2: f64, l1: f32, l2: f32, decays: bool,
): void {
  const bytes = (<usize>dim) << 2
  const r1 = f32x4.splat(l1)
  const r2 = f32x4.splat(l2)
  const regular = l1 != 0 || l2 != 0
  for (let j = 0; j < n; j++) {
    const id = ids == 0 ? j : load<i32>(at(ids, j))
    if (id < 0) continue
    const from = load<i32>(at(last, id))
    if (from >= to) continue
    store<i32>(at(last, id), to)
    const full = regular || to - from < limit ? to : from + limit
    const row = <usize>id * bytes
    for (let d = 0; d < dim; d += 4) {
      const o = row + ((<usize>d) << 2)
      const k = dim - d
      if (k >= 4) {
        idle(w + o, m + o, v + o, 4, from, full, to, stepSizes, epsilons, keeps, beta1, beta2, r1, r2, regular, decays)
      } else {
        idle(w + o, m + o, v + o, k, from, full, to, stepSizes, epsilons, keeps, beta1, beta2, r1, r2, regular, decays)
      }
    }
  }
}
