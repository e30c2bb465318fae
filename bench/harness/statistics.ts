/** A measured quantity: the median of its repeats, and their quartiles as the spread. */
export interface Measured {
  readonly median: number
  /** Quartiles: half of the repeats lie between them. */
  readonly low: number
  readonly high: number
  readonly repeats: number
}

/** The value below which a share of the sorted numbers lies, between neighbours in proportion. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]!
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at))
}

/** RangeError where there is nothing to summarise or a value is not finite: a benchmark that went wrong must not look measured. */
export function summarise(values: readonly number[]): Measured {
  if (values.length === 0 || !values.every(Number.isFinite)) throw new RangeError(`not measurements: ${values}`)
  const sorted = values.toSorted((a, b) => a - b)
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    repeats: values.length,
  }
}

/** Pair by pair: what a repeat of one is to the same repeat of the other, which ran right beside it. */
export function ratios(above: readonly number[], below: readonly number[]): number[] {
  if (above.length !== below.length) throw new RangeError(`${above.length} repeats against ${below.length}`)
  return above.map((value, n) => value / below[n]!)
}
