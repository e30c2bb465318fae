/** Adam's constants as Kingma and Ba (2015) have them; epsilon is added before the bias correction, as in PyTorch's SparseAdam. */
export interface DotAdam {
  readonly kind: 'adam'
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
}

/**
 * What is trained. The prediction is low + (high - low) sigmoid(offset + p_u . q_i + b_u + b_i), or without the sigmoid
 * and the scaling where `output` is linear. The objective is, over ratings, the mean of
 * (prediction - rating)^2 + l2 (|p_u|^2 + |q_i|^2) + l2Bias (b_u^2 + b_i^2): rows with many ratings are held back as
 * often as they are pulled.
 */
export interface DotSettings {
  readonly factors: number
  readonly output: 'sigmoid' | 'linear'
  /** A constant, not trained. */
  readonly offset: number
  /** The rating scale. */
  readonly low: number
  readonly high: number
  readonly l2: number
  readonly l2Bias: number
  readonly optimiser: { readonly kind: 'sgd' } | DotAdam
  /** Ratings in a step: their gradients are averaged, those of one row summed first. */
  readonly batch: number
}

/** Step size and epsilon of step t (from 1) with the bias corrections folded in: Adam moves by stepSize m / (sqrt(v) + epsilon). */
export function adamStepSize({ beta1, beta2 }: DotAdam, rate: number, t: number): number {
  return (rate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t)
}
