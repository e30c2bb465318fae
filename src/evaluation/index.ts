export { evaluate } from './evaluate.ts'
export { defaultMetrics, type PlannedMetric, parseMetrics } from './metric-plan.ts'
export { genreSimilarity, vectorSimilarity } from './metrics/diversity.ts'
export { type MetricDefinition, metricDefinitions } from './metrics/registry.ts'
export { evaluateRepeated, type RepeatedResult, type Repetition, type Spread, spread } from './repeats.ts'
export {
  type Comparison,
  compare,
  pairedBootstrap,
  pairedRandomisation,
  type SignificanceOptions,
} from './significance.ts'
export type {
  EmptyRule,
  EvaluateOptions,
  EvaluationCounts,
  EvaluationResult,
  FullProtocol,
  MetricDetails,
  Protocol,
  RatedProtocol,
  SampledProtocol,
} from './types.ts'
