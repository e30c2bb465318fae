/** Pearson's correlation of two columns of one length; null where one of them does not vary. */
export function pearson(a: readonly number[], b: readonly number[]): number | null {
  const meanA = mean(a)
  const meanB = mean(b)
  let product = 0
  let squareA = 0
  let squareB = 0
  for (let n = 0; n < a.length; n++) {
    const x = a[n]! - meanA
    const y = b[n]! - meanB
    product += x * y
    squareA += x * x
    squareB += y * y
  }
  return squareA === 0 || squareB === 0 ? null : product / Math.sqrt(squareA * squareB)
}

/** Spearman's rank correlation: Pearson's of the ranks, equal values sharing the mean of theirs. */
export function spearman(a: readonly number[], b: readonly number[]): number | null {
  return pearson(ranks(a), ranks(b))
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length
}

function ranks(values: readonly number[]): number[] {
  const order = values.map((_, n) => n).sort((i, j) => values[i]! - values[j]!)
  const result = new Array<number>(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++
    for (let n = from; n < to; n++) result[order[n]!] = (from + to - 1) / 2
    from = to
  }
  return result
}
