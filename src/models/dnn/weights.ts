/** The mean of the rows that were trained, written over those that were not, and over the last row: the unknown one. */
export function settleUntrained(table: Float32Array, width: number, trained: (row: number) => boolean): void {
  const unknown = table.length / width - 1
  const mean = new Float64Array(width)
  let count = 0
  for (let row = 0; row < unknown; row++) {
    if (!trained(row)) continue
    count++
    for (let d = 0; d < width; d++) mean[d]! += table[row * width + d]!
  }
  if (count > 0) for (let d = 0; d < width; d++) mean[d]! /= count
  for (let row = 0; row <= unknown; row++) {
    if (row === unknown || !trained(row)) table.set(mean, row * width)
  }
}
