import * as z from 'zod'

/** What the three factor models differ in by default; tuned on a validation part of the training ratings of ML-100K. */
export interface SvdDefaults {
  readonly factors: number
  readonly epochs: number
  readonly learningRate: number
  readonly regularisation: number
  readonly initialSd: number
}

const positive = z.number().positive()

export function svdShape({ factors, epochs, learningRate, regularisation, initialSd }: SvdDefaults) {
  return {
    factors: z.number().int().min(1).max(4096).default(factors).describe('Length of the factor vectors.'),
    epochs: z.number().int().min(1).default(epochs).describe('At most so many passes over the ratings.'),
    learningRate: positive.default(learningRate).describe('Step size of the factors.'),
    decay: z
      .number()
      .positive()
      .max(1)
      .default(1)
      .describe('What the step sizes are multiplied by after every epoch; 1 keeps them.'),
    regularisation: z
      .number()
      .min(0)
      .default(regularisation)
      .describe('L2 on the factors, charged once for every rating.'),
    initialSd: z
      .number()
      .min(0)
      .default(initialSd)
      .describe(
        'Standard deviation that factors are drawn with, around 0. Small starts fit better; too small ones are slow to begin, and patience may run out.',
      ),
    patience: z
      .number()
      .int()
      .min(1)
      .nullable()
      .default(5)
      .describe('With validation ratings: stop after so many epochs without a better RMSE; null runs them all.'),
  }
}

/** The further hyper-parameters of models with biases. */
export const biasShape = {
  biasLearningRate: positive
    .nullable()
    .default(null)
    .describe('Step size of the biases; null takes that of the factors.'),
  biasRegularisation: z
    .number()
    .min(0)
    .nullable()
    .default(null)
    .describe('L2 on the biases; null takes that of the factors.'),
}

/** What all three models are made with. */
export type SvdSettings = z.output<z.ZodObject<ReturnType<typeof svdShape>>> & {
  readonly biasLearningRate?: number | null
  readonly biasRegularisation?: number | null
  readonly centre?: 'mean' | 'none'
}
