import * as z from 'zod'

/** What may be set. The defaults were tuned on a validation part of MovieLens 100K's and latest-small's training rows. */
export const dnnHyperparameters = z.object({
  factors: z.int().min(1).max(4096).default(50).describe('embedding size of users and items'),
  layers: z
    .array(z.int().min(1).max(16384))
    .min(1)
    .default([32, 5])
    .describe('units of the hidden ReLU layers, first to last'),
  dropout: z.number().min(0).lt(1).default(0.5).describe('share of the concatenated embeddings dropped in training'),
  hiddenDropout: z.number().min(0).lt(1).default(0).describe('share of every hidden layer dropped in training'),
  l2: z
    .number()
    .min(0)
    .default(0)
    .describe('each rating adds this times the squared length of its user and item embedding to the loss'),
  embeddingL2: z
    .number()
    .min(0)
    .default(0.01)
    .describe('L2 on every embedding at every step, whoever is in the batch: gradient + this x weight'),
  weightDecay: z.number().min(0).default(0).describe('L2 on the weights of the dense layers: gradient + this x weight'),
  initialiser: z
    .enum(['normal', 'he-normal', 'glorot-uniform'])
    .default('normal')
    .describe('first values of the embeddings; normal uses initSd'),
  initSd: z.number().positive().default(0.1).describe('standard deviation of the normal initialiser'),
  optimiser: z
    .enum(['adam', 'lazy-adam', 'adamw', 'sgd', 'adagrad'])
    .default('adam')
    .describe('lazy-adam moves only the embeddings in a batch; adam is exact'),
  learningRate: z.number().positive().default(0.001).describe('base learning rate'),
  schedule: z
    .enum(['constant', 'plateau', 'step', 'cosine'])
    .default('cosine')
    .describe(
      'how the learning rate falls: plateau halves it after two epochs without a better validation RMSE, step every ten, cosine ends at 0',
    ),
  batch: z.int().min(1).default(128).describe('ratings per step'),
  epochs: z.int().min(1).default(33).describe('passes over the ratings, at most'),
  patience: z
    .int()
    .min(1)
    .default(8)
    .describe('stop after so many epochs without a better validation RMSE; needs validation data'),
  clip: z.number().min(0).default(0).describe('largest norm of the gradient of the dense layers; 0 does not clip'),
  foldInSteps: z.int().min(1).max(500).default(40).describe('Adam steps on the user embedding of a profile'),
  foldInRate: z.number().positive().default(0.01).describe('learning rate of those steps'),
})

export type DnnHyperparameters = z.output<typeof dnnHyperparameters>
