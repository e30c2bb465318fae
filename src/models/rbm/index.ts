import type { ModelDefinition } from '../registry.ts'
import { rbmHyperparameters } from './hyperparameters.ts'

/** The restricted Boltzmann machine with softmax visible units. */
export const rbm: ModelDefinition<typeof rbmHyperparameters.shape> = {
  name: 'rbm',
  kind: 'model',
  summary: "a restricted Boltzmann machine over users' ratings, one softmax unit per rated item: expected rating",
  source: 'Salakhutdinov, Mnih and Hinton 2007, sections 2 to 4',
  hyperparameters: rbmHyperparameters,
  create: async (hyperparameters) => new (await import('./rbm.ts')).Rbm(hyperparameters),
}
