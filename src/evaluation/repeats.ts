import type { Split } from '../data/splits/spec.ts'
import type { Recommender } from '../models/recommender.ts'
import { evaluate } from './evaluate.ts'
import type { EvaluateOptions, EvaluationResult } from './types.ts'

/** One repetition: a split and the seed that the model is fitted with. */
export interface Repetition {
  readonly split: Split
  readonly seed: number
}

/** A metric over repetitions. */
export interface Spread {
  readonly mean: number
  /** Sample standard deviation (n - 1); null for one value. */
  readonly sd: number | null
  readonly values: readonly number[]
}

export interface RepeatedResult {
  /** By printed name; null where a repetition could not be measured so. */
  readonly metrics: Readonly<Record<string, Spread | null>>
  readonly runs: readonly EvaluationResult[]
}

/** Fits and measures over seeds or folds: one fresh model per repetition, in order. Throws a RangeError where there is none. */
export async function evaluateRepeated(
  repetitions: Iterable<Repetition>,
  fitted: (repetition: Repetition) => Promise<Recommender>,
  options: EvaluateOptions = {},
): Promise<RepeatedResult> {
  const runs: EvaluationResult[] = []
  for (const repetition of repetitions) runs.push(await evaluate(await fitted(repetition), repetition.split, options))
  if (runs.length === 0) throw new RangeError('nothing to repeat')
  const metrics: Record<string, Spread | null> = {}
  for (const name of Object.keys(runs[0]!.metrics)) {
    const values = runs.map((run) => run.metrics[name] ?? null)
    metrics[name] = values.every((value) => value !== null) ? spread(values) : null
  }
  return { metrics, runs }
}

/** Mean and sample standard deviation of at least one value. */
export function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, sd: values.length < 2 ? null : Math.sqrt(squares / (values.length - 1)), values }
}
