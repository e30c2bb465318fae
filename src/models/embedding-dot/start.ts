import { MarqueeError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import type { Interactions } from '../../data/interactions.ts'
import type { DotSide } from '../../engine/dot/rows.ts'
import type { DotSettings } from '../../engine/dot/settings.ts'
import { fansOf, initialise } from '../../engine/initialisers.ts'
import type { ModelState } from '../recommender.ts'
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

/**
 * First weights: random factors for rows with ratings, zeros for the others, which then add nothing to any prediction. With `start`,
 * rows that were trained there begin with what they had learned. Throws `cannot-warm-start` where its shape is another.
 */
export function initialSides(
  { factors, initialiser, initSd }: EmbeddingDotHyperparameters,
  train: Interactions,
  seed: number,
  start?: ModelState,
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
  const users = side(train.user, train.users.size)
  const items = side(train.item, train.items.size)
  if (start) {
    takeOver(start, 'users', users, factors)
    takeOver(start, 'items', items, factors)
  }
  return { users, items }
}

function takeOver({ tensors }: ModelState, name: 'users' | 'items', into: DotSide, factors: number): void {
  const weights = tensors[`${name}.factors`]
  const biases = tensors[`${name}.biases`]?.data
  const rows = biases?.length ?? 0
  if (weights?.shape[1] !== factors || !biases || rows > into.biases.length) {
    const found = weights ? `${rows} ${name} of ${weights.shape[1]} factors` : 'nothing of the kind'
    throw new MarqueeError(
      'cannot-warm-start',
      `the weights to start from have ${found}; ${factors} factors and at most ${into.biases.length} ${name} are needed`,
      { remedy: 'Keep `factors`, or train from scratch.' },
    )
  }
  for (let row = 0; row < rows; row++) {
    const learned = weights.data.subarray(row * factors, (row + 1) * factors) as Float32Array
    // A row of zeros was not trained, and one of this row that has no ratings must stay zero.
    const wanted = into.factors.subarray(row * factors, (row + 1) * factors)
    if (!learned.some((value) => value !== 0) || !wanted.some((value) => value !== 0)) continue
    wanted.set(learned)
    into.biases[row] = biases[row]!
  }
}
