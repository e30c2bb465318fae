import { describe, expect, it } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { toScreen, wholeView, zoom } from '../../web/src/pages/map/camera.ts'
import { placeLabels } from '../../web/src/pages/map/labels.ts'
import { PointIndex } from '../../web/src/pages/map/point-index.ts'

const random = new Random(4)
const x = Float32Array.from({ length: 9_724 }, () => random.float() * 100)
const y = Float32Array.from({ length: 9_724 }, () => random.float() * 100)
const index = new PointIndex(x, y)
const size = { width: 900, height: 600 }
const whole = wholeView(index.box, size)
const options = {
  widthOf: (point: number) => 60 + (point % 7) * 20,
  shown: () => true,
  radiusOf: () => 4,
  height: 17,
  most: 40,
  candidates: 160,
}

describe('placeLabels', () => {
  it('writes the best known first and none over another', () => {
    const labels = placeLabels(index, whole, size, options)
    expect(labels.length).toBeGreaterThan(15)
    expect(labels[0]!.point).toBe(0)
    for (const [n, a] of labels.entries()) {
      expect(a.x).toBeGreaterThanOrEqual(0)
      expect(a.x + a.width).toBeLessThanOrEqual(size.width)
      for (const b of labels.slice(n + 1)) {
        const apart = a.x + a.width < b.x || b.x + b.width < a.x || Math.abs(a.y - b.y) >= options.height
        expect(apart).toBe(true)
      }
    }
  })

  it('gives lesser known movies their turn closer in', () => {
    const middle = { x: size.width / 2, y: size.height / 2 }
    const closer = placeLabels(index, zoom(whole, size, 12, middle, whole), size, options)
    const far = placeLabels(index, whole, size, options)
    const last = (labels: typeof far): number => Math.max(...labels.map(({ point }) => point))
    expect(last(far)).toBeLessThan(160)
    expect(last(closer)).toBeGreaterThan(1_000)
    for (const { point, y: at } of closer) {
      expect(toScreen(zoom(whole, size, 12, middle, whole), size, { x: x[point]!, y: y[point]! }).y).toBeCloseTo(at, 6)
    }
  })

  it('writes nothing under the tools', () => {
    const free = placeLabels(index, whole, size, options)
    const { x: left, y: top, width } = free[0]!
    const tool = { left: left + 10, top: top - 3, right: left + width - 10, bottom: top + 3 }
    const labels = placeLabels(index, whole, size, { ...options, covered: [tool] })
    expect(labels.some(({ point }) => point === free[0]!.point)).toBe(false)
    expect(labels.length).toBeGreaterThan(15)
  })

  it('leaves out what is switched off', () => {
    const labels = placeLabels(index, whole, size, { ...options, shown: (point) => point % 2 === 1 })
    expect(labels.length).toBeGreaterThan(5)
    expect(labels.every(({ point }) => point % 2 === 1)).toBe(true)
  })
})
