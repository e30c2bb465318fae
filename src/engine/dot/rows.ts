import { placesOf, widthOf } from './kernel.ts'

/** One side of the model: factors row-major, rows x factors, and a bias a row. */
export interface DotSide {
  readonly factors: Float32Array
  readonly biases: Float32Array
}

/** Writes a side into rows as the kernels read them; row r goes to place[r], or r where there are no places. */
export function packRows(
  target: Float32Array,
  side: 'user' | 'item',
  { factors, biases }: DotSide,
  place: Int32Array | null,
  count: number,
): void {
  const width = widthOf(count)
  const { bias, one } = placesOf(side, width)
  for (let row = 0; row < biases.length; row++) {
    const at = (place ? place[row]! : row) * width
    for (let d = 0; d < count; d++) target[at + d] = factors[row * count + d]!
    target[at + bias] = biases[row]!
    target[at + one] = 1
  }
}

/** The opposite of packRows, into new arrays. */
export function unpackRows(source: Float32Array, side: 'user' | 'item', place: Int32Array, count: number): DotSide {
  const width = widthOf(count)
  const { bias } = placesOf(side, width)
  const factors = new Float32Array(place.length * count)
  const biases = new Float32Array(place.length)
  for (let row = 0; row < place.length; row++) {
    const at = place[row]! * width
    for (let d = 0; d < count; d++) factors[row * count + d] = source[at + d]!
    biases[row] = source[at + bias]!
  }
  return { factors, biases }
}
