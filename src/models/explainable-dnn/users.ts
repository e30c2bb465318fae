/** One user: embedding [factors] and bias [1]. */
export interface UserSide {
  readonly embedding: Float32Array
  readonly bias: Float32Array
}

/**
 * The standard deviation of a settled table (rows x width) around its last row, the mean, number by number. Rows that
 * were never trained equal the mean; they are left out.
 */
export function spreadOf(table: Float32Array, width: number): Float32Array {
  const rows = table.length / width
  const mean = table.subarray((rows - 1) * width)
  const squares = new Float64Array(width)
  let trained = 0
  for (let row = 0; row < rows - 1; row++) {
    let differs = false
    for (let d = 0; d < width; d++) {
      const difference = table[row * width + d]! - mean[d]!
      squares[d]! += difference * difference
      differs ||= difference !== 0
    }
    if (differs) trained++
  }
  return Float32Array.from(squares, (sum) => Math.sqrt(sum / Math.max(1, trained)))
}
