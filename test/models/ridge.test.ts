import { describe, expect, it } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { ridge } from '../../src/models/autoencoder/ridge.ts'

/** The slopes of sum (y - w.x - b)^2 + l2 |w|^2 + 1e-6 b^2, which are 0 at its minimum. */
function slopes(
  table: Float32Array,
  width: number,
  rows: number[],
  targets: number[],
  l2: number,
  found: Float64Array,
): number[] {
  const slope = Array.from(found, (value, d) => value * (d === width ? 1e-6 : l2))
  rows.forEach((row, n) => {
    let rest = targets[n]! - found[width]!
    for (let d = 0; d < width; d++) rest -= found[d]! * table[row * width + d]!
    for (let d = 0; d < width; d++) slope[d]! -= rest * table[row * width + d]!
    slope[width]! -= rest
  })
  return slope
}

describe('ridge of a new output column', () => {
  const random = new Random(4)
  const width = 6
  const table = Float32Array.from({ length: 40 * width }, () => random.normal())

  it.each([1, 2, 5, 6, 7, 30])('is at the minimum with %i rows, fewer than the width or more', (count) => {
    const rows = Array.from({ length: count }, (_, n) => (n * 7) % 40)
    const targets = rows.map((row) => Math.sin(row) + 0.5)
    for (const l2 of [0.01, 1, 50]) {
      const found = ridge(table, width, rows, targets, l2)
      expect(found.length).toBe(width + 1)
      expect(found.some((value) => Math.abs(value) > 1e-3)).toBe(true)
      for (const slope of slopes(table, width, rows, targets, l2, found)) expect(Math.abs(slope)).toBeLessThan(1e-6)
    }
  })

  it('is nothing without rows, and finite for a row that stands twice', () => {
    expect(ridge(table, width, [], [], 1)).toEqual(new Float64Array(width + 1))
    const found = ridge(table, width, [3, 3], [1, 2], 0)
    expect(found.every(Number.isFinite)).toBe(true)
    let rating = found[width]!
    for (let d = 0; d < width; d++) rating += found[d]! * table[3 * width + d]!
    expect(rating).toBeCloseTo(1.5, 4)
  })
})
