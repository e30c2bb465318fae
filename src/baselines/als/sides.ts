import type { Csr } from '../../data/interactions.ts'
import { addRatings, addRidge, ridgeOf } from '../factors/explicit.ts'
import { dot, type Layout } from '../factors/factors.ts'
import { NormalEquations } from '../linear-algebra/normal-equations.ts'
import type { AlsHyperparameters } from './hyperparameters.ts'

export type Entries = Pick<Csr, 'indices' | 'values'>

/** Solves rows of one side against the other side as it is. `begin` is told the other side before the first row. */
export interface SideSolver {
  begin(others: Float64Array): void
  /** Writes the unknowns of the row whose entries stand at `at` to `end`, from out[to] on. */
  solve(
    side: 'user' | 'item',
    others: Float64Array,
    entries: Entries,
    at: number,
    end: number,
    out: Float64Array,
    to: number,
  ): void
}

/**
 * Explicit feedback, ALS with weighted-lambda regularisation (Zhou, Wilkinson, Schreiber and Pan 2008), with biases as
 * two more unknowns: minimises sum (r - mean - b_u - b_i - p'q)^2 + sum over rows of n^exponent (regularisation |p|^2 + biasRegularisation b^2).
 */
export function explicitSolver(layout: Layout, mean: number, options: AlsHyperparameters): SideSolver {
  const equations = new NormalEquations(layout.unknowns)
  const { regularisation, exponent, biasRegularisation } = options
  const strengths = { regularisation: regularisation ?? 1.5, exponent: exponent ?? 0.5, biasRegularisation }
  return {
    begin() {},
    solve(side, others, entries, at, end, out, to) {
      equations.reset()
      addRatings(equations, side, layout, others, entries, at, end, mean)
      addRidge(equations, side, layout, ridgeOf(strengths, end - at))
      equations.solve(out, to)
    },
  }
}

/**
 * Implicit feedback (Hu, Koren and Volinsky 2008, with the weights and the scaling of the regularisation of Rendle, Krichene, Zhang and
 * Koren 2022): minimises sum over positives w (1 - p'q)^2 + unobservedWeight * sum over all pairs (p'q)^2
 * + sum over rows of (n + unobservedWeight * other side)^exponent * regularisation |p|^2. The sum over all pairs is one Gram matrix a sweep.
 */
export function implicitSolver(
  layout: Layout,
  weightOf: (rating: number) => number,
  options: AlsHyperparameters,
): SideSolver {
  const { width } = layout
  const { unobservedWeight, exponent, regularisation } = options
  const equations = new NormalEquations(width)
  const gram = new NormalEquations(width)
  const zero = new Float64Array(width)
  let others = 0
  return {
    begin(rows) {
      gram.reset()
      others = 0
      for (let at = 0; at < rows.length; at += width) {
        if (dot(rows, at, rows, at, width) === 0) continue
        others++
        gram.add(rows, at, unobservedWeight, 0)
      }
    },
    solve(_, rows, entries, at, end, out, to) {
      equations.reset(gram.matrix, zero)
      let positives = 0
      for (let n = at; n < end; n++) {
        const weight = weightOf(entries.values[n]!)
        if (weight === 0) continue
        positives++
        equations.add(rows, entries.indices[n]! * width, weight, 1)
      }
      if (positives === 0) return void out.fill(0, to, to + width)
      equations.ridge((regularisation ?? 0.005) * (positives + unobservedWeight * others) ** (exponent ?? 1))
      equations.solve(out, to)
    },
  }
}
