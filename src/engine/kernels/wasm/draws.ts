// Random draws by counter: draw number i of a stream is a hash of i and the stream's two keys, so that draws can be made
// in any order and in parts. The hash is the finaliser of MurmurHash3 (Appleby), applied once with each key.
import { at } from './common'

// @ts-ignore: decorator
@inline
function mix(x: u32): u32 {
  x ^= x >> 16
  x *= 0x85ebca6b
  x ^= x >> 13
  x *= 0xc2b2ae35
  return x ^ (x >> 16)
}

// @ts-ignore: decorator
@inline
export function draw(key0: u32, key1: u32, i: u32): u32 {
  return mix(mix(i + key0) ^ key1)
}

// @ts-ignore: decorator
@inline
function mixEach(x: v128): v128 {
  x = v128.xor(x, i32x4.shr_u(x, 16))
  x = i32x4.mul(x, i32x4.splat(0x85ebca6b))
  x = v128.xor(x, i32x4.shr_u(x, 13))
  x = i32x4.mul(x, i32x4.splat(0xc2b2ae35))
  return v128.xor(x, i32x4.shr_u(x, 16))
}

/** out[i] = scale where draw i is below the threshold, else 0. */
export function dropoutMask(out: usize, n: i32, threshold: u32, scale: f32, key0: u32, key1: u32): void {
  const k0 = i32x4.splat(key0)
  const k1 = i32x4.splat(key1)
  const below = i32x4.splat(threshold)
  const kept = f32x4.splat(scale)
  let counter = i32x4.add(i32x4(0, 1, 2, 3), k0)
  let i = 0
  for (; i + 4 <= n; i += 4) {
    const h = mixEach(v128.xor(mixEach(counter), k1))
    v128.store(at(out, i), v128.and(kept, i32x4.lt_u(h, below)))
    counter = i32x4.add(counter, i32x4.splat(4))
  }
  for (; i < n; i++) store<f32>(at(out, i), draw(key0, key1, i) < threshold ? scale : 0)
}

/** A draw made an integer in [0, n). */
// @ts-ignore: decorator
@inline
function below(n: i32, h: u32): i32 {
  return <i32>Math.floor((<f64>h * <f64>n) / 4294967296)
}

/** The number r of [0, items - (to - from)) made the r-th item that is not among the sorted positives [from, to). */
function nthOther(positives: usize, from: i32, to: i32, r: i32): i32 {
  let low = from
  let high = to
  // positives[k] - (k - from) others lie below positives[k].
  while (low < high) {
    const middle = (low + high) >> 1
    if (load<i32>(at(positives, middle)) - (middle - from) <= r) low = middle + 1
    else high = middle
  }
  return r + (low - from)
}

function contains(positives: usize, from: i32, to: i32, item: i32): bool {
  while (from < to) {
    const middle = (from + to) >> 1
    const found = load<i32>(at(positives, middle))
    if (found == item) return true
    if (found < item) from = middle + 1
    else to = middle
  }
  return false
}

/**
 * out[r * per + t] = an item drawn uniformly from those that are not positives of users[r]; -1 where there is none.
 * Row r uses the draws (start + r) * per + t. Returns how many are -1.
 */
export function uniformNegatives(
  key0: u32, key1: u32, start: i32, users: usize, n: i32, per: i32, offsets: usize, positives: usize, items: i32,
  out: usize,
): i32 {
  let none = 0
  for (let r = 0; r < n; r++) {
    const user = load<i32>(at(users, r))
    const from = user < 0 ? 0 : load<i32>(at(offsets, user))
    const to = user < 0 ? 0 : load<i32>(at(offsets, user + 1))
    const others = items - (to - from)
    for (let t = 0; t < per; t++) {
      let item = -1
      if (others > 0) item = nthOther(positives, from, to, below(others, draw(key0, key1, (start + r) * per + t)))
      else none++
      store<i32>(out, item)
      out += 4
    }
  }
  return none
}

/** An item by weight from those that are not positives, by summing all weights; -1 where all of those weigh nothing. */
function weightedScan(weights: usize, items: i32, positives: usize, from: i32, to: i32, h: u32): i32 {
  let total: f64 = 0
  let next = from
  for (let i = 0; i < items; i++) {
    if (next < to && load<i32>(at(positives, next)) == i) next++
    else total += <f64>load<f32>(at(weights, i))
  }
  const wanted = (<f64>h / 4294967296) * total
  let sum: f64 = 0
  let found = -1
  next = from
  for (let i = 0; i < items; i++) {
    if (next < to && load<i32>(at(positives, next)) == i) next++
    else {
      const weight = <f64>load<f32>(at(weights, i))
      if (weight > 0) found = i
      sum += weight
      if (sum > wanted) break
    }
  }
  return found
}

/**
 * As uniformNegatives, by weight: alias method (Walker 1977), a positive drawn again, up to `tries` times; after that
 * by summing. Where all others weigh nothing: uniformly from them.
 */
export function weightedNegatives(
  key0: u32, key1: u32, start: i32, users: usize, n: i32, per: i32, offsets: usize, positives: usize, items: i32,
  thresholds: usize, alias: usize, weights: usize, tries: i32, out: usize,
): i32 {
  let none = 0
  for (let r = 0; r < n; r++) {
    const user = load<i32>(at(users, r))
    const from = user < 0 ? 0 : load<i32>(at(offsets, user))
    const to = user < 0 ? 0 : load<i32>(at(offsets, user + 1))
    const others = items - (to - from)
    for (let t = 0; t < per; t++) {
      const i: u32 = (start + r) * per + t
      let item = -1
      if (others > 0) {
        for (let a = 0; a < tries; a++) {
          const column = below(items, draw(key0, key1 + <u32>(2 * a) * 0x9e3779b9, i))
          const coin = draw(key0, key1 + <u32>(2 * a + 1) * 0x9e3779b9, i)
          const drawn = coin < load<u32>(at(thresholds, column)) ? column : load<i32>(at(alias, column))
          if (!contains(positives, from, to, drawn)) {
            item = drawn
            break
          }
        }
        if (item < 0) {
          const h = draw(key0, key1 + <u32>(2 * tries) * 0x9e3779b9, i)
          item = weightedScan(weights, items, positives, from, to, h)
          if (item < 0) item = nthOther(positives, from, to, below(others, h))
        }
      } else none++
      store<i32>(out, item)
      out += 4
    }
  }
  return none
}
