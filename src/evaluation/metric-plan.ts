import { MarqueeError } from '../core/errors.ts'
import { type MetricDefinition, metricDefinitions } from './metrics/registry.ts'

/** A metric that was asked for: its definition, its cut-off where it has one, and its printed name. */
export interface PlannedMetric {
  readonly definition: MetricDefinition
  /** Null for metrics of whole rankings or of ratings. */
  readonly k: number | null
  /** "rmse", "ndcg@10": the key in results. */
  readonly printed: string
}

/** What is measured where nobody says what. */
export const defaultMetrics = ['rmse', 'mae', 'precision', 'recall', 'ndcg', 'map', 'mrr', 'hit'] as const

/**
 * Reads metric names such as "rmse,ndcg@10,map"; a name without a cut-off gets `k`. Repeated ones count once.
 * Throws `unknown-metric`, listing the known, and `bad-metric` for a cut-off that is not a whole number from 1.
 */
export function parseMetrics(names: string | readonly string[] = defaultMetrics, k = 10): PlannedMetric[] {
  requireCutOff(k, '-k', String(k))
  const list = typeof names === 'string' ? names.split(',') : names
  const plan = new Map<string, PlannedMetric>()
  for (const given of list.map((name) => name.trim().toLowerCase())) {
    if (given === '') continue
    const [name, cutOff, ...rest] = given.split('@') as [string, string | undefined, ...string[]]
    const definition = metricDefinitions.find((metric) => metric.name === name)
    if (!definition || rest.length > 0) {
      throw new MarqueeError('unknown-metric', `there is no metric named "${given}"`, {
        place: '--metrics',
        remedy: `Known: ${metricDefinitions.map((metric) => metric.name + (metric.cutOff ? '@k' : '')).join(', ')}.`,
      })
    }
    if (!definition.cutOff && cutOff !== undefined) {
      throw new MarqueeError('bad-metric', `${name} has no cut-off, but "${given}" gives one`, {
        place: '--metrics',
        remedy: `Ask for ${name}.`,
      })
    }
    const at = definition.cutOff ? (cutOff === undefined ? k : requireCutOff(Number(cutOff), '--metrics', given)) : null
    const printed = at === null ? name : `${name}@${at}`
    plan.set(printed, { definition, k: at, printed })
  }
  if (plan.size === 0)
    throw new MarqueeError('bad-metric', 'no metric was named', {
      place: '--metrics',
      remedy: 'Name some, for example rmse,ndcg@10.',
    })
  return [...plan.values()]
}

function requireCutOff(k: number, place: string, given: string): number {
  if (Number.isInteger(k) && k >= 1) return k
  throw new MarqueeError('bad-metric', `the cut-off in "${given}" is not a whole number from 1`, {
    place,
    remedy: 'Give one such as 10.',
  })
}
