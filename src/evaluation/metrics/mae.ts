import type { MetricDefinition } from './definition.ts'

/** Mean absolute error: the mean over test rows of |prediction - rating|. */
export const mae: MetricDefinition = {
  name: 'mae',
  kind: 'rating',
  cutOff: false,
  words: 'mean absolute difference of predicted and true rating, over all rows of the part',
  error: (rating, prediction) => Math.abs(prediction - rating),
  root: false,
}
