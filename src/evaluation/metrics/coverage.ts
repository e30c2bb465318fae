import type { MetricDefinition } from './definition.ts'

/** Catalogue coverage@k: the share of candidate items that stands in at least one list's first k. */
export const coverage: MetricDefinition = {
  name: 'coverage',
  kind: 'exposure',
  cutOff: true,
  words: 'share of the candidate items that is in the first k of at least one list',
  of: (exposure, facts) => exposure.reduce((seen, times) => seen + (times > 0 ? 1 : 0), 0) / facts.candidates,
}
