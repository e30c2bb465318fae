import type { AliasTable } from '../engine/kernels/draws.ts'

/** count^alpha per item: alpha 1 draws by popularity, 0 evenly, 0.75 as word2vec (Mikolov et al. 2013). 0 stays 0 unless alpha is 0. */
export function popularityWeights(counts: ArrayLike<number>, alpha: number): Float32Array {
  if (!(alpha >= 0 && alpha <= 10)) throw new RangeError(`alpha = ${alpha} is not in [0, 10]`)
  return Float32Array.from(counts, (count) => count ** alpha)
}

/**
 * Fills an alias table (Walker 1977; Vose 1991), so that one column and one coin draw an item by its weight:
 * column c is kept with probability thresholds[c] / 2^32, else alias[c] is taken. RangeError where the weights do not
 * sum to something positive and finite.
 */
export function fillAliasTable(weights: Float32Array, table: AliasTable): AliasTable {
  const n = weights.length
  let total = 0
  for (const weight of weights) {
    if (!(weight >= 0)) throw new RangeError(`a weight of ${weight}`)
    total += weight
  }
  if (!(total > 0 && total < Number.POSITIVE_INFINITY)) throw new RangeError(`weights that sum to ${total}`)
  table.weights.set(weights)
  const share = Float64Array.from(weights, (weight) => (weight * n) / total)
  const low: number[] = []
  const high: number[] = []
  for (let i = 0; i < n; i++) (share[i]! < 1 ? low : high).push(i)
  const settle = (column: number, kept: number, alias: number): void => {
    table.thresholds[column] = Math.min(0xffff_ffff, Math.round(kept * 0x1_0000_0000))
    table.alias[column] = alias
  }
  while (low.length > 0 && high.length > 0) {
    const poor = low.pop()!
    const rich = high[high.length - 1]!
    settle(poor, share[poor]!, rich)
    share[rich] = share[rich]! - (1 - share[poor]!)
    if (share[rich] < 1) low.push(high.pop()!)
  }
  // Only rounding leaves some over; what weighs nothing must still never be drawn.
  const heaviest = weights.indexOf(weights.reduce((a, b) => Math.max(a, b)))
  for (const column of [...low, ...high]) {
    settle(column, weights[column]! > 0 ? 1 : 0, weights[column]! > 0 ? column : heaviest)
  }
  return table
}
