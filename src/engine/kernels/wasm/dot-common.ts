// What the kernels of dot-product training share: tables, the prediction, the order of visits. See dot.ts.
import { at, lanes, madd } from './common'

export let users: usize = 0
export let items: usize = 0
export let rowBytes: usize = 0
export let low: f32 = 0
export let high: f32 = 1
let span: f32 = 1
let perSpan: f32 = 1
let linear = false
let offset: f32 = 0
export let l2: f32 = 0
export let l2Bias: f32 = 0

export function setTables(userRows: usize, itemRows: usize, bytes: usize): void {
  users = userRows
  items = itemRows
  rowBytes = bytes
}

export function setOutput(sigmoid: i32, constant: f32, lowest: f32, highest: f32): void {
  linear = sigmoid == 0
  offset = constant
  low = lowest
  high = highest
  span = highest - lowest
  perSpan = <f32>1 / span
}

export function setDecay(factors: f32, biases: f32): void {
  l2 = factors
  l2Bias = biases
}

/** The dot product of two rows. Two sums, since one would wait for itself. */
// @ts-ignore: decorator
@inline
export function score(p: usize, q: usize): f32 {
  let a = f32x4.splat(0)
  let b = a
  const pairs = rowBytes & ~31
  let o: usize = 0
  for (; o < pairs; o += 32) {
    a = madd(v128.load(p + o), v128.load(q + o), a)
    b = madd(v128.load(p + o, 16), v128.load(q + o, 16), b)
  }
  if (o < rowBytes) a = madd(v128.load(p + o), v128.load(q + o), a)
  return lanes(f32x4.add(a, b))
}

/**
 * 1 / (1 + exp(-x)). exp by 2^n times a polynomial of degree 6 on [-ln 2 / 2, ln 2 / 2] (its Taylor series; the first
 * term left out is below 1.3e-7). Beyond +-87 it is the value at +-87.
 */
// @ts-ignore: decorator
@inline
export function sigmoid(x: f32): f32 {
  const t = max<f32>(-87, min<f32>(87, -x))
  const n = nearest<f32>(t * <f32>1.4426950408889634)
  const r = t - n * <f32>0.693359375 + n * <f32>2.12194440e-4
  let e: f32 = 1.0 / 720.0
  e = e * r + <f32>(1.0 / 120.0)
  e = e * r + <f32>(1.0 / 24.0)
  e = e * r + <f32>(1.0 / 6.0)
  e = e * r + <f32>0.5
  e = e * r + <f32>1.0
  e = e * r + <f32>1.0
  const two = reinterpret<f32>((<i32>n + 127) << 23)
  return <f32>1 / (<f32>1 + e * two)
}

/** Four at once, by the same operations and so with the same bits. */
// @ts-ignore: decorator
@inline
function sigmoid4(x: v128): v128 {
  const t = f32x4.max(f32x4.splat(-87), f32x4.min(f32x4.splat(87), f32x4.neg(x)))
  const n = f32x4.nearest(f32x4.mul(t, f32x4.splat(1.4426950408889634)))
  const high = f32x4.sub(t, f32x4.mul(n, f32x4.splat(0.693359375)))
  const r = f32x4.add(high, f32x4.mul(n, f32x4.splat(2.12194440e-4)))
  let e = f32x4.splat(1.0 / 720.0)
  e = f32x4.add(f32x4.mul(e, r), f32x4.splat(1.0 / 120.0))
  e = f32x4.add(f32x4.mul(e, r), f32x4.splat(1.0 / 24.0))
  e = f32x4.add(f32x4.mul(e, r), f32x4.splat(1.0 / 6.0))
  e = f32x4.add(f32x4.mul(e, r), f32x4.splat(0.5))
  e = f32x4.add(f32x4.mul(e, r), f32x4.splat(1))
  e = f32x4.add(f32x4.mul(e, r), f32x4.splat(1))
  const two = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), f32x4.mul(e, two)))
}

/** `predicted` of n dot products in place. */
export function predictedMany(values: usize, n: i32): void {
  const whole = at(values, n & ~3)
  const end = at(values, n)
  const o = f32x4.splat(offset)
  for (; values < whole; values += 16) {
    const s = f32x4.add(v128.load(values), o)
    v128.store(values, linear ? s : f32x4.add(f32x4.splat(low), f32x4.mul(f32x4.splat(span), sigmoid4(s))))
  }
  for (; values < end; values += 4) store<f32>(values, predicted(load<f32>(values)))
}

/** The prediction for a dot product. */
// @ts-ignore: decorator
@inline
export function predicted(s: f32): f32 {
  return linear ? s + offset : low + span * sigmoid(s + offset)
}

/** How the squared error changes with the dot product, halved, for a prediction r of a rating that misses by e. */
// @ts-ignore: decorator
@inline
export function slope(r: f32, e: f32): f32 {
  // span * p * (1 - p) with p = (r - low) / span.
  return linear ? e : e * (r - low) * (high - r) * perSpan
}

let keyA: u32 = 0
let keyB: u32 = 0
let keyC: u32 = 0
let mask: u32 = 0
let shift: u32 = 0

/** Chooses one of the permutations of 0 .. 2^bits - 1 for `visit`. */
export function setOrder(bits: i32, key: u32): void {
  mask = (<u32>1 << bits) - 1
  shift = (bits + 1) >> 1
  keyA = mix(key)
  keyB = mix(keyA)
  keyC = mix(keyB)
}

/** Where the k-th visit of the order goes: multiplications by odd numbers and shifts, each of which can be undone. */
// @ts-ignore: decorator
@inline
export function visit(k: u32): u32 {
  let x = ((k ^ keyA) * (keyB | 1)) & mask
  x ^= x >> shift
  x = (x * (keyC | 1)) & mask
  x ^= x >> shift
  return (x * 0x9e3779b1 + keyA) & mask
}

/** The finaliser of MurmurHash3 (public domain, Appleby), over a counter's step. */
function mix(x: u32): u32 {
  x += 0x9e3779b9
  x = (x ^ (x >> 16)) * 0x85ebca6b
  x = (x ^ (x >> 13)) * 0xc2b2ae35
  return x ^ (x >> 16)
}
