import * as z from 'zod'
import {
  encodingHyperparameters,
  layersOf,
  trainingHyperparameters,
  withDefault,
} from '../autoencoder/hyperparameters.ts'

const { encoding, damping, normalise } = encodingHyperparameters

/** What may be set of the query network. */
export const queryHyperparameters = z.object({
  layers: layersOf(128, 32).describe('units of the hidden layers, first to last'),
  activation: z.enum(['relu', 'sigmoid', 'tanh', 'linear']).default('relu').describe('of the hidden layers'),
  output: z
    .enum(['classes', 'rating'])
    .default('rating')
    .describe(
      'classes: one per level of the scale, by cross-entropy, the expected rating being the prediction; rating: regression',
    ),
  encoding,
  damping,
  normalise,
  ...trainingHyperparameters,
  batch: withDefault(trainingHyperparameters.batch, 256),
  epochs: withDefault(trainingHyperparameters.epochs, 5),
})

export type QueryHyperparameters = z.output<typeof queryHyperparameters>
