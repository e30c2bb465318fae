// The k best of n scores: a heap with the worst of the kept at its root. Of equal scores the lower index is better.
import { at } from './common'

// @ts-ignore: decorator
@inline
function worse(ids: usize, scores: usize, a: i32, b: i32): bool {
  const x = load<f32>(at(scores, a))
  const y = load<f32>(at(scores, b))
  return x < y || (x == y && load<i32>(at(ids, a)) > load<i32>(at(ids, b)))
}

// @ts-ignore: decorator
@inline
function swap(ids: usize, scores: usize, a: i32, b: i32): void {
  const id = load<i32>(at(ids, a))
  store<i32>(at(ids, a), load<i32>(at(ids, b)))
  store<i32>(at(ids, b), id)
  const score = load<f32>(at(scores, a))
  store<f32>(at(scores, a), load<f32>(at(scores, b)))
  store<f32>(at(scores, b), score)
}

function siftDown(ids: usize, scores: usize, from: i32, size: i32): void {
  for (let i = from; ; ) {
    let child = 2 * i + 1
    if (child >= size) return
    if (child + 1 < size && worse(ids, scores, child + 1, child)) child++
    if (!worse(ids, scores, child, i)) return
    swap(ids, scores, i, child)
    i = child
  }
}

/**
 * Writes the best k (k >= 1), best first, and returns how many there are. excluded[i] != 0 leaves i out (`excluded` 0:
 * none); so does a score of -Infinity. A NaN ends it with -1 - i.
 */
export function topK(scores: usize, n: i32, k: i32, excluded: usize, ids: usize, best: usize): i32 {
  let size = 0
  let least: f32 = -Infinity
  for (let i = 0; i < n; ) {
    if (size == k && i + 4 <= n) {
      // Most groups of four hold nothing better than the worst kept, and no NaN.
      const four = v128.load(at(scores, i))
      if (!v128.any_true(v128.not(f32x4.le(four, f32x4.splat(least))))) {
        i += 4
        continue
      }
    }
    const end = min(n, i + 4)
    for (; i < end; i++) {
      const score = load<f32>(at(scores, i))
      if (!(score <= least)) {
        if (score != score) return -1 - i
        if (excluded != 0 && load<u8>(excluded + <usize>i) != 0) continue
        if (size < k) {
          let place = size++
          store<i32>(at(ids, place), i)
          store<f32>(at(best, place), score)
          while (place > 0) {
            const parent = (place - 1) >> 1
            if (!worse(ids, best, place, parent)) break
            swap(ids, best, place, parent)
            place = parent
          }
        } else {
          store<i32>(ids, i)
          store<f32>(best, score)
          siftDown(ids, best, 0, size)
        }
        if (size == k) least = load<f32>(best)
      }
    }
  }
  for (let left = size - 1; left > 0; left--) {
    swap(ids, best, 0, left)
    siftDown(ids, best, 0, left)
  }
  return size
}
