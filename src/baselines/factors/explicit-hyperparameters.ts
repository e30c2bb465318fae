import * as z from 'zod'

/** What the alternating models of ratings with item features have in common. */
export const explicitHyperparameters = {
  factors: z.number().int().min(1).default(8).describe('Length of the user and item vectors.'),
  epochs: z.number().int().min(1).default(20).describe('Sweeps: all items and then all users are solved.'),
  regularisation: z.number().positive().default(1.5).describe('Ridge on the factors, before scaling.'),
  biasRegularisation: z.number().positive().default(1).describe('Ridge on the biases, before scaling.'),
  exponent: z
    .number()
    .min(0)
    .max(2)
    .default(0.5)
    .describe('The ridge of a row is scaled by (its ratings) to this power: 1 is ALS-WR, 0 one ridge for all.'),
  initSd: z.number().positive().default(0.3).describe('Initial factors are drawn from N(0, initSd / sqrt(factors)).'),
  patience: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('With validation data: stop after so many sweeps without improvement; null runs all.'),
}
