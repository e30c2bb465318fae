import * as z from 'zod'
import { implicitHyperparameters } from '../implicit.ts'

export const alsHyperparameters = z.object({
  feedback: z
    .enum(['explicit', 'implicit'])
    .default('explicit')
    .describe('Predict ratings from ratings, or rank by who rated what (iALS).'),
  factors: z.number().int().min(1).default(16).describe('Length of the user and item vectors.'),
  epochs: z.number().int().min(1).default(20).describe('Sweeps: all items and then all users are solved.'),
  regularisation: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('Ridge on the factors, before scaling. null: 1.5 for explicit, 0.005 for implicit feedback.'),
  exponent: z
    .number()
    .min(0)
    .max(2)
    .nullable()
    .default(null)
    .describe(
      'The ridge of a row is scaled by (its ratings) to this power; for implicit feedback its positives plus unobservedWeight times the other side. 1 is ALS-WR. null: 0.5 for explicit, 1 for implicit feedback.',
    ),
  initSd: z.number().positive().default(0.1).describe('Initial factors are drawn from N(0, initSd / sqrt(factors)).'),
  patience: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('With validation data: stop after so many sweeps without improvement; null runs all.'),
  biases: z.boolean().default(true).describe('Explicit only: a bias for each user and item.'),
  biasRegularisation: z.number().positive().default(1).describe('Explicit only: ridge on the biases, scaled alike.'),
  unobservedWeight: z
    .number()
    .positive()
    .default(1)
    .describe('Implicit only: what every pair, observed or not, counts as a zero.'),
  minimumRating: implicitHyperparameters.minimumRating.describe(
    `Implicit only: ${implicitHyperparameters.minimumRating.description}`,
  ),
  weights: implicitHyperparameters.weights.describe(`Implicit only: ${implicitHyperparameters.weights.description}`),
})

export type AlsHyperparameters = ReturnType<typeof alsHyperparameters.parse>
