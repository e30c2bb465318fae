/** Points of `width` coordinates each, row-major: point p stands at data[p * width] to data[p * width + width - 1]. */
export interface Points {
  readonly data: Float32Array | Float64Array
  readonly width: number
}

export const countOf = ({ data, width }: Points): number => data.length / width

/** The nearest others of every point: k per point, nearest first, ties by index. */
export interface Nearest {
  readonly k: number
  /** [n, k]. */
  readonly indices: Int32Array
  /** [n, k] squared Euclidean distances. */
  readonly squared: Float64Array
}

/** How many points' distances are held at a time. */
const blockPoints = 64

/**
 * Calls `visit` with every asked point and its squared Euclidean distances to all points. The array is reused: copy what
 * is to be kept. Exact, in blocks that stay in the cache: n x asked x width multiplications.
 */
export function eachDistances(
  points: Points,
  asked: Int32Array,
  visit: (point: number, squared: Float64Array, n: number) => void,
): void {
  const { data, width } = points
  const n = countOf(points)
  const block = new Float64Array(blockPoints * n)
  for (let from = 0; from < asked.length; from += blockPoints) {
    const rows = Math.min(blockPoints, asked.length - from)
    for (let other = 0; other < n; other++) {
      const b = other * width
      let row = 0
      // Four at a time: each coordinate of the other point is read once for four sums that do not wait for each other.
      for (; row + 4 <= rows; row += 4) {
        const a0 = asked[from + row]! * width
        const a1 = asked[from + row + 1]! * width
        const a2 = asked[from + row + 2]! * width
        const a3 = asked[from + row + 3]! * width
        let s0 = 0
        let s1 = 0
        let s2 = 0
        let s3 = 0
        for (let d = 0; d < width; d++) {
          const x = data[b + d]!
          const d0 = data[a0 + d]! - x
          const d1 = data[a1 + d]! - x
          const d2 = data[a2 + d]! - x
          const d3 = data[a3 + d]! - x
          s0 += d0 * d0
          s1 += d1 * d1
          s2 += d2 * d2
          s3 += d3 * d3
        }
        block[row * n + other] = s0
        block[(row + 1) * n + other] = s1
        block[(row + 2) * n + other] = s2
        block[(row + 3) * n + other] = s3
      }
      for (; row < rows; row++) {
        const a = asked[from + row]! * width
        let sum = 0
        for (let d = 0; d < width; d++) {
          const difference = data[a + d]! - data[b + d]!
          sum += difference * difference
        }
        block[row * n + other] = sum
      }
    }
    for (let row = 0; row < rows; row++) visit(asked[from + row]!, block.subarray(row * n, row * n + n), from + row)
  }
}

/** The k nearest others of the asked points (default: of all). Throws a RangeError where there are not so many. */
export function nearest(points: Points, k: number, asked: Int32Array = all(countOf(points))): Nearest {
  const n = countOf(points)
  if (k < 1 || k >= n) throw new RangeError(`${k} nearest of ${n} points`)
  const indices = new Int32Array(asked.length * k)
  const squared = new Float64Array(asked.length * k)
  const heap = new Heap(k)
  eachDistances(points, asked, (point, distances, row) => {
    heap.clear()
    for (let other = 0; other < n; other++) if (other !== point) heap.offer(distances[other]!, other)
    heap.drain(indices.subarray(row * k, row * k + k), squared.subarray(row * k, row * k + k))
  })
  return { k, indices, squared }
}

export function all(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, k) => k)
}

/** The k smallest of what is offered, the worst on top; among equal distances the smaller index is kept. */
class Heap {
  private readonly distance: Float64Array
  private readonly index: Int32Array
  private size = 0

  constructor(capacity: number) {
    this.distance = new Float64Array(capacity)
    this.index = new Int32Array(capacity)
  }

  clear(): void {
    this.size = 0
  }

  offer(distance: number, index: number): void {
    const capacity = this.distance.length
    if (this.size < capacity) {
      let at = this.size++
      while (at > 0) {
        const parent = (at - 1) >> 1
        if (!this.worse(distance, index, parent)) break
        this.move(parent, at)
        at = parent
      }
      this.put(at, distance, index)
    } else if (distance < this.distance[0]!) this.sink(distance, index)
  }

  /** Empties the heap into the arrays, the smallest first. */
  drain(indices: Int32Array, distances: Float64Array): void {
    while (this.size > 0) {
      const at = --this.size
      indices[at] = this.index[0]!
      distances[at] = this.distance[0]!
      if (at > 0) this.sink(this.distance[at]!, this.index[at]!)
    }
  }

  private sink(distance: number, index: number): void {
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.size) break
      if (child + 1 < this.size && this.worse(this.distance[child + 1]!, this.index[child + 1]!, child)) child++
      if (!this.worse(this.distance[child]!, this.index[child]!, -1, distance, index)) break
      this.move(child, at)
      at = child
    }
    this.put(at, distance, index)
  }

  /** Whether (distance, index) is worse than the entry at `at`, or than the given one. */
  private worse(distance: number, index: number, at: number, d = this.distance[at]!, i = this.index[at]!): boolean {
    return distance > d || (distance === d && index > i)
  }

  private move(from: number, to: number): void {
    this.distance[to] = this.distance[from]!
    this.index[to] = this.index[from]!
  }

  private put(at: number, distance: number, index: number): void {
    this.distance[at] = distance
    this.index[at] = index
  }
}
