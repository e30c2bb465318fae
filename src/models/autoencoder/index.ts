import type { ModelDefinition } from '../registry.ts'
import { autoencoderHyperparameters } from './hyperparameters.ts'

/** System 2, the deep autoencoder over users' ratings. */
export const autoencoder: ModelDefinition<typeof autoencoderHyperparameters.shape> = {
  name: 'autoencoder',
  kind: 'model',
  summary: "a user's ratings through a bottleneck to all ratings, trained on ratings withheld: rating regression",
  source: 'Lund and Ng, section III (system 2 of docs/papers); defaults regularised and centred beyond the paper',
  hyperparameters: autoencoderHyperparameters,
  create: async (hyperparameters) => new (await import('./autoencoder.ts')).Autoencoder(hyperparameters),
}
