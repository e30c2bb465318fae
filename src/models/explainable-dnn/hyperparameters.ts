import * as z from 'zod'

const share = z.number().min(0).lt(1)

/** What may be set. Defaults: the paper's network, regularised and averaged; tuned on a validation part of MovieLens latest-small's training rows (recipes/explainable-dnn.ts). */
export const explainableDnnHyperparameters = z.object({
  factors: z.int().min(1).max(4096).default(128).describe('embedding size of users and items'),
  layers: z
    .array(z.int().min(1).max(16384))
    .min(1)
    .default([512, 256, 128, 64])
    .describe('units of the hidden layers, first to last'),
  dropout: z
    .array(share)
    .min(1)
    .default([0.3, 0.2, 0.2, 0.1])
    .describe('share dropped after each hidden layer in training; the last one holds for all layers beyond'),
  embeddingDropout: share.default(0.3).describe('share of the concatenated embeddings dropped in training'),
  attention: z
    .boolean()
    .default(true)
    .describe('gate the embeddings by two weights that sum to 1; without it there are no weights to explain with'),
  batchNorm: z.boolean().default(true).describe('batch normalisation between each hidden layer and its ReLU'),
  normMomentum: z
    .number()
    .positive()
    .max(1)
    .default(0.1)
    .describe(
      "share of a batch's statistics in the running ones (PyTorch's convention; Keras' momentum is 1 less this); averaged weights have measured ones instead",
    ),
  biases: z.boolean().default(true).describe('add a bias of the user and one of the item before the sigmoid'),
  l2: z
    .number()
    .min(0)
    .default(2e-3)
    .describe('each rating adds this times the squared length of its user and item embedding to the loss'),
  biasL2: z.number().min(0).default(2e-3).describe('the same for the squares of the two biases'),
  embeddingL2: z
    .number()
    .min(0)
    .default(2e-3)
    .describe('L2 on every embedding at every step, whoever is in the batch: gradient + this x weight'),
  weightDecay: z.number().min(0).default(0).describe('L2 on the weights of the dense layers: gradient + this x weight'),
  initialiser: z
    .enum(['normal', 'glorot-uniform', 'glorot-normal', 'he-normal'])
    .default('normal')
    .describe(
      'first values of the embeddings; normal uses initSd (the layers start as glorot-uniform, which is Xavier)',
    ),
  initSd: z.number().positive().default(0.01).describe('standard deviation of the normal initialiser'),
  optimiser: z
    .enum(['adam', 'lazy-adam', 'adamw', 'sgd', 'adagrad'])
    .default('adam')
    .describe('lazy-adam moves only the embeddings in a batch; adam is exact'),
  learningRate: z.number().positive().default(0.001).describe('base learning rate'),
  schedule: z
    .enum(['constant', 'plateau', 'step', 'cosine'])
    .default('constant')
    .describe(
      'how the learning rate falls: plateau times decay after decayPatience epochs without a better validation RMSE, step times decay every decayEvery epochs, cosine ends at 0',
    ),
  decay: z.number().positive().lt(1).default(0.5).describe('factor of the plateau and step schedules'),
  decayEvery: z.int().min(1).default(6).describe('epochs between two falls of the step schedule'),
  decayPatience: z.int().min(1).default(2).describe('epochs that the plateau schedule waits; needs validation data'),
  batch: z.int().min(2).default(64).describe('ratings per step, at least 2 for the variance of a batch'),
  epochs: z.int().min(1).default(12).describe('passes over the ratings, at most'),
  patience: z
    .int()
    .min(1)
    .default(10)
    .describe('stop after so many epochs without a better validation RMSE; needs validation data'),
  averageFrom: z
    .int()
    .min(1)
    .nullable()
    .default(3)
    .describe(
      'the weights at the end of each epoch from this one on are averaged and the average predicts, its normalisation measured without dropout; null keeps the last epoch alone',
    ),
  clip: z.number().min(0).default(0).describe('largest norm of the gradient of all weights; 0 does not clip'),
  foldInSteps: z.int().min(1).max(500).default(20).describe('Adam steps on the user embedding and bias of a profile'),
  foldInRate: z
    .number()
    .positive()
    .default(0.2)
    .describe('learning rate of those steps, in standard deviations of the trained users'),
  foldInPrior: z
    .number()
    .min(0)
    .default(1)
    .describe('how many ratings of squared error it costs to lie one standard deviation from the mean user'),
})

export type ExplainableDnnHyperparameters = z.output<typeof explainableDnnHyperparameters>
