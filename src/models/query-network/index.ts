import type { ModelDefinition } from '../registry.ts'
import { queryHyperparameters } from './hyperparameters.ts'

/** The query network that system 2's authors gave up. */
export const queryNetwork: ModelDefinition<typeof queryHyperparameters.shape> = {
  name: 'query-network',
  kind: 'model',
  summary: "a user's ratings and a one-hot movie through one dense network: the design system 2 abandoned",
  source: 'Lund and Ng, sections III-A (inputs, output) and III-A-2',
  hyperparameters: queryHyperparameters,
  create: async (hyperparameters) => new (await import('./query-network.ts')).QueryNetworkModel(hyperparameters),
}
