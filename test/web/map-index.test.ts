import { describe, expect, it } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { PointIndex } from '../../web/src/pages/map/point-index.ts'

/** Clumps, as maps have them. */
function clumps(count: number, seed = 1): { x: Float32Array; y: Float32Array } {
  const random = new Random(seed)
  const x = new Float32Array(count)
  const y = new Float32Array(count)
  for (let n = 0; n < count; n++) {
    const clump = n % 37
    x[n] = Math.cos(clump) * clump + (random.float() + random.float() - 1) * 4
    y[n] = Math.sin(clump) * clump + (random.float() + random.float() - 1) * 4
  }
  return { x, y }
}

describe('PointIndex', () => {
  const { x, y } = clumps(5_000)
  const index = new PointIndex(x, y)
  const random = new Random(2)

  it('finds the nearest point that a look at all of them finds', () => {
    for (let n = 0; n < 300; n++) {
      const [px, py] = [random.float() * 90 - 45, random.float() * 90 - 45]
      const shown = (point: number): boolean => point % 3 !== n % 3
      let best = 0
      let least = Infinity
      for (let point = 0; point < x.length; point++) {
        const d = Math.hypot(x[point]! - px, y[point]! - py)
        if (d < least && shown(point)) [best, least] = [point, d]
      }
      expect(index.nearest(px, py, 1e3, shown)).toBe(best)
      expect(index.nearest(px, py, least * 0.99, shown)).toBeNull()
    }
  })

  it('gives the points of a box in order of renown', () => {
    for (let n = 0; n < 50; n++) {
      const [left, top] = [random.float() * 60 - 40, random.float() * 60 - 40]
      const box = { left, top, right: left + random.float() * 30, bottom: top + random.float() * 30 }
      const expected = Array.from({ length: x.length }, (_, point) => point).filter(
        (p) => x[p]! >= box.left && x[p]! <= box.right && y[p]! >= box.top && y[p]! <= box.bottom,
      )
      expect([...index.inBox(box)]).toEqual(expected)
    }
  })

  it('looks at few nodes: the logarithm of the points, not their number', () => {
    const looks = (count: number): number => {
      const points = clumps(count)
      const large = new PointIndex(points.x, points.y)
      const pick = new Random(5)
      let most = 0
      for (let n = 0; n < 2_000; n++) {
        const point = pick.int(count)
        large.nearest(points.x[point]! + 0.01, points.y[point]! - 0.01, 0.5)
        most = Math.max(most, large.visited)
      }
      return most
    }
    const [small, large] = [looks(1_000), looks(60_000)]
    expect(large).toBeLessThan(10 * Math.log2(60_000))
    expect(large - small).toBeLessThan(60)
  })

  it('stops with the best known of a box without going through the rest', () => {
    const points = clumps(60_000)
    const large = new PointIndex(points.x, points.y)
    const first: number[] = []
    for (const point of large.inBox(large.box)) {
      first.push(point)
      if (first.length === 100) break
    }
    expect(first).toEqual(Array.from({ length: 100 }, (_, n) => n))
    expect(large.visited).toBeLessThan(400)
  })

  it('holds points that lie on one another, one point, and none', () => {
    const same = new PointIndex(new Float32Array(500).fill(3), new Float32Array(500).fill(-2))
    expect([...same.inBox({ left: 3, right: 3, top: -2, bottom: -2 })]).toHaveLength(500)
    expect(same.nearest(3, -2, 1)).toBe(0)
    const none = new PointIndex([], [])
    expect(none.nearest(0, 0, 1e9)).toBeNull()
    expect([...none.inBox({ left: -1, right: 1, top: -1, bottom: 1 })]).toEqual([])
  })
})
