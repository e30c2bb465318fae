import type { FitReport } from '../models/recommender.ts'

/** The report of a model that is computed in one go: nothing is trained, and the same data give the same model. */
export function solved(seconds = 0): FitReport {
  return { epochs: [], bestEpoch: null, stopped: 'finished', seconds, repeatable: true }
}
