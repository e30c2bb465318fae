import { auc } from './auc.ts'
import { coverage } from './coverage.ts'
import type { MetricDefinition } from './definition.ts'
import { diversity } from './diversity.ts'
import { f } from './f.ts'
import { gini } from './gini.ts'
import { hit } from './hit.ts'
import { mae } from './mae.ts'
import { map, mapRecbole } from './map.ts'
import { mrr } from './mrr.ts'
import { ndcg, ndcgExponential, ndcgLinear } from './ndcg.ts'
import { novelty } from './novelty.ts'
import { popularity } from './popularity.ts'
import { precision } from './precision.ts'
import { recall } from './recall.ts'
import { rmse } from './rmse.ts'

export type { MetricDefinition } from './definition.ts'

/** Every metric there is, in the order of printing. */
export const metricDefinitions: readonly MetricDefinition[] = [
  rmse,
  mae,
  precision,
  recall,
  f,
  ndcg,
  ndcgLinear,
  ndcgExponential,
  map,
  mapRecbole,
  mrr,
  hit,
  auc,
  coverage,
  gini,
  popularity,
  novelty,
  diversity,
]
