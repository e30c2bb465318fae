import type { Point } from './camera.ts'
import type { Box, PointIndex } from './point-index.ts'

/** Whether a point lies inside a closed polygon, by the even-odd rule: what a line drawn over itself twice leaves out. */
export function inside(polygon: readonly Point[], x: number, y: number): boolean {
  let odd = false
  for (let n = 0, before = polygon.length - 1; n < polygon.length; before = n++) {
    const a = polygon[n]!
    const b = polygon[before]!
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) odd = !odd
  }
  return odd
}

export function boxOf(polygon: readonly Point[]): Box {
  const xs = polygon.map(({ x }) => x)
  const ys = polygon.map(({ y }) => y)
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) }
}

/** The points inside a polygon of the map, the best known first, of those that `shown` lets pass. */
export function pointsInside(
  index: PointIndex,
  polygon: readonly Point[],
  shown: (point: number) => boolean = () => true,
): number[] {
  if (polygon.length < 3) return []
  const found: number[] = []
  for (const point of index.inBox(boxOf(polygon))) {
    if (shown(point) && inside(polygon, index.x[point]!, index.y[point]!)) found.push(point)
  }
  return found
}

/** A hand-drawn line without the points that do not bend it: none left out lies farther than `tolerance` from it (Douglas, Peucker 1973). */
export function simplified(line: readonly Point[], tolerance: number): Point[] {
  if (line.length < 3) return [...line]
  const kept = new Uint8Array(line.length)
  kept[0] = 1
  kept[line.length - 1] = 1
  const spans: [number, number][] = [[0, line.length - 1]]
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span
    let [worst, farthest] = [tolerance, -1]
    for (let n = from + 1; n < to; n++) {
      const distance = toSegment(line[n]!, line[from]!, line[to]!)
      if (distance > worst) [worst, farthest] = [distance, n]
    }
    if (farthest < 0) continue
    kept[farthest] = 1
    spans.push([from, farthest], [farthest, to])
  }
  return line.filter((_, n) => kept[n] === 1)
}

function toSegment(p: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const length = dx * dx + dy * dy
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length))
  return Math.hypot(p.x - a.x - share * dx, p.y - a.y - share * dy)
}
