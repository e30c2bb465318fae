import * as z from 'zod'

const share = z.number().min(0).lt(1)

/** What every row autoencoder may be told of its training. */
export const trainingHyperparameters = {
  dropout: share.default(0).describe('share of every hidden layer dropped in training'),
  inputDropout: share.default(0).describe('share of the input ratings left out at random in training'),
  l1: z.number().min(0).default(0).describe('gradient + this x sign of the weight, biases excepted'),
  l2: z.number().min(0).default(0).describe('gradient + this x weight, biases excepted'),
  initialiser: z
    .enum(['glorot-uniform', 'glorot-normal', 'he-normal'])
    .default('glorot-uniform')
    .describe('first values of the weights (glorot = Xavier); biases start at zero'),
  optimiser: z
    .enum(['lazy-adam', 'adam', 'row-adagrad', 'adagrad', 'sgd'])
    .default('lazy-adam')
    .describe(
      'for the tables of the input and output layer; row-adagrad keeps one number per item instead of two per weight',
    ),
  learningRate: z.number().positive().default(0.001).describe('base learning rate'),
  schedule: z
    .enum(['constant', 'plateau', 'step', 'cosine'])
    .default('constant')
    .describe('how the learning rate falls: plateau halves it after two epochs without a better validation RMSE'),
  batch: z
    .int()
    .min(1)
    .default(64)
    .describe('examples per step: users (items for the item side), or ratings if one is withheld'),
  epochs: z.int().min(1).default(30).describe('passes, at most'),
  patience: z
    .int()
    .min(1)
    .default(5)
    .describe('stop after so many epochs without a better validation RMSE; needs validation data'),
  clip: z.number().min(0).default(0).describe('largest norm of the gradient; 0 does not clip'),
}

/** The same hyper-parameter with another default. */
export function withDefault<T extends z.ZodType>(schema: z.ZodDefault<T>, value: z.output<T> & {}): z.ZodDefault<T> {
  return z._default(schema.unwrap(), value as never).describe(schema.description!) as z.ZodDefault<T>
}

/** How ratings become input. */
export const encodingHyperparameters = {
  encoding: z
    .enum(['raw', 'centred'])
    .default('centred')
    .describe('raw: the ratings, as in the paper; centred: what they differ from mean + item + user deviation'),
  damping: z.number().min(0).default(5).describe('ratings of "no deviation" each item and user starts with'),
  normalise: z
    .enum(['none', 'root', 'mean'])
    .default('root')
    .describe('input divided by nothing, by the square root of the number of ratings, or by that number'),
  startAtMeans: z
    .boolean()
    .default(true)
    .describe('raw encoding: the output biases start at the damped item means instead of zero'),
}

export const layersOf = (...layers: [number, ...number[]]) => z.array(z.int().min(1).max(16384)).min(1).default(layers)

/** What may be set of the autoencoder of Lund and Ng. Defaults tuned on a validation part of training rows, for small data. */
export const autoencoderHyperparameters = z.object({
  layers: layersOf(300).describe(
    'units of the hidden layers; the smallest is the bottleneck. The paper: 4096, 2048, 1024, 512, 1024, 2048, 4096',
  ),
  activation: z
    .enum(['relu', 'sigmoid', 'tanh', 'linear'])
    .default('tanh')
    .describe('of the hidden layers; the paper: relu'),
  residual: z
    .boolean()
    .default(false)
    .describe('a hidden layer adds the values of the nearest earlier one of its width'),
  withhold: z
    .union([z.literal('one'), z.number().gt(0).lt(1)])
    .default(0.3)
    .describe(
      "'one': every rating an example, withheld from its user's row, as in the paper; a share: withheld at once",
    ),
  presence: z.boolean().default(false).describe('a second input table that tells which items are rated'),
  ...encodingHyperparameters,
  sparsity: z
    .enum(['none', 'l1', 'kl'])
    .default('none')
    .describe('penalty on the bottleneck: its mean absolute value, or how far its mean activity is from the target'),
  sparsityWeight: z.number().min(0).default(0.01).describe('weight of that penalty'),
  sparsityTarget: z.number().gt(0).lt(1).default(0.05).describe('kl: the mean activity wanted of each unit'),
  ...trainingHyperparameters,
  dropout: withDefault(trainingHyperparameters.dropout, 0.5),
  l2: withDefault(trainingHyperparameters.l2, 1e-4),
  epochs: withDefault(trainingHyperparameters.epochs, 25),
})

export type AutoencoderHyperparameters = z.output<typeof autoencoderHyperparameters>

/** What may be set of AutoRec. */
export const autorecHyperparameters = z.object({
  side: z
    .enum(['user', 'item'])
    .default('item')
    .describe("what a row is: a user's ratings, or an item's, which predicts better and folds in by solving"),
  hidden: z.int().min(1).max(16384).default(500).describe('units of the hidden layer'),
  activation: z.enum(['sigmoid', 'relu', 'tanh', 'linear']).default('sigmoid').describe('of the hidden layer'),
  ...encodingHyperparameters,
  ...trainingHyperparameters,
  dropout: withDefault(trainingHyperparameters.dropout, 0.5),
  epochs: withDefault(trainingHyperparameters.epochs, 45),
  foldInL2: z
    .number()
    .min(0)
    .default(1)
    .describe('item side: how strongly the weights of a new profile are held to those of the mean user'),
})

export type AutorecHyperparameters = z.output<typeof autorecHyperparameters>

/** What may be set of the stacked autoencoder. */
export const stackedHyperparameters = z.object({
  layers: layersOf(300, 150).describe('units of the encoder layers, first to last; the decoder is their mirror image'),
  activation: z.enum(['sigmoid', 'relu', 'tanh', 'linear']).default('relu').describe('of the hidden layers'),
  pretrainEpochs: z.int().min(0).default(10).describe('passes of each layer alone; 0 starts from drawn weights'),
  ...encodingHyperparameters,
  ...trainingHyperparameters,
  dropout: withDefault(trainingHyperparameters.dropout, 0.5),
  inputDropout: withDefault(trainingHyperparameters.inputDropout, 0.7),
  l2: withDefault(trainingHyperparameters.l2, 1e-4),
  epochs: withDefault(trainingHyperparameters.epochs, 8),
})

export type StackedHyperparameters = z.output<typeof stackedHyperparameters>
