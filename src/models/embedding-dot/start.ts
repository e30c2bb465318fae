import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import type { DotSide } from '../../engine/dot/rows.ts'
import type { DotSettings } from '../../engine/dot/settings.ts'
import { fansOf, initialise } from '../../engine/initialisers.ts'
import type { EmbeddingDotHyperparameters } from './hyperparameters.ts'

/** What is trained, from the hyper-parameters and the data. */
export function settingsOf(hyperparameters: EmbeddingDotHyperparameters, train: Interactions): DotSettings {
  const { factors, output, globalBias, l2, l2Bias, optimiser, batch } = hyperparameters
  const low = train.scale.min
  // Where all ratings are equal there is no range to scale to; any will do, for predictions are clipped to the scale.
  const high = train.scale.max > low ? train.scale.max : low + 1
  let offset = 0
  if (globalBias) {
    const share = Math.min(0.999, Math.max(0.001, (train.mean() - low) / (high - low)))
    offset = output === 'linear' ? train.mean() : Math.log(share / (1 - share))
  }
  return {
    factors,
    output,
    offset,
    low,
    high,
    l2,
    l2Bias,
    optimiser: optimiser === 'sgd' ? { kind: 'sgd' } : { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    batch: Math.min(batch, train.count),
  }
}

/** Weights and biases in all: 7,113,531 for the paper's 138,476 users, 1,005 items and 50 factors. */
export const parameterCount = (users: number, items: number, factors: number): number => (users + items) * (factors + 1)

/** First weights: random factors for rows with ratings, zeros for the others, which then add nothing to any prediction. */
export function initialSides(
  { factors, initialiser, initSd }: EmbeddingDotHyperparameters,
  train: Interactions,
  seed: number,
): { users: DotSide; items: DotSide } {
  const random = new Random(seed).fork('weights')
  const side = (rows: Int32Array, size: number): DotSide => {
    const how = initialiser === 'normal' ? ({ kind: 'normal', sd: initSd } as const) : ({ kind: 'he-normal' } as const)
    const weights = initialise(new Float32Array(size * factors), how, fansOf(size, factors), random)
    const rated = new Uint8Array(size)
    for (const row of rows) rated[row] = 1
    for (let row = 0; row < size; row++) if (!rated[row]) weights.fill(0, row * factors, (row + 1) * factors)
    return { factors: weights, biases: new Float32Array(size) }
  }
  return { users: side(train.user, train.users.size), items: side(train.item, train.items.size) }
}
