import type { Recommender } from '../models/recommender.ts'
import { createModel as createRegistered, type ModelDefinition, modelDefinitions } from '../models/registry.ts'
import { registerBuiltins } from './builtin.ts'

/**
 * A fresh, unfitted model by name: built in, or registered with registerModel. Throws `unknown-model`, listing what there is,
 * and `bad-hyperparameter` naming the key, the value and what is allowed.
 */
export function createModel(name: string, hyperparameters: Record<string, unknown> = {}): Promise<Recommender> {
  registerBuiltins()
  return createRegistered(name, hyperparameters)
}

/** Every model that createModel knows. */
export function listModels(): ModelDefinition[] {
  registerBuiltins()
  return modelDefinitions()
}
