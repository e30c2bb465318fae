import type { AdagradStep, AdamStep, SgdStep } from '../kernels/updates.ts'
import { type AdagradOptions, type AdamOptions, isAdam, type OptimiserOptions, type SgdOptions } from './optimiser.ts'

const penalties = (options: OptimiserOptions, learningRate: number) => ({
  l1: options.l1 ?? 0,
  l2: options.l2 ?? 0,
  keep: 1 - learningRate * decayOf(options),
})

/** The decoupled weight decay, with adamw's default. */
export function decayOf(options: OptimiserOptions): number {
  return options.weightDecay ?? (options.kind === 'adamw' ? 0.01 : 0)
}

export const betasOf = (options: AdamOptions): { beta1: number; beta2: number } => ({
  beta1: options.beta1 ?? 0.9,
  beta2: options.beta2 ?? 0.999,
})

/** How often moments that have become too small to matter are made zero: between, 0.9^64 keeps them normal numbers. */
const settleEvery = 64

/**
 * The constants of step t (from 1). With c1 = 1 - beta1^t and c2 = 1 - beta2^t, Adam's move
 * lr (m / c1) / (sqrt(v / c2) + eps) is lr sqrt(c2) / c1 times m / (sqrt(v) + eps sqrt(c2)); SparseAdam adds eps to
 * sqrt(v) itself. A root of v below 2^-24 of epsilon is lost in the sum of the two, and an m below the square of that
 * moves no weight: such moments are nothing.
 */
export function adamStep(options: AdamOptions, learningRate: number, t: number): AdamStep {
  const { beta1, beta2 } = betasOf(options)
  const root = Math.sqrt(1 - beta2 ** t)
  const given = options.epsilon ?? 1e-8
  const epsilon = options.kind === 'lazy-adam' ? given : given * root
  return {
    ...penalties(options, learningRate),
    beta1,
    beta2,
    stepSize: (learningRate * root) / (1 - beta1 ** t),
    epsilon,
    least: t % settleEvery === 0 ? (epsilon * 2 ** -24) ** 2 : 0,
  }
}

export function sgdStep(options: SgdOptions, learningRate: number): SgdStep {
  const { momentum = 0, nesterov = false } = options
  return { ...penalties(options, learningRate), learningRate, momentum, nesterov }
}

export function adagradStep(options: AdagradOptions, learningRate: number): AdagradStep {
  return { ...penalties(options, learningRate), learningRate, epsilon: options.epsilon ?? 1e-10 }
}

/** RangeError for a setting out of its range: recipes are checked before they come here. */
export function checkOptions(options: OptimiserOptions): void {
  const known = ['sgd', 'adam', 'adamw', 'lazy-adam', 'adagrad', 'row-adagrad']
  if (!known.includes(options.kind))
    throw new RangeError(`there is no optimiser "${options.kind}": ${known.join(', ')}`)
  const least = (name: string, value: number | undefined, low: number, below = Number.POSITIVE_INFINITY): void => {
    if (value !== undefined && !(value >= low && value < below)) throw new RangeError(`${name} = ${value}`)
  }
  least('l1', options.l1, 0)
  least('l2', options.l2, 0)
  least('weightDecay', options.weightDecay, 0)
  if (options.kind === 'sgd') {
    least('momentum', options.momentum, 0, 1)
    return
  }
  least('epsilon', options.epsilon, Number.MIN_VALUE)
  if (isAdam(options)) {
    least('beta1', options.beta1, 0, 1)
    least('beta2', options.beta2, 0, 1)
  } else least('initialSum', options.initialSum, 0)
}
