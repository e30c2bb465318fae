// Contrastive divergence of a restricted Boltzmann machine with softmax visible units (Salakhutdinov, Mnih and Hinton
// 2007), user by user over the ratings there are.
import { add, addScaled, at, lanes, madd } from './common'
import { draw } from './draws'

let weights: usize = 0
let visible: usize = 0
let hidden: usize = 0
let presence: usize = 0
let units: i32 = 0
let levels: i32 = 0

/** `ofPresence` 0: not conditional. */
export function configure(w: usize, c: usize, b: usize, ofPresence: usize, f: i32, k: i32): void {
  weights = w
  visible = c
  hidden = b
  presence = ofPresence
  units = f
  levels = k
}

// @ts-ignore: decorator
@inline
function row(table: usize, r: i32): usize {
  return table + (((<usize>r) * units) << 2)
}

function dot(a: usize, b: usize): f32 {
  let sum = f32x4.splat(0)
  let d = 0
  for (; d + 4 <= units; d += 4) sum = madd(v128.load(at(a, d)), v128.load(at(b, d)), sum)
  let total = lanes(sum)
  for (; d < units; d++) total += load<f32>(at(a, d)) * load<f32>(at(b, d))
  return total
}

/** p = probabilities of the hidden units given a level for each of n items. */
function up(items: usize, chosen: usize, n: i32, p: usize): void {
  memory.copy(p, hidden, (<usize>units) << 2)
  for (let e = 0; e < n; e++) {
    const item = load<i32>(at(items, e))
    add(p, row(weights, item * levels + load<i32>(at(chosen, e))), units)
    if (presence != 0) add(p, row(presence, item), units)
  }
  for (let d = 0; d < units; d++) store<f32>(at(p, d), <f32>1 / (<f32>1 + Mathf.exp(-load<f32>(at(p, d)))))
}

/** h = states drawn with probabilities p. */
function drawStates(p: usize, h: usize, key0: u32, key1: u32, counter: u32): void {
  for (let d = 0; d < units; d++) {
    const u = <f32>(<f64>draw(key0, key1, counter + d) / 4294967296)
    store<f32>(at(h, d), u < load<f32>(at(p, d)) ? 1 : 0)
  }
}

/** A level drawn for an item given hidden states; `odds` gets e^logit of each level. Returns the level. */
function down(item: i32, h: usize, odds: usize, u: f32): i32 {
  let top = -f32.MAX_VALUE
  for (let k = 0; k < levels; k++) {
    const r = item * levels + k
    const x = load<f32>(at(visible, r)) + dot(h, row(weights, r))
    store<f32>(at(odds, k), x)
    if (x > top) top = x
  }
  let total: f32 = 0
  for (let k = 0; k < levels; k++) {
    total += Mathf.exp(load<f32>(at(odds, k)) - top)
    store<f32>(at(odds, k), total)
  }
  for (let k = 0; k < levels; k++) store<f32>(at(odds, k), load<f32>(at(odds, k)) / total)
  for (let k = 0; k < levels - 1; k++) if (u < load<f32>(at(odds, k))) return k
  return levels - 1
}

/**
 * Adds what one user says of the gradient (data minus reconstruction after `steps` steps) to dWeights, dVisible, dHidden
 * and dPresence. `items` and `given`: the user's n items and levels. `scratch`: 3 units + levels floats and n integers.
 * Returns the sum of -log p(level | the first hidden states).
 */
export function contrast(
  items: usize, given: usize, n: i32, steps: i32, key0: u32, key1: u32, scratch: usize, dWeights: usize,
  dVisible: usize, dHidden: usize, dPresence: usize,
): f64 {
  const first = scratch
  const p = at(first, units)
  const h = at(p, units)
  const odds = at(h, units)
  const chosen = at(odds, levels)
  up(items, given, n, first)
  for (let e = 0; e < n; e++) {
    const r = load<i32>(at(items, e)) * levels + load<i32>(at(given, e))
    add(row(dWeights, r), first, units)
    store<f32>(at(dVisible, r), load<f32>(at(dVisible, r)) + 1)
  }
  drawStates(first, h, key0, key1, 0)
  let counter: u32 = units
  let loss: f64 = 0
  for (let t = 0; t < steps; t++) {
    for (let e = 0; e < n; e++) {
      const u = <f32>(<f64>draw(key0, key1, counter + e) / 4294967296)
      store<i32>(at(chosen, e), down(load<i32>(at(items, e)), h, odds, u))
      if (t == 0) {
        const k = load<i32>(at(given, e))
        const below: f32 = k == 0 ? 0 : load<f32>(at(odds, k - 1))
        loss -= Math.log(Math.max(1e-30, <f64>(load<f32>(at(odds, k)) - below)))
      }
    }
    counter += n
    up(items, chosen, n, p)
    if (t + 1 < steps) {
      drawStates(p, h, key0, key1, counter)
      counter += units
    }
  }
  for (let e = 0; e < n; e++) {
    const r = load<i32>(at(items, e)) * levels + load<i32>(at(chosen, e))
    addScaled(row(dWeights, r), p, -1, units)
    store<f32>(at(dVisible, r), load<f32>(at(dVisible, r)) - 1)
  }
  addScaled(first, p, -1, units)
  add(dHidden, first, units)
  if (presence != 0) for (let e = 0; e < n; e++) add(row(dPresence, load<i32>(at(items, e))), first, units)
  return loss
}
