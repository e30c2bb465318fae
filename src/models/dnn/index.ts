import type { ModelDefinition } from '../registry.ts'
import { dnnHyperparameters } from './hyperparameters.ts'

/** System 1, the embedding DNN. */
export const dnn: ModelDefinition<typeof dnnHyperparameters.shape> = {
  name: 'dnn',
  kind: 'model',
  summary: 'user and item embeddings, concatenated, through a small ReLU network: rating regression',
  source: 'embedding DNN for ratings (system 1 of docs/papers); defaults regularised beyond the paper',
  hyperparameters: dnnHyperparameters,
  create: async (hyperparameters) => new (await import('./dnn.ts')).Dnn(hyperparameters),
}
