import type { Split } from '../data/splits/spec.ts'
import type { Recommender } from '../models/recommender.ts'
import type { EvaluateOptions, EvaluationResult } from './types.ts'

/** Measures a fitted model on a part of a split. */
export async function evaluate(
  model: Recommender,
  split: Split,
  options: EvaluateOptions = {},
): Promise<EvaluationResult> {
  throw new Error(`not there yet ${model.name} ${split.spec.kind} ${options.k}`)
}
