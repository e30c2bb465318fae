/**
 * Means pulled towards zero: group g gets the sum of its residuals divided by (their number + damping). A group without
 * residuals gets 0. `residual` is called once per row.
 */
export function dampedMeans(
  group: Int32Array,
  groups: number,
  damping: number,
  residual: (row: number) => number,
): Float64Array<ArrayBuffer> {
  const sums = new Float64Array(groups)
  const counts = new Int32Array(groups)
  for (let row = 0; row < group.length; row++) {
    sums[group[row]!]! += residual(row)
    counts[group[row]!]!++
  }
  return sums.map((sum, g) => (counts[g] === 0 ? 0 : sum / (counts[g]! + damping)))
}
