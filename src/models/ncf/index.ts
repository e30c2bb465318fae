import type { ModelDefinition } from '../registry.ts'
import { gmfHyperparameters, mlpHyperparameters, neumfHyperparameters } from './hyperparameters.ts'

const source = 'He, Liao, Zhang, Nie, Hu and Chua 2017, "Neural Collaborative Filtering"'

/** System 4, its linear half. */
export const gmf: ModelDefinition<typeof gmfHyperparameters.shape> = {
  name: 'gmf',
  kind: 'model',
  summary: 'generalised matrix factorisation of implicit feedback: a learned weighting of the product of embeddings',
  source: `${source}, equations 8 and 9`,
  hyperparameters: gmfHyperparameters,
  create: async (hyperparameters) => (await import('./neumf.ts')).createGmf(hyperparameters),
}

/** System 4, its deep half. */
export const mlp: ModelDefinition<typeof mlpHyperparameters.shape> = {
  name: 'mlp',
  kind: 'model',
  summary: 'user and item embeddings through a ReLU tower, for implicit feedback',
  source: `${source}, equation 10`,
  hyperparameters: mlpHyperparameters,
  create: async (hyperparameters) => (await import('./neumf.ts')).createMlp(hyperparameters),
}

/** System 4: both halves, fused. */
export const neumf: ModelDefinition<typeof neumfHyperparameters.shape> = {
  name: 'neumf',
  kind: 'model',
  summary:
    'neural matrix factorisation of implicit feedback: GMF and MLP with embeddings of their own, joined at the output',
  source: `${source}, equations 12 and 13`,
  hyperparameters: neumfHyperparameters,
  create: async (hyperparameters) => new (await import('./neumf.ts')).Neumf(hyperparameters),
}
