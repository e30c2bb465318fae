import { expect, it } from 'vitest'
import { Random } from '../../src/core/random.ts'
import { narrowed } from '../../src/explain/map/narrow.ts'
import { cosineWithMean, unitRows } from '../../src/models/cosine.ts'

it('short vectors stay, long ones keep their cosines', () => {
  const short = { data: new Float32Array(1024).fill(1), width: 512 }
  expect(narrowed(short)).toBe(short)
  const random = new Random(3)
  const [count, width] = [40, 3000]
  const data = new Float32Array(count * width)
  // Each row is part its neighbour, so that cosines reach from 0 to nearly 1.
  for (let row = 0; row < count; row++)
    for (let d = 0; d < width; d++)
      data[row * width + d] = random.normal() + (row % 5 === 0 ? 0 : (row % 5) * data[(row - 1) * width + d]!)
  const narrow = narrowed({ data, width })
  expect(narrow.width).toBe(512)
  expect(narrow.data.length).toBe(count * 512)
  expect(narrowed({ data, width })).toEqual(narrow)
  const [before, after] = [unitRows({ data, width }), unitRows(narrow)]
  let largest = 0
  for (let row = 0; row < count; row++) {
    const exact = cosineWithMean(before, [row])
    cosineWithMean(after, [row]).forEach((cosine, other) => {
      expect(Math.abs(cosine - exact[other]!)).toBeLessThan(0.2)
      if (other !== row) largest = Math.max(largest, exact[other]!)
    })
  }
  expect(largest).toBeGreaterThan(0.9)
})
