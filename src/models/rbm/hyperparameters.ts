import * as z from 'zod'

/** What may be set. Defaults tuned on a validation part of MovieLens training rows. */
export const rbmHyperparameters = z.object({
  hidden: z.int().min(1).max(16384).default(100).describe('hidden units'),
  conditional: z
    .boolean()
    .default(true)
    .describe('hidden units also see which items are rated, whatever the rating (the conditional machine)'),
  steps: z
    .array(z.int().min(1).max(100))
    .min(1)
    .default([1])
    .describe('Gibbs steps of contrastive divergence, in stages: the paper goes from 1 to 9'),
  stage: z.int().min(1).default(10).describe('epochs of each stage but the last'),
  initSd: z.number().positive().default(0.05).describe('standard deviation of the first weights'),
  optimiser: z.enum(['sgd', 'adam']).default('sgd').describe('how the weights follow the contrast'),
  learningRate: z.number().positive().default(0.005).describe('base learning rate'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('of sgd'),
  weightDecay: z.number().min(0).default(0.001).describe('L2: gradient + this x weight, biases excepted'),
  schedule: z
    .enum(['constant', 'plateau', 'step', 'cosine'])
    .default('constant')
    .describe('how the learning rate falls'),
  batch: z.int().min(1).default(20).describe('users per step'),
  epochs: z.int().min(1).default(50).describe('passes over the users, at most'),
  patience: z
    .int()
    .min(1)
    .default(5)
    .describe('stop after so many epochs without a better validation RMSE; needs validation data'),
})

export type RbmHyperparameters = z.output<typeof rbmHyperparameters>
