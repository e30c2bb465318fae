// What every kernel uses. Addresses are byte offsets (usize), counts are numbers of elements (i32).

/** a * b + c; fused where the relaxed instructions allow it. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c)
  return f32x4.add(f32x4.mul(a, b), c)
}

/** c - a * b; fused where the relaxed instructions allow it. */
// @ts-ignore: decorator
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c)
  return f32x4.sub(c, f32x4.mul(a, b))
}

/** The sum of the four lanes. */
// @ts-ignore: decorator
@inline
export function lanes(v: v128): f32 {
  return (
    (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  )
}

/** The address of 4-byte element i. */
// @ts-ignore: decorator
@inline
export function at(base: usize, i: i32): usize {
  return base + ((<usize>i) << 2)
}

/** target[0, n) += factor * source[0, n). */
export function addScaled(target: usize, source: usize, factor: f32, n: i32): void {
  const f = f32x4.splat(factor)
  const whole = at(target, n & ~3)
  const end = at(target, n)
  while (target < whole) {
    v128.store(target, madd(f, v128.load(source), v128.load(target)))
    target += 16
    source += 16
  }
  while (target < end) {
    store<f32>(target, load<f32>(target) + factor * load<f32>(source))
    target += 4
    source += 4
  }
}

/** target[0, n) += source[0, n). */
export function add(target: usize, source: usize, n: i32): void {
  const whole = at(target, n & ~3)
  const end = at(target, n)
  while (target < whole) {
    v128.store(target, f32x4.add(v128.load(target), v128.load(source)))
    target += 16
    source += 16
  }
  while (target < end) {
    store<f32>(target, load<f32>(target) + load<f32>(source))
    target += 4
    source += 4
  }
}

/** The first k (1 to 4) floats at an address, zeros after them. */
// @ts-ignore: decorator
@inline
export function loadPart(from: usize, k: i32): v128 {
  if (k == 4) return v128.load(from)
  let v = v128.load32_zero(from)
  if (k > 1) v = v128.load32_lane(from + 4, v, 1)
  if (k > 2) v = v128.load32_lane(from + 8, v, 2)
  return v
}

/** Stores the first k (1 to 4) lanes. */
// @ts-ignore: decorator
@inline
export function storePart(to: usize, v: v128, k: i32): void {
  if (k == 4) {
    v128.store(to, v)
    return
  }
  v128.store32_lane(to, v, 0)
  if (k > 1) v128.store32_lane(to + 4, v, 1)
  if (k > 2) v128.store32_lane(to + 8, v, 2)
}

/**
 * x with what lies below `least` made zero; NaN stays. Moments of weights that get no gradient any more would else
 * shrink until they are denormal, which slows every instruction that meets them tenfold.
 */
// @ts-ignore: decorator
@inline
export function settled(x: v128, least: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), least))
}

/** The gradient with that of l2 / 2 * w^2 + l1 * |w| added. */
// @ts-ignore: decorator
@inline
export function regularised(g: v128, w: v128, l1: v128, l2: v128): v128 {
  const signed = v128.or(v128.and(w, f32x4.splat(-0.0)), l1)
  return f32x4.add(madd(l2, w, g), v128.and(signed, f32x4.ne(w, f32x4.splat(0))))
}
