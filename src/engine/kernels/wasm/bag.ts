// Embedding bags: sums or means of table rows, one per bag, over bags in CSR form.
import { addScaled, at } from './common'

/** How many ids of a bag are rows (not negative). */
function members(ids: usize, from: i32, to: i32): i32 {
  let count = 0
  for (let e = from; e < to; e++) count += i32(load<i32>(at(ids, e)) >= 0)
  return count
}

/**
 * out[b] = sum over e in bag which[b] of weights[e] * table[ids[e]], divided by the number of rows where `mean`.
 * `which` 0: bags 0 .. n - 1. `weights` 0: all 1. Returns the first entry whose id is not below `rows`, or -1.
 */
export function bagForward(
  table: usize, rows: i32, dim: i32, offsets: usize, which: usize, n: i32, ids: usize, weights: usize, mean: bool,
  out: usize,
): i32 {
  const bytes = (<usize>dim) << 2
  for (let b = 0; b < n; b++) {
    const bag = which == 0 ? b : load<i32>(at(which, b))
    memory.fill(out, 0, bytes)
    if (bag >= 0) {
      const from = load<i32>(at(offsets, bag))
      const to = load<i32>(at(offsets, bag + 1))
      const share: f32 = mean ? <f32>1 / <f32>max(1, members(ids, from, to)) : 1
      for (let e = from; e < to; e++) {
        const id = load<i32>(at(ids, e))
        if (id >= rows) return e
        if (id < 0) continue
        const weight = weights == 0 ? share : share * load<f32>(at(weights, e))
        addScaled(out, table + <usize>id * bytes, weight, dim)
      }
    }
    out += bytes
  }
  return -1
}

/**
 * The gradient of bagForward with respect to the table, summed by row as sumRows does: same slots, same answer
 * (-1 - e for a bad entry e).
 */
export function bagBackward(
  slots: usize, rows: i32, dim: i32, offsets: usize, which: usize, n: i32, ids: usize, weights: usize, mean: bool,
  gradients: usize, unique: usize, sums: usize, count: i32, capacity: i32,
): i32 {
  const bytes = (<usize>dim) << 2
  for (let b = 0; b < n; b++) {
    const bag = which == 0 ? b : load<i32>(at(which, b))
    if (bag >= 0) {
      const from = load<i32>(at(offsets, bag))
      const to = load<i32>(at(offsets, bag + 1))
      const share: f32 = mean ? <f32>1 / <f32>max(1, members(ids, from, to)) : 1
      for (let e = from; e < to; e++) {
        const id = load<i32>(at(ids, e))
        if (id >= rows) return -1 - e
        if (id < 0) continue
        let slot = load<i32>(at(slots, id))
        if (slot == 0) {
          if (count == capacity) return -1 - e
          store<i32>(at(unique, count), id)
          memory.fill(sums + <usize>count * bytes, 0, bytes)
          count++
          slot = count
          store<i32>(at(slots, id), slot)
        }
        const weight = weights == 0 ? share : share * load<f32>(at(weights, e))
        addScaled(sums + <usize>(slot - 1) * bytes, gradients, weight, dim)
      }
    }
    gradients += bytes
  }
  return count
}
