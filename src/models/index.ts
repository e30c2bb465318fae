export { BaseRecommender } from './base.ts'
export type { Rows } from './cosine.ts'
export type {
  Abilities,
  Explained,
  FitOptions,
  FitReport,
  ModelState,
  Neighbour,
  OnnxFile,
  Pairs,
  ProfileRating,
  Recommendation,
  Recommender,
  RecommendOptions,
  Tensor,
  TrainingFacts,
  Who,
} from './recommender.ts'
export { type ModelDefinition, modelDefinition, modelDefinitions, registerModel } from './registry.ts'
export { topK } from './top-k.ts'
