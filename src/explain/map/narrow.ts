import { Random } from '../../core/random.ts'
import type { Rows } from '../../models/cosine.ts'

/** Wider vectors than this are narrowed to it. */
const widest = 512

/**
 * Vectors short enough to draw a map of: those of EASE are as long as there are movies, and a map costs more than their square. Every coordinate
 * is added with a random sign to a random one of 512, the same for all rows, which keeps inner products in expectation (Charikar, Chen and
 * Farach-Colton 2002, the count sketch); cosines of vectors that spread over many coordinates are kept within about 0.04. Rows of at most 512 stay as they are.
 */
export function narrowed(rows: Rows): Rows {
  const { data, width } = rows
  if (width <= widest) return rows
  const random = new Random(1).fork('narrow')
  const place = Int32Array.from({ length: width }, () => random.int(widest))
  const sign = Float32Array.from({ length: width }, () => (random.int(2) === 0 ? 1 : -1))
  const count = data.length / width
  const narrow = new Float32Array(count * widest)
  for (let row = 0; row < count; row++) {
    const [from, to] = [row * width, row * widest]
    for (let d = 0; d < width; d++) narrow[to + place[d]!]! += sign[d]! * data[from + d]!
  }
  return { data: narrow, width: widest }
}
