/** Row vectors, row-major: row r stands at data[r * width] to data[r * width + width - 1]. */
export interface Rows {
  readonly data: Float32Array
  readonly width: number
}

/** Each row divided by its Euclidean length; a zero row stays zero. A new array. */
export function unitRows({ data, width }: Rows): Rows {
  const unit = new Float32Array(data.length)
  for (let at = 0; at < data.length; at += width) {
    let square = 0
    for (let d = at; d < at + width; d++) square += data[d]! * data[d]!
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0
    for (let d = at; d < at + width; d++) unit[d] = data[d]! * scale
  }
  return { data: unit, width }
}

/**
 * Cosine in [-1, 1] of every row with the mean of the chosen ones. `unit` has rows of length one or zero; a zero row, or
 * chosen rows that cancel out, give 0, never NaN.
 */
export function cosineWithMean(unit: Rows, chosen: readonly number[]): Float32Array {
  const { data, width } = unit
  const mean = new Float64Array(width)
  for (const row of chosen) for (let d = 0; d < width; d++) mean[d]! += data[row * width + d]!
  let square = 0
  for (const x of mean) square += x * x
  const cosine = new Float32Array(data.length / width)
  // Unit vectors carry float32 rounding: a sum this short is cancellation, and its direction is noise.
  if (square < 1e-10) return cosine
  const scale = 1 / Math.sqrt(square)
  for (let row = 0; row < cosine.length; row++) {
    let dot = 0
    for (let d = 0; d < width; d++) dot += data[row * width + d]! * mean[d]!
    cosine[row] = Math.min(1, Math.max(-1, dot * scale))
  }
  return cosine
}
