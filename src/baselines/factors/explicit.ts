import type { Csr } from '../../data/interactions.ts'
import type { NormalEquations } from '../linear-algebra/normal-equations.ts'
import type { Layout } from './factors.ts'

/** The ridge of a row: what each unknown factor and the bias are charged. */
export interface Ridge {
  readonly factors: number
  readonly bias: number
}

/** Ridge of ALS-WR: strength times (number of ratings)^exponent; 1 is the weighted-lambda rule, 0 the same for every row. */
export function ridgeOf(
  {
    regularisation,
    biasRegularisation,
    exponent,
  }: {
    readonly regularisation: number
    readonly biasRegularisation: number
    readonly exponent: number
  },
  count: number,
): Ridge {
  const scale = count ** exponent
  return { factors: regularisation * scale, bias: biasRegularisation * scale }
}

/**
 * Adds a row's ratings to its normal equations: target = rating - mean - what the other side adds by itself (its bias).
 * `at` and `end` bound the row's entries.
 */
export function addRatings(
  equations: NormalEquations,
  side: 'user' | 'item',
  layout: Layout,
  others: Float64Array,
  entries: Pick<Csr, 'indices' | 'values'>,
  at: number,
  end: number,
  mean: number,
): void {
  const { width, biases } = layout
  const start = side === 'user' ? layout.userStart : layout.itemStart
  const given = side === 'user' ? 0 : width - 1
  for (let n = at; n < end; n++) {
    const row = entries.indices[n]! * width
    const bias = biases ? others[row + given]! : 0
    equations.add(others, row + start, 1, entries.values[n]! - mean - bias)
  }
}

/** Adds the ridge; with biases the last unknown of a user and the first of an item is the bias. */
export function addRidge(equations: NormalEquations, side: 'user' | 'item', layout: Layout, ridge: Ridge): void {
  equations.ridge(ridge.factors)
  if (!layout.biases) return
  const place = side === 'user' ? layout.unknowns - 1 : 0
  equations.matrix[place * (layout.unknowns + 1)]! += ridge.bias - ridge.factors
}
