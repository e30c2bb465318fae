import { baselineDefinitions } from '../baselines/index.ts'
import { dnn } from '../models/dnn/index.ts'
import { type ModelDefinition, modelDefinitions, registerModel } from '../models/registry.ts'

/** Every model and baseline that comes with Marquee, models first. */
export const builtinDefinitions: readonly ModelDefinition[] = [
  dnn as unknown as ModelDefinition,
  ...baselineDefinitions,
]

/** Registers the built-in models; again is harmless. Names registered by others stay theirs and are reported by registerModel. */
export function registerBuiltins(): void {
  const known = new Set(modelDefinitions())
  for (const definition of builtinDefinitions) if (!known.has(definition)) registerModel(definition)
}
