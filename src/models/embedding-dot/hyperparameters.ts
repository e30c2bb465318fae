import * as z from 'zod'

/** What may be set. The defaults were tuned on validation parts of the training rows of ml-latest-small, 100K and 1M. */
export const embeddingDotHyperparameters = z.object({
  factors: z.int().min(1).max(4096).default(50).describe('embedding size of users and items'),
  epochs: z.int().min(1).default(20).describe('passes over the ratings, at most'),
  learningRate: z.number().positive().default(0.0015).describe('learning rate of the first epoch'),
  decay: z
    .number()
    .positive()
    .max(1)
    .default(0.9)
    .describe('factor on the learning rate after every epoch; 1 keeps it'),
  l2: z
    .number()
    .min(0)
    .default(0.05)
    .describe('each rating adds this times the squared length of its user and item embedding to its squared error'),
  l2Bias: z.number().min(0).default(0.005).describe('the same for the two biases'),
  optimiser: z
    .enum(['lazy-adam', 'sgd', 'adam'])
    .default('lazy-adam')
    .describe('lazy-adam moves only the rows in a batch; adam is exact and needs scheme graph'),
  batch: z.int().min(1).default(64).describe('ratings per step; 1 with sgd is the classic and fastest way'),
  initialiser: z
    .enum(['normal', 'he-normal'])
    .default('normal')
    .describe("first values of the embeddings; normal uses initSd, he-normal is Keras': deviation sqrt(2 / rows)"),
  initSd: z.number().positive().default(0.01).describe('standard deviation of the normal initialiser'),
  output: z
    .enum(['sigmoid', 'linear'])
    .default('sigmoid')
    .describe('a sigmoid scaled to the rating range, or the plain sum'),
  globalBias: z
    .boolean()
    .default(true)
    .describe('start from the mean rating: a constant in the sum, not trained; false leaves it out, as the paper does'),
  patience: z
    .int()
    .min(1)
    .default(3)
    .describe('stop after so many epochs without a better validation RMSE; needs validation data'),
  scheme: z
    .enum(['shared', 'graph'])
    .default('shared')
    .describe('shared: our kernels on threads; graph: ONNX Runtime, much slower, the same result on one thread'),
  foldInPrior: z
    .number()
    .min(0)
    .default(30)
    .describe("a profile's embedding is regularised as if the profile had so many ratings more"),
  foldInBiasPrior: z
    .number()
    .min(0)
    .default(3)
    .describe("a profile's bias is held back as if by so many ratings at the mean"),
  neighbourSupport: z
    .int()
    .min(1)
    .default(40)
    .describe('similar() answers with items of at least so many training ratings; fewer where under 20 items had them'),
})

export type EmbeddingDotHyperparameters = z.output<typeof embeddingDotHyperparameters>
