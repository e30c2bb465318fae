/** A box in map coordinates. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Points that each node keeps itself, the best known of its square. */
const held = 8
/** Deeper than this, points that lie on one another are kept together. */
const deepest = 20

interface Node {
  readonly x: number
  readonly y: number
  /** Half the side of the square around (x, y). */
  readonly half: number
  /** Ascending: a point that comes earlier is better known. Every point of the children comes after all of these. */
  readonly points: number[]
  children: (Node | null)[] | null
}

/**
 * A quad tree over points in order of renown, each node holding the best known points of its square and the rest below it.
 * So the nearest point, the points in a box and the best known of a box are each found without looking at the others.
 */
export class PointIndex {
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
  readonly box: Box
  /** Nodes looked at by the last question: what tests hold. */
  visited = 0
  private readonly root: Node
  /** Squares are taken as larger by so much: points on an edge are not lost in rounding. */
  private readonly slack: number

  /** `x` and `y` in order of renown, the best known first; all finite. */
  constructor(x: ArrayLike<number>, y: ArrayLike<number>) {
    this.x = x
    this.y = y
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
    for (let n = 0; n < x.length; n++) {
      left = Math.min(left, x[n]!)
      right = Math.max(right, x[n]!)
      top = Math.min(top, y[n]!)
      bottom = Math.max(bottom, y[n]!)
    }
    if (x.length === 0) [left, top, right, bottom] = [-1, -1, 1, 1]
    this.box = { left, top, right, bottom }
    const [middleX, middleY] = [(left + right) / 2, (top + bottom) / 2]
    // Never so small that the deepest squares would be lost in rounding.
    const half = Math.max(right - left, bottom - top, 1e-6 * (1 + Math.abs(middleX) + Math.abs(middleY))) / 2
    this.root = { x: middleX, y: middleY, half, points: [], children: null }
    this.slack = half * 1e-7
    for (let n = 0; n < x.length; n++) this.insert(n)
  }

  private insert(point: number): void {
    const [x, y] = [this.x[point]!, this.y[point]!]
    let node = this.root
    for (let depth = 0; node.points.length >= held && depth < deepest; depth++) {
      node.children ??= [null, null, null, null]
      const [right, down] = [x >= node.x, y >= node.y]
      const quarter = (right ? 1 : 0) + (down ? 2 : 0)
      const half = node.half / 2
      node.children[quarter] ??= {
        x: node.x + (right ? half : -half),
        y: node.y + (down ? half : -half),
        half,
        points: [],
        children: null,
      }
      node = node.children[quarter]!
    }
    node.points.push(point)
  }

  /** The nearest point within `reach`, of those that `shown` lets pass; null without one. */
  nearest(x: number, y: number, reach: number, shown: (point: number) => boolean = () => true): number | null {
    this.visited = 0
    let best: number | null = null
    let least = reach * reach
    const look = (node: Node): void => {
      if (squaredDistance(node, x, y, this.slack) > least) return
      this.visited++
      for (const point of node.points) {
        const d = (this.x[point]! - x) ** 2 + (this.y[point]! - y) ** 2
        if (d > least || (d === least && best !== null) || !shown(point)) continue
        least = d
        best = point
      }
      if (!node.children) return
      // The quarter that (x, y) lies in comes first: what it finds prunes the others.
      const own = (x >= node.x ? 1 : 0) + (y >= node.y ? 2 : 0)
      for (const quarter of [own, own ^ 1, own ^ 2, own ^ 3]) {
        const child = node.children[quarter]
        if (child) look(child)
      }
    }
    look(this.root)
    return best
  }

  /** The points in a box, the best known first; stop asking and no more are looked for. */
  *inBox(box: Box): Generator<number> {
    this.visited = 0
    const heap = new Heap()
    const add = (node: Node): void => {
      const { x, y } = node
      const half = node.half + this.slack
      if (x + half < box.left || x - half > box.right || y + half < box.top || y - half > box.bottom) return
      this.visited++
      heap.push({ point: node.points[0]!, at: 0, node })
    }
    if (this.root.points.length > 0) add(this.root)
    for (let entry = heap.pop(); entry; entry = heap.pop()) {
      const { node, at, point } = entry
      if (at + 1 < node.points.length) heap.push({ node, at: at + 1, point: node.points[at + 1]! })
      else for (const child of node.children ?? []) if (child) add(child)
      const [x, y] = [this.x[point]!, this.y[point]!]
      if (x >= box.left && x <= box.right && y >= box.top && y <= box.bottom) yield point
    }
  }
}

function squaredDistance({ x, y, half }: Node, px: number, py: number, slack: number): number {
  const dx = Math.max(0, Math.abs(px - x) - half - slack)
  const dy = Math.max(0, Math.abs(py - y) - half - slack)
  return dx * dx + dy * dy
}

interface Entry {
  readonly point: number
  readonly at: number
  readonly node: Node
}

/** A binary heap by `point`, the least on top. */
class Heap {
  private readonly entries: Entry[] = []

  push(entry: Entry): void {
    const { entries } = this
    let at = entries.push(entry) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (entries[above]!.point <= entry.point) break
      entries[at] = entries[above]!
      at = above
    }
    entries[at] = entry
  }

  pop(): Entry | undefined {
    const { entries } = this
    const top = entries[0]
    const last = entries.pop()
    if (!last || entries.length === 0) return top
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= entries.length) break
      if (below + 1 < entries.length && entries[below + 1]!.point < entries[below]!.point) below++
      if (entries[below]!.point >= last.point) break
      entries[at] = entries[below]!
      at = below
    }
    entries[at] = last
    return top
  }
}
