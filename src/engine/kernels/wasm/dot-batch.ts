// Mini-batches: gradients of a batch summed row by row, then one step for each row touched. See dot.ts.
import { at, madd } from './common'
import { items, l2, l2Bias, predicted, rowBytes, score, setOrder, slope, users, visit } from './dot-common'

/** One side's working space: slots (i32 per row, 0 = untouched), the rows touched, their gradients, moments m then v per row. */
let userSlots: usize = 0
let userTouched: usize = 0
let userGradients: usize = 0
let userMoments: usize = 0
let itemSlots: usize = 0
let itemTouched: usize = 0
let itemGradients: usize = 0
let itemMoments: usize = 0

/** Moments are 0 for SGD: there are none. */
export function configureBatch(
  userSlotsAt: usize, userTouchedAt: usize, userGradientsAt: usize, userMomentsAt: usize,
  itemSlotsAt: usize, itemTouchedAt: usize, itemGradientsAt: usize, itemMomentsAt: usize,
): void {
  userSlots = userSlotsAt
  userTouched = userTouchedAt
  userGradients = userGradientsAt
  userMoments = userMomentsAt
  itemSlots = itemSlotsAt
  itemTouched = itemTouchedAt
  itemGradients = itemGradientsAt
  itemMoments = itemMomentsAt
}

/** Copies `count` ratings to `out` in the order of `key` (count <= 2^bits). */
export function gather(ratings: usize, count: i32, bits: i32, key: u32, out: usize): void {
  setOrder(bits, key)
  const end = <u32>1 << bits
  for (let k: u32 = 0; k < end; k++) {
    const j = visit(k)
    if (j >= <u32>count) continue
    const from = ratings + <usize>j * 12
    store<u64>(out, load<u64>(from))
    store<u32>(out, load<u32>(from, 8), 8)
    out += 12
  }
}

/**
 * One step on the mean over n ratings of squared error and L2; a row that occurs more than once gets the sum of its
 * gradients. SGD: w -= stepSize g. Adam where there are moments, on touched rows only (lazy): m and v as in Kingma and
 * Ba 2015, w -= stepSize m / (sqrt(v) + epsilon), the bias corrections folded into both numbers by the caller.
 * Returns the sum of squared errors before the step.
 */
export function batch(
  ratings: usize, n: i32, stepSize: f32, epsilon: f32, beta1: f64, beta2: f64,
): f64 {
  const last = rowBytes - 16
  const scale = <f32>2 / <f32>n
  const d = scale * l2
  const b = scale * l2Bias
  const decay = f32x4.splat(d)
  const userDecay = f32x4.replace_lane(f32x4.replace_lane(decay, 2, b), 3, 0)
  const itemDecay = f32x4.replace_lane(f32x4.replace_lane(decay, 2, 0), 3, b)
  let sum: f64 = 0
  let touchedUsers = 0
  let touchedItems = 0
  const end = ratings + <usize>n * 12
  for (; ratings < end; ratings += 12) {
    const user = load<i32>(ratings)
    const item = load<i32>(ratings, 4)
    const p = users + <usize>user * rowBytes
    const q = items + <usize>item * rowBytes
    const r = predicted(score(p, q))
    const e = r - load<f32>(ratings, 8)
    sum += <f64>(e * e)
    const g = f32x4.splat(scale * slope(r, e))
    let slot = load<i32>(at(userSlots, user))
    if (slot == 0) slot = touch(userSlots, userTouched, userGradients, user, ++touchedUsers)
    const gp = userGradients + <usize>(slot - 1) * rowBytes
    slot = load<i32>(at(itemSlots, item))
    if (slot == 0) slot = touch(itemSlots, itemTouched, itemGradients, item, ++touchedItems)
    const gq = itemGradients + <usize>(slot - 1) * rowBytes
    for (let o: usize = 0; o < last; o += 16) {
      const x = v128.load(p + o)
      const y = v128.load(q + o)
      v128.store(gp + o, madd(decay, x, madd(g, y, v128.load(gp + o))))
      v128.store(gq + o, madd(decay, y, madd(g, x, v128.load(gq + o))))
    }
    const x = v128.load(p + last)
    const y = v128.load(q + last)
    v128.store(gp + last, madd(userDecay, x, madd(f32x4.replace_lane(g, 3, 0), y, v128.load(gp + last))))
    v128.store(gq + last, madd(itemDecay, y, madd(f32x4.replace_lane(g, 2, 0), x, v128.load(gq + last))))
  }
  if (userMoments == 0) {
    descend(users, userSlots, userTouched, userGradients, touchedUsers, stepSize)
    descend(items, itemSlots, itemTouched, itemGradients, touchedItems, stepSize)
  } else {
    adam(users, userSlots, userTouched, userGradients, userMoments, touchedUsers, stepSize, epsilon, beta1, beta2)
    adam(items, itemSlots, itemTouched, itemGradients, itemMoments, touchedItems, stepSize, epsilon, beta1, beta2)
  }
  return sum
}

function touch(slots: usize, touched: usize, gradients: usize, row: i32, slot: i32): i32 {
  store<i32>(at(slots, row), slot)
  store<i32>(at(touched, slot - 1), row)
  memory.fill(gradients + <usize>(slot - 1) * rowBytes, 0, rowBytes)
  return slot
}

function descend(table: usize, slots: usize, touched: usize, gradients: usize, count: i32, stepSize: f32): void {
  const minus = f32x4.splat(-stepSize)
  for (let s = 0; s < count; s++) {
    const row = load<i32>(at(touched, s))
    store<i32>(at(slots, row), 0)
    const w = table + <usize>row * rowBytes
    for (let o: usize = 0; o < rowBytes; o += 16) v128.store(w + o, madd(minus, v128.load(gradients + o), v128.load(w + o)))
    gradients += rowBytes
  }
}

function adam(
  table: usize, slots: usize, touched: usize, gradients: usize, moments: usize, count: i32, stepSize: f32,
  epsilon: f32, beta1: f64, beta2: f64,
): void {
  const minus = f32x4.splat(-stepSize)
  const b1 = f32x4.splat(<f32>beta1)
  const b2 = f32x4.splat(<f32>beta2)
  const c1 = f32x4.splat(<f32>(1 - beta1))
  const c2 = f32x4.splat(<f32>(1 - beta2))
  const eps = f32x4.splat(epsilon)
  for (let s = 0; s < count; s++) {
    const row = load<i32>(at(touched, s))
    store<i32>(at(slots, row), 0)
    const w = table + <usize>row * rowBytes
    const first = moments + 2 * <usize>row * rowBytes
    const second = first + rowBytes
    for (let o: usize = 0; o < rowBytes; o += 16) {
      const g = v128.load(gradients + o)
      const m = madd(b1, v128.load(first + o), f32x4.mul(c1, g))
      const v = madd(b2, v128.load(second + o), f32x4.mul(c2, f32x4.mul(g, g)))
      v128.store(first + o, m)
      v128.store(second + o, v)
      const root = f32x4.add(f32x4.sqrt(v), eps)
      v128.store(w + o, madd(minus, f32x4.div(m, root), v128.load(w + o)))
    }
    gradients += rowBytes
  }
}
