import type { ModelDefinition } from '../registry.ts'
import { autoencoderHyperparameters, autorecHyperparameters, stackedHyperparameters } from './hyperparameters.ts'

/** System 2, the deep autoencoder over users' ratings. */
export const autoencoder: ModelDefinition<typeof autoencoderHyperparameters.shape> = {
  name: 'autoencoder',
  kind: 'model',
  summary: "a user's ratings through a bottleneck to all ratings, trained on ratings withheld: rating regression",
  source: 'Lund and Ng, section III (system 2 of docs/papers); defaults regularised and centred beyond the paper',
  hyperparameters: autoencoderHyperparameters,
  create: async (hyperparameters) => new (await import('./autoencoder.ts')).Autoencoder(hyperparameters),
}

/** AutoRec, the autoencoder with one hidden layer. */
export const autorec: ModelDefinition<typeof autorecHyperparameters.shape> = {
  name: 'autorec',
  kind: 'model',
  summary: 'one hidden layer between all ratings of an item (or a user) and all of them again: rating regression',
  source: 'Sedhain, Menon, Sanner and Xie 2015, AutoRec: Autoencoders Meet Collaborative Filtering',
  hyperparameters: autorecHyperparameters,
  create: async (hyperparameters) => {
    const { ItemAutorec, UserAutorec } = await import('./autorec.ts')
    return hyperparameters.side === 'item' ? new ItemAutorec(hyperparameters) : new UserAutorec(hyperparameters)
  },
}

/** The stacked autoencoder, pre-trained layer by layer. */
export const stackedAutoencoder: ModelDefinition<typeof stackedHyperparameters.shape> = {
  name: 'stacked-autoencoder',
  kind: 'model',
  summary: "an autoencoder over users' ratings, each layer trained alone before the whole: rating regression",
  source: 'layer-wise pre-training of Bengio et al. 2007 and Vincent et al. 2010; a baseline of system 1, Table 5',
  hyperparameters: stackedHyperparameters,
  create: async (hyperparameters) => new (await import('./stacked.ts')).StackedAutoencoder(hyperparameters),
}
