/** Bits per coordinate of a cell: deeper than that, points count as standing in one place. */
const depth = 16

/**
 * A quad tree over points of the plane, laid out depth first, so that a walk needs no stack: the next node is the
 * following one, or, where a cell is far enough to stand for its points, the one at `skip`. Rebuilt in place.
 */
export class QuadTree {
  private readonly n: number
  private codes: Uint32Array
  private codesNext: Uint32Array
  private order: Int32Array
  private orderNext: Int32Array
  /** Centre of mass, number of points, squared width and the node after this one's subtree. */
  private x: Float64Array
  private y: Float64Array
  private mass: Float64Array
  private widthSquared: Float64Array
  private skip: Int32Array
  private used = 0

  constructor(n: number) {
    this.n = n
    this.codes = new Uint32Array(n)
    this.codesNext = new Uint32Array(n)
    this.order = new Int32Array(n)
    this.orderNext = new Int32Array(n)
    const room = 2 * n + 64
    this.x = new Float64Array(room)
    this.y = new Float64Array(room)
    this.mass = new Float64Array(room)
    this.widthSquared = new Float64Array(room)
    this.skip = new Int32Array(room)
  }

  /** The points in the order of the tree, near ones together: memory is read in step where they are visited so. */
  get visitingOrder(): Int32Array {
    return this.order
  }

  /** points [n, 2]. */
  build(points: Float64Array): void {
    let lowX = Number.POSITIVE_INFINITY
    let lowY = lowX
    let highX = Number.NEGATIVE_INFINITY
    let highY = highX
    for (let p = 0; p < this.n; p++) {
      const x = points[2 * p]!
      const y = points[2 * p + 1]!
      if (x < lowX) lowX = x
      if (x > highX) highX = x
      if (y < lowY) lowY = y
      if (y > highY) highY = y
    }
    const side = Math.max(highX - lowX, highY - lowY) * (1 + 1e-9) + 1e-300
    const cells = 2 ** depth / side
    const last = 2 ** depth - 1
    for (let p = 0; p < this.n; p++) {
      const column = Math.min(last, Math.floor((points[2 * p]! - lowX) * cells))
      const row = Math.min(last, Math.floor((points[2 * p + 1]! - lowY) * cells))
      this.codes[p] = (spread(column) | (spread(row) << 1)) >>> 0
      this.order[p] = p
    }
    this.sort()
    this.used = 0
    this.node(points, 0, this.n, depth - 1, side * side)
  }

  /**
   * Adds the repulsion on a point by all points, cells standing in for theirs where width / distance < theta (Barnes and
   * Hut 1986; van der Maaten 2014, equation 9): into `force` the sum of (y_p - y_j) / (1 + d^2)^2 for point p; returns
   * its part of Z, the sum of 1 / (1 + d^2) over the others.
   */
  repel(points: Float64Array, p: number, thetaSquared: number, force: Float64Array): number {
    const { x, y, mass, widthSquared, skip, used } = this
    const px = points[2 * p]!
    const py = points[2 * p + 1]!
    let fx = 0
    let fy = 0
    let z = 0
    for (let node = 0; node < used; ) {
      const dx = px - x[node]!
      const dy = py - y[node]!
      const distance = dx * dx + dy * dy
      if (widthSquared[node]! <= thetaSquared * distance) {
        const q = 1 / (1 + distance)
        const weight = mass[node]! * q
        z += weight
        fx += weight * q * dx
        fy += weight * q * dy
        node = skip[node]!
      } else node++
    }
    force[2 * p] = fx
    force[2 * p + 1] = fy
    // The point met itself in its own leaf, at distance zero.
    return z - 1
  }

  /** Adds the subtree of the sorted points from `from` to `to`, which share all bits above `level`. */
  private node(points: Float64Array, from: number, to: number, level: number, widthSquared: number): void {
    const at = this.used++
    if (at === this.x.length) this.grow()
    let sumX = 0
    let sumY = 0
    for (let k = from; k < to; k++) {
      sumX += points[2 * this.order[k]!]!
      sumY += points[2 * this.order[k]! + 1]!
    }
    const leaf = to - from === 1 || level < 0
    this.x[at] = sumX / (to - from)
    this.y[at] = sumY / (to - from)
    this.mass[at] = to - from
    this.widthSquared[at] = leaf ? 0 : widthSquared
    if (!leaf) {
      for (let start = from; start < to; ) {
        const quadrant = (this.codes[start]! >>> (2 * level)) & 3
        let end = start + 1
        while (end < to && ((this.codes[end]! >>> (2 * level)) & 3) === quadrant) end++
        // A cell whose points all stand in one quadrant is that quadrant.
        if (end - start === to - from) {
          this.used--
          this.node(points, from, to, level - 1, widthSquared / 4)
          return
        }
        this.node(points, start, end, level - 1, widthSquared / 4)
        start = end
      }
    }
    this.skip[at] = this.used
  }

  /** Radix sort by code, a byte at a time. */
  private sort(): void {
    const counts = new Int32Array(257)
    for (let shift = 0; shift < 32; shift += 8) {
      counts.fill(0)
      for (let k = 0; k < this.n; k++) counts[((this.codes[k]! >>> shift) & 255) + 1]!++
      for (let b = 0; b < 256; b++) counts[b + 1]! += counts[b]!
      for (let k = 0; k < this.n; k++) {
        const to = counts[(this.codes[k]! >>> shift) & 255]!++
        this.codesNext[to] = this.codes[k]!
        this.orderNext[to] = this.order[k]!
      }
      ;[this.codes, this.codesNext] = [this.codesNext, this.codes]
      ;[this.order, this.orderNext] = [this.orderNext, this.order]
    }
  }

  private grow(): void {
    const longer = <A extends Float64Array | Int32Array>(array: A): A => {
      const copy = new (array.constructor as new (length: number) => A)(array.length * 2)
      copy.set(array as never)
      return copy
    }
    this.x = longer(this.x)
    this.y = longer(this.y)
    this.mass = longer(this.mass)
    this.widthSquared = longer(this.widthSquared)
    this.skip = longer(this.skip)
  }
}

/** The 16 bits of a number at every other place of 32. */
function spread(value: number): number {
  let bits = value
  bits = (bits | (bits << 8)) & 0x00ff00ff
  bits = (bits | (bits << 4)) & 0x0f0f0f0f
  bits = (bits | (bits << 2)) & 0x33333333
  return (bits | (bits << 1)) & 0x55555555
}
