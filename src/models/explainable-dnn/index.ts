import type { ModelDefinition } from '../registry.ts'
import { explainableDnnHyperparameters } from './hyperparameters.ts'

/** System 3, the batch-normalised network with attention. */
export const explainableDnn: ModelDefinition<typeof explainableDnnHyperparameters.shape> = {
  name: 'explainable-dnn',
  kind: 'model',
  summary: 'embeddings gated by an attention that explains, through four batch-normalised layers: rating regression',
  source: 'Kanyuch, Patel and Sinha (system 3 of docs/papers); defaults regularised beyond the paper',
  hyperparameters: explainableDnnHyperparameters,
  create: async (hyperparameters) => new (await import('./explainable-dnn.ts')).ExplainableDnn(hyperparameters),
}
