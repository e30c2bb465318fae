// Stochastic gradient descent of factor models as Funk (2006) and Koren (2008) have it, rating by rating.
//
// Rows of factors are `width` floats, a multiple of four, zeros behind the factors. e is rating - prediction. All
// updates of a step are from the values before it: b += rate (e - l2 b), p += rate (e q - l2 p), q likewise.
import { setOrder, visit } from './dot-common'
import { at, lanes, madd } from './common'

let users: usize = 0
let items: usize = 0
let implicit: usize = 0
let userBias: usize = 0
let itemBias: usize = 0
let bytes: usize = 0
let mean: f32 = 0
let rate: f32 = 0
let l2: f32 = 0
let biasRate: f32 = 0
let biasL2: f32 = 0

/** Addresses of the tables; `implicit` is used by SVD++ alone. A `biasRate` of 0 leaves the biases as they are. */
export function configureTables(p: usize, q: usize, y: usize, ofUsers: usize, ofItems: usize, width: i32): void {
  users = p
  items = q
  implicit = y
  userBias = ofUsers
  itemBias = ofItems
  bytes = (<usize>width) << 2
}

export function configureSteps(centre: f32, step: f32, decay: f32, biasStep: f32, biasDecay: f32): void {
  mean = centre
  rate = step
  l2 = decay
  biasRate = biasStep
  biasL2 = biasDecay
}

// @ts-ignore: decorator
@inline
function dot(p: usize, q: usize): f32 {
  let sum = f32x4.splat(0)
  for (let o: usize = 0; o < bytes; o += 16) sum = madd(v128.load(p + o), v128.load(q + o), sum)
  return lanes(sum)
}

/** The error of a prediction, after which the two biases have made their step. */
// @ts-ignore: decorator
@inline
function error(user: usize, item: usize, rating: f32, product: f32): f32 {
  const b = load<f32>(user)
  const c = load<f32>(item)
  const e = rating - (mean + b + c + product)
  store<f32>(user, b + biasRate * (e - biasL2 * b))
  store<f32>(item, c + biasRate * (e - biasL2 * c))
  return e
}

/**
 * Visits `from` to `to` of the 2^bits places of the order of `key`; those from `count` on stand for nothing. A rating is
 * user, item (i32) and rating (f32). Returns the sum of squared errors, each before its update.
 */
export function sgd(ratings: usize, count: i32, bits: i32, key: u32, from: u32, to: u32): f64 {
  setOrder(bits, key)
  const decay = f32x4.splat(1 - rate * l2)
  let sum: f64 = 0
  for (let k = from; k < to; k++) {
    const j = visit(k)
    if (j >= <u32>count) continue
    const rating = ratings + <usize>j * 12
    const user = load<i32>(rating)
    const item = load<i32>(rating, 4)
    const p = users + <usize>user * bytes
    const q = items + <usize>item * bytes
    const e = error(at(userBias, user), at(itemBias, item), load<f32>(rating, 8), dot(p, q))
    sum += <f64>(e * e)
    const step = f32x4.splat(rate * e)
    for (let o: usize = 0; o < bytes; o += 16) {
      const x = v128.load(p + o)
      const y = v128.load(q + o)
      v128.store(p + o, madd(step, y, f32x4.mul(decay, x)))
      v128.store(q + o, madd(step, x, f32x4.mul(decay, y)))
    }
  }
  return sum
}

/** z = c * the sum of the implicit factors of the n items, c = n^-1/2. */
function implicitSum(own: usize, n: i32, z: usize): void {
  memory.fill(z, 0, bytes)
  for (let t = 0; t < n; t++) {
    const y = implicit + <usize>load<i32>(at(own, t)) * bytes
    for (let o: usize = 0; o < bytes; o += 16) v128.store(z + o, f32x4.add(v128.load(z + o), v128.load(y + o)))
  }
  const c = f32x4.splat(<f32>1 / sqrt<f32>(<f32>n))
  for (let o: usize = 0; o < bytes; o += 16) v128.store(z + o, f32x4.mul(c, v128.load(z + o)))
}

/**
 * One user's n ratings (n >= 1; items and ratings side by side) in the order of `key`, SVD++: prediction
 * mean + b + c + q . (p + z), z as in implicitSum. `scratch` holds two rows.
 *
 * Every step adds rate e c q to each of the user's n implicit factors y and takes rate l2 y away. So z changes by
 * rate (e q - l2 z), since c c n = 1, and after the n steps y is d y + a with d = (1 - rate l2)^n and one a for all:
 * z = d z0 + c n a. The factors are thus written once, and are what n steps of n writes would have made them.
 */
export function svdpp(user: i32, own: usize, ratings: usize, n: i32, bits: i32, key: u32, scratch: usize): f64 {
  const z = scratch
  const start = scratch + bytes
  implicitSum(own, n, z)
  memory.copy(start, z, bytes)
  setOrder(bits, key)
  const p = users + <usize>user * bytes
  const bias = at(userBias, user)
  const decay = f32x4.splat(1 - rate * l2)
  const end = <u32>1 << bits
  let sum: f64 = 0
  for (let k: u32 = 0; k < end; k++) {
    const j = visit(k)
    if (j >= <u32>n) continue
    const item = load<i32>(at(own, <i32>j))
    const q = items + <usize>item * bytes
    let product = f32x4.splat(0)
    for (let o: usize = 0; o < bytes; o += 16) {
      product = madd(f32x4.add(v128.load(p + o), v128.load(z + o)), v128.load(q + o), product)
    }
    const e = error(bias, at(itemBias, item), load<f32>(at(ratings, <i32>j)), lanes(product))
    sum += <f64>(e * e)
    const step = f32x4.splat(rate * e)
    for (let o: usize = 0; o < bytes; o += 16) {
      const x = v128.load(p + o)
      const y = v128.load(q + o)
      const w = v128.load(z + o)
      v128.store(p + o, madd(step, y, f32x4.mul(decay, x)))
      v128.store(q + o, madd(step, f32x4.add(x, w), f32x4.mul(decay, y)))
      v128.store(z + o, madd(step, y, f32x4.mul(decay, w)))
    }
  }
  let d: f32 = 1
  for (let t = 0; t < n; t++) d *= 1 - rate * l2
  const shrink = f32x4.splat(d)
  const c = f32x4.splat(<f32>1 / sqrt<f32>(<f32>n))
  for (let o: usize = 0; o < bytes; o += 16) {
    // a, in the place of z: c n = 1 / c.
    v128.store(z + o, f32x4.mul(c, f32x4.sub(v128.load(z + o), f32x4.mul(shrink, v128.load(start + o)))))
  }
  for (let t = 0; t < n; t++) {
    const y = implicit + <usize>load<i32>(at(own, t)) * bytes
    for (let o: usize = 0; o < bytes; o += 16) v128.store(y + o, madd(shrink, v128.load(y + o), v128.load(z + o)))
  }
  return sum
}

/** out[user] = p + z, what an item's factors are multiplied with, for all users: their rows of items by `offsets`. */
export function userVectors(count: i32, offsets: usize, own: usize, out: usize): void {
  for (let u = 0; u < count; u++) {
    const begin = load<i32>(at(offsets, u))
    const n = load<i32>(at(offsets, u), 4) - begin
    const z = out + <usize>u * bytes
    if (n > 0) implicitSum(at(own, begin), n, z)
    else memory.fill(z, 0, bytes)
    const p = users + <usize>u * bytes
    for (let o: usize = 0; o < bytes; o += 16) v128.store(z + o, f32x4.add(v128.load(z + o), v128.load(p + o)))
  }
}
