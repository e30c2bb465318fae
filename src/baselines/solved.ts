import type { FitReport } from '../models/recommender.ts'

/** Runs the computation of a model that is solved in one go and reports it: no epochs, and the same data give the same model. */
export function solved(compute: () => void): FitReport {
  const started = performance.now()
  compute()
  return reportSince(started)
}

/** The same for a computation that waits for threads or kernels. */
export async function solvedAsync(compute: () => Promise<void>): Promise<FitReport> {
  const started = performance.now()
  await compute()
  return reportSince(started)
}

function reportSince(started: number): FitReport {
  const seconds = (performance.now() - started) / 1000
  return { epochs: [], bestEpoch: null, stopped: 'finished', seconds, repeatable: true }
}
