import type { MetricDefinition } from './definition.ts'

/** Root mean squared error: the square root of the mean over test rows of (prediction - rating)^2. */
export const rmse: MetricDefinition = {
  name: 'rmse',
  kind: 'rating',
  cutOff: false,
  words: 'root of the mean squared difference of predicted and true rating, over all rows of the part',
  error: (rating, prediction) => (prediction - rating) ** 2,
  root: true,
}
