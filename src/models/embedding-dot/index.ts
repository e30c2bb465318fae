import type { ModelDefinition } from '../registry.ts'
import { embeddingDotHyperparameters } from './hyperparameters.ts'

/** System 5, the dot product of embeddings. */
export const embeddingDot: ModelDefinition<typeof embeddingDotHyperparameters.shape> = {
  name: 'embedding-dot',
  kind: 'model',
  summary: 'dot product of user and item embeddings plus biases, through a sigmoid scaled to the rating range',
  source: 'Virk, movie embeddings (system 5 of docs/papers); defaults regularised beyond the paper',
  hyperparameters: embeddingDotHyperparameters,
  create: async (hyperparameters) => new (await import('./embedding-dot.ts')).EmbeddingDot(hyperparameters),
}
