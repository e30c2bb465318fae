import { describe, expect, it } from 'vitest'
import {
  type Camera,
  fly,
  keepOnMap,
  pan,
  seen,
  toMap,
  toScreen,
  wholeView,
  zoom,
} from '../../web/src/pages/map/camera.ts'

const size = { width: 800, height: 400 }
const box = { left: -10, right: 10, top: -20, bottom: 20 }
const whole = wholeView(box, size)
const near = (a: { x: number; y: number }, b: { x: number; y: number }): void => {
  expect(a.x).toBeCloseTo(b.x, 9)
  expect(a.y).toBeCloseTo(b.y, 9)
}

describe('camera', () => {
  it('fits everything, with its margin', () => {
    expect(whole).toEqual({ x: 0, y: 0, scale: (400 - 48) / 40 })
    near(toScreen(whole, size, { x: 0, y: -20 }), { x: 400, y: 24 })
    near(toScreen(whole, size, { x: 0, y: 20 }), { x: 400, y: 376 })
  })

  it('goes to the screen and back', () => {
    const camera: Camera = { x: 3, y: -7, scale: 42 }
    near(toMap(camera, size, toScreen(camera, size, { x: 1.25, y: -8 })), { x: 1.25, y: -8 })
    expect(seen(camera, size)).toEqual({
      left: 3 - 400 / 42,
      right: 3 + 400 / 42,
      top: -7 - 200 / 42,
      bottom: -7 + 200 / 42,
    })
  })

  it('pans with the finger and zooms about the point under it', () => {
    const point = { x: 2, y: 5 }
    const before = toScreen(whole, size, point)
    near(toScreen(pan(whole, 30, -12), size, point), { x: before.x + 30, y: before.y - 12 })
    const closer = zoom(whole, size, 3, before, whole)
    expect(closer.scale).toBeCloseTo(3 * whole.scale, 9)
    near(toScreen(closer, size, point), before)
  })

  it('neither loses the map nor itself in a point', () => {
    expect(zoom(whole, size, 1e9, { x: 0, y: 0 }, whole).scale).toBeCloseTo(400 * whole.scale, 6)
    expect(zoom(whole, size, 1e-9, { x: 0, y: 0 }, whole).scale).toBeCloseTo(0.5 * whole.scale, 9)
    expect(keepOnMap({ x: 99, y: -99, scale: 1 }, box)).toEqual({ x: 10, y: -20, scale: 1 })
  })

  it('flies from one place to another, seeing more on a long way', () => {
    const from: Camera = { x: -9, y: -18, scale: 500 }
    const to: Camera = { x: 9, y: 18, scale: 400 }
    expect(fly(from, to, size, 0)).toEqual(from)
    expect(fly(from, to, size, 1)).toEqual(to)
    const almost = fly(from, to, size, 1 - 1e-9)
    near(almost, to)
    expect(almost.scale).toBeCloseTo(400, 3)
    expect(fly(from, to, size, 1e-9).scale).toBeCloseTo(500, 3)
    expect(fly(from, to, size, 0.5).scale).toBeLessThan(40)
    const places = Array.from({ length: 21 }, (_, n) => fly(from, to, size, n / 20).x)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
  })

  it('only changes its scale where there is nowhere to go', () => {
    const middle = fly({ x: 1, y: 1, scale: 10 }, { x: 1, y: 1, scale: 1_000 }, size, 0.5)
    expect(middle).toEqual({ x: 1, y: 1, scale: 100 })
  })
})
