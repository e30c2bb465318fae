import * as z from 'zod'

/** Implicit feedback, negatives, optimisation and fold-in: what the three models share. */
const common = {
  threshold: z
    .number()
    .nullable()
    .default(null)
    .describe(
      'a rating below is a dislike: never a positive, never recommended; null takes every rating as a positive',
    ),
  dislikes: z
    .enum(['exclude', 'negative'])
    .default('exclude')
    .describe('exclude: a dislike is no example at all; negative: it is one, once an epoch and whenever it is drawn'),
  negatives: z.int().min(1).max(1000).default(4).describe('negatives drawn for every positive, afresh each epoch'),
  sampling: z
    .enum(['uniform', 'popularity'])
    .default('uniform')
    .describe('how negatives are drawn from the items of the training ratings that the user has not rated'),
  samplingAlpha: z
    .number()
    .min(0)
    .max(10)
    .default(0.75)
    .describe('sampling popularity: drawn by (number of users who rated the item) to this power'),
  l2: z
    .number()
    .min(0)
    .default(0)
    .describe('each example adds this times the squared length of its user and item embeddings to the loss'),
  weightDecay: z.number().min(0).default(0).describe('L2 on the dense weights: gradient + this x weight'),
  initSd: z.number().positive().default(0.01).describe('embeddings start from N(0, initSd), dense weights from Glorot'),
  outputBias: z.boolean().default(true).describe('a bias in the output unit'),
  optimiser: z
    .enum(['adam', 'lazy-adam', 'adamw', 'sgd', 'adagrad'])
    .default('adam')
    .describe('lazy-adam moves only the embeddings in a batch; adam is exact'),
  learningRate: z.number().positive().default(0.001).describe('learning rate'),
  batch: z.int().min(1).default(256).describe('examples per step, positives and negatives'),
  epochs: z.int().min(1).default(20).describe('passes over the positives, at most'),
  stopping: z
    .enum(['ndcg', 'loss'])
    .default('ndcg')
    .describe('validation metric: 1 - ndcg@10 of full ranking, or the cross-entropy with negatives drawn once'),
  patience: z
    .int()
    .min(1)
    .default(5)
    .describe('stop after so many epochs without a better validation metric; needs validation data'),
  foldInSteps: z.int().min(1).max(500).default(40).describe('Adam steps on the user embeddings of a profile'),
  foldInRate: z.number().positive().default(0.05).describe('learning rate of those steps'),
  foldInPull: z
    .number()
    .min(0)
    .default(1)
    .describe(
      "pulls a profile's embeddings to the mean user's: this times the squared distance, beside the summed loss",
    ),
  foldInItems: z
    .int()
    .min(1)
    .default(2000)
    .describe('items that stand for all as negatives in fold-in; more cost more time'),
}

const factors = z.int().min(1).max(4096).describe('embedding size of users and items')
const dropout = z.number().min(0).lt(1).default(0)
const layers = z
  .array(z.int().min(1).max(16384))
  .min(2)
  .refine((widths) => widths[0]! % 2 === 0, 'the first width is that of two embeddings side by side, so it is even')
  .describe('widths of the tower: first the user and item embeddings side by side (half each), then the ReLU layers')

export const gmfHyperparameters = z.object({
  factors: factors.default(16),
  dropout: dropout.describe('share of the element-wise products dropped in training'),
  ...common,
})

export const mlpHyperparameters = z.object({
  layers: layers.default([64, 32, 16]),
  dropout: dropout.describe('share of the inputs of every ReLU layer dropped in training'),
  ...common,
})

export const neumfHyperparameters = z.object({
  factors: factors.default(16).describe('embedding size of the GMF half'),
  layers: layers.default([64, 32, 16]),
  dropout: dropout.describe('share of the inputs of every ReLU layer dropped in training'),
  gmfDropout: dropout.describe('share of the element-wise products of the GMF half dropped in training'),
  pretrainEpochs: z
    .int()
    .min(0)
    .default(0)
    .describe('GMF and MLP are fitted for so many epochs (at most) and NeuMF starts from them; 0: from random weights'),
  pretrainRate: z.number().positive().default(0.001).describe('learning rate of those, by adam'),
  alpha: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('pre-training: the output starts as alpha x GMF + (1 - alpha) x MLP'),
  ...common,
})

export type GmfHyperparameters = z.output<typeof gmfHyperparameters>
export type MlpHyperparameters = z.output<typeof mlpHyperparameters>
export type NeumfHyperparameters = z.output<typeof neumfHyperparameters>

/** What the shared code works with: the hyper-parameters of all three under one roof. */
export interface NcfSettings extends Omit<GmfHyperparameters, 'factors' | 'dropout'> {
  /** Embedding size of the GMF half; null without one. */
  readonly factors: number | null
  /** Widths of the tower of the MLP half; null without one. */
  readonly layers: readonly number[] | null
  /** Of the inputs of the tower's layers. */
  readonly dropout: number
  /** Of the products of the GMF half. */
  readonly gmfDropout: number
}
