import { factorisationDefinitions } from '../baselines/factorisation.ts'
import { baselineDefinitions } from '../baselines/index.ts'
import { neighbourhoodDefinitions } from '../baselines/knn/index.ts'
import { svdDefinitions } from '../baselines/svd/index.ts'
import { autoencoder, autorec, stackedAutoencoder } from '../models/autoencoder/index.ts'
import { dnn } from '../models/dnn/index.ts'
import { embeddingDot } from '../models/embedding-dot/index.ts'
import { explainableDnn } from '../models/explainable-dnn/index.ts'
import { gmf, mlp, neumf } from '../models/ncf/index.ts'
import { queryNetwork } from '../models/query-network/index.ts'
import { rbm } from '../models/rbm/index.ts'
import { type ModelDefinition, modelDefinitions, registerModel } from '../models/registry.ts'

/** Every model and baseline that comes with Marquee, models first. Definitions load what they need when a model is made. */
export const builtinDefinitions: readonly ModelDefinition[] = [
  embeddingDot,
  dnn,
  autoencoder,
  autorec,
  stackedAutoencoder,
  rbm,
  queryNetwork,
  explainableDnn,
  gmf,
  mlp,
  neumf,
  ...baselineDefinitions,
  ...factorisationDefinitions,
  ...neighbourhoodDefinitions,
  ...svdDefinitions,
] as unknown as readonly ModelDefinition[]

/** Registers the built-in models; again is harmless. A built-in's name that somebody else has taken is reported by registerModel. */
export function registerBuiltins(): void {
  const known = new Set(modelDefinitions())
  for (const definition of builtinDefinitions) if (!known.has(definition)) registerModel(definition)
}
