import type { Measure, System } from '../../src/experiments/paper.ts'

/** Held-out errors. */
export const errors: Measure = { kind: 'evaluate', metrics: ['rmse', 'mae'] }

/** The embedding DNN paper's and the autoencoder paper's baselines with the settings each was tuned to on training rows. */
export const unseeded = new Set(['bias', 'item-mean', 'popularity', 'ease', 'user-knn', 'item-knn', 'content'])

/** A system by its parts; closed-form models run once, whatever the seeds. */
export function system(
  data: System['data'],
  split: System['split'],
  model: string,
  hyperparameters: Readonly<Record<string, unknown>> = {},
  measures: readonly Measure[] = [errors],
): System {
  return { data, split, model, hyperparameters, measures, ...(unseeded.has(model) && { unseeded: true }) }
}
