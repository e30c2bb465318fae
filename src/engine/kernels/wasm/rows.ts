// Rows of embedding tables by id. A negative id means "no row": zeros when read, nothing when written.
import { add, at } from './common'

/** out[r] = table[ids[r]]. Returns the first position whose id is not below `rows`, or -1. */
export function gatherRows(table: usize, rows: i32, dim: i32, ids: usize, n: i32, out: usize): i32 {
  const bytes = (<usize>dim) << 2
  for (let r = 0; r < n; r++) {
    const id = load<i32>(at(ids, r))
    if (id >= rows) return r
    if (id < 0) memory.fill(out, 0, bytes)
    else memory.copy(out, table + <usize>id * bytes, bytes)
    out += bytes
  }
  return -1
}

/** table[ids[r]] += source[r]. Returns the first position whose id is not below `rows`, or -1. */
export function scatterAddRows(table: usize, rows: i32, dim: i32, ids: usize, n: i32, source: usize): i32 {
  const bytes = (<usize>dim) << 2
  for (let r = 0; r < n; r++) {
    const id = load<i32>(at(ids, r))
    if (id >= rows) return r
    if (id >= 0) add(table + <usize>id * bytes, source, dim)
    source += bytes
  }
  return -1
}

/**
 * Sums gradient rows of equal ids. slots[id] is 1 + the place of id in `unique`, 0 where it is not there yet; `count`
 * unique rows are there already. Returns their new number, or -1 - r where ids[r] is out of range.
 */
export function sumRows(
  slots: usize, rows: i32, ids: usize, n: i32, dim: i32, gradients: usize, unique: usize, sums: usize, count: i32,
  capacity: i32,
): i32 {
  const bytes = (<usize>dim) << 2
  for (let r = 0; r < n; r++) {
    const id = load<i32>(at(ids, r))
    if (id >= rows) return -1 - r
    if (id >= 0) {
      const slot = load<i32>(at(slots, id))
      if (slot == 0) {
        if (count == capacity) return -1 - r
        store<i32>(at(unique, count), id)
        memory.copy(sums + <usize>count * bytes, gradients, bytes)
        count++
        store<i32>(at(slots, id), count)
      } else {
        add(sums + <usize>(slot - 1) * bytes, gradients, dim)
      }
    }
    gradients += bytes
  }
  return count
}

/** Forgets the unique rows: slots[unique[j]] = 0. */
export function clearSlots(slots: usize, unique: usize, count: i32): void {
  for (let j = 0; j < count; j++) store<i32>(at(slots, load<i32>(at(unique, j))), 0)
}
