import * as z from 'zod'
import type { RatingScale } from '../data/interactions.ts'

/** The two hyper-parameters that turn ratings into positives, shared by the models of implicit feedback. */
export const implicitHyperparameters = {
  minimumRating: z
    .number()
    .nullable()
    .default(null)
    .describe('Ratings from here on are positives, those below are not; null takes every rating as one.'),
  weights: z
    .enum(['binary', 'rating'])
    .default('binary')
    .describe(
      'What a positive counts: 1, or the place of its rating on the scale (5 of 5 counts 1, 1 of 5 counts 0.2).',
    ),
}

/** What a rating counts as a positive, in [0, 1]; 0 where it is none. */
export function positiveWeight(
  options: { readonly minimumRating: number | null; readonly weights: 'binary' | 'rating' },
  scale: RatingScale,
): (rating: number) => number {
  const least = options.minimumRating ?? Number.NEGATIVE_INFINITY
  const step = scale.step ?? 1
  const top = scale.max - scale.min + step
  return (rating) => (rating < least ? 0 : options.weights === 'binary' ? 1 : (rating - scale.min + step) / top)
}
