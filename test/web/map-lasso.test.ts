import { describe, expect, it } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { boxOf, inside, pointsInside, simplified } from '../../web/src/pages/map/lasso.ts'
import { PointIndex } from '../../web/src/pages/map/point-index.ts'

const square = [
  { x: 0, y: 0 },
  { x: 4, y: 0 },
  { x: 4, y: 4 },
  { x: 0, y: 4 },
]
/** A C: open to the right. */
const bay = [
  { x: 0, y: 0 },
  { x: 6, y: 0 },
  { x: 6, y: 2 },
  { x: 2, y: 2 },
  { x: 2, y: 4 },
  { x: 6, y: 4 },
  { x: 6, y: 6 },
  { x: 0, y: 6 },
]

describe('lasso', () => {
  it('knows inside from outside, in bays too', () => {
    expect(inside(square, 1, 3)).toBe(true)
    expect(inside(square, -0.01, 2)).toBe(false)
    expect(inside(bay, 1, 3)).toBe(true)
    expect(inside(bay, 4, 3)).toBe(false)
    expect(inside(bay, 4, 5)).toBe(true)
  })

  it('leaves out what a line goes around twice', () => {
    const eight = [...square, ...square.map(({ x, y }) => ({ x: x + 2, y }))]
    expect(inside(eight, 1, 1)).toBe(true)
    expect(inside(eight, 3, 1)).toBe(false)
  })

  it('selects exactly the points inside, the best known first', () => {
    const random = new Random(3)
    const x = Float32Array.from({ length: 4_000 }, () => random.float() * 8 - 1)
    const y = Float32Array.from({ length: 4_000 }, () => random.float() * 8 - 1)
    const found = pointsInside(new PointIndex(x, y), bay, (point) => point % 2 === 0)
    // The C is the square of 6 without the bay of 4 by 2.
    const expected = Array.from({ length: 4_000 }, (_, n) => n).filter(
      (n) => n % 2 === 0 && x[n]! > 0 && x[n]! < 6 && y[n]! > 0 && y[n]! < 6 && !(x[n]! > 2 && y[n]! > 2 && y[n]! < 4),
    )
    expect(found).toEqual(expected)
    expect(found.length).toBeGreaterThan(500)
    expect(pointsInside(new PointIndex(x, y), square.slice(0, 2))).toEqual([])
  })

  it('drops what does not bend the line and keeps what does', () => {
    const straight = Array.from({ length: 100 }, (_, n) => ({ x: n, y: (n % 2) * 0.4 }))
    expect(simplified(straight, 0.5)).toEqual([straight[0], straight[99]])
    const corner = [
      { x: 0, y: 0 },
      { x: 5, y: 0.1 },
      { x: 10, y: 0 },
      { x: 10.1, y: 5 },
      { x: 10, y: 10 },
    ]
    expect(simplified(corner, 0.5)).toEqual([corner[0], corner[2], corner[4]])
    expect(boxOf(corner)).toEqual({ left: 0, right: 10.1, top: 0, bottom: 10 })
  })
})
