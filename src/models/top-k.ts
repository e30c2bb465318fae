/** Whether entry a stands before entry b: higher score first, then lower index. */
function before(scores: Float32Array, a: number, b: number): boolean {
  const x = scores[a]!
  const y = scores[b]!
  return x > y || (x === y && a < b)
}

/**
 * Indices of the k highest scores, best first, ties by lower index; fewer where fewer are allowed.
 * O(n log k) by a heap of the k best with the worst of them on top. Throws a RangeError on a NaN among the allowed.
 */
export function topK(scores: Float32Array, k: number, allowed?: (index: number) => boolean): Int32Array {
  const heap = new Int32Array(Math.max(0, Math.min(k, scores.length)))
  let size = 0
  const sink = (start: number): void => {
    const moved = heap[start]!
    let at = start
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && before(scores, heap[child]!, heap[child + 1]!)) child++
      if (!before(scores, moved, heap[child]!)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = moved
  }
  for (let i = 0; i < scores.length; i++) {
    // Indices ascend, so an equal score never displaces one that is kept; the negation lets NaN through to the check.
    if (size === heap.length && (size === 0 || scores[i]! <= scores[heap[0]!]!)) continue
    if (allowed && !allowed(i)) continue
    if (Number.isNaN(scores[i]!)) throw new RangeError(`the score of item ${i} is not a number`)
    if (size < heap.length) {
      heap[size++] = i
      if (size === heap.length) for (let p = (size >> 1) - 1; p >= 0; p--) sink(p)
    } else {
      heap[0] = i
      sink(0)
    }
  }
  return heap.subarray(0, size).sort((a, b) => (before(scores, a, b) ? -1 : 1))
}
