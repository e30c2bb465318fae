import { build } from './build.ts'
import type { Node } from './node.ts'
import { add, div, mul, reduceMean, sqrt, square, sub } from './ops.ts'
import { shapeError, shapesOf } from './shapes.ts'

/*
 * Layers that behave differently while training, built of the ops.
 */

export interface BatchNormOutput {
  /** [B, n]: the normalised, scaled and shifted input. */
  readonly output: Node
  /** [n]: the batch's mean, for the caller's running statistics. */
  readonly mean: Node
  /** [n]: the batch's variance, biased (divided by B): PyTorch's running variance wants it times B / (B - 1). */
  readonly variance: Node
}

/** What batch normalisation adds to the variance unless told: PyTorch's and Keras's papers' 1e-5. */
const defaultEpsilon = 1e-5

/**
 * Batch normalisation in training form (Ioffe and Szegedy 2015, algorithm 1): statistics over axis 0 of the batch.
 * x [B, n], gamma and beta [n].
 */
export function batchNorm(x: Node, gamma: Node, beta: Node, epsilon = defaultEpsilon): BatchNormOutput {
  const features = x.shape[1]
  if (x.shape.length !== 2 || [gamma, beta].some(({ shape }) => shape.length !== 1 || shape[0] !== features)) {
    throw shapeError('batchNorm', shapesOf([x, gamma, beta]), 'wanted x [B, n], gamma [n] and beta [n]')
  }
  const mean = reduceMean(x, [0])
  const centred = sub(x, mean)
  const variance = reduceMean(square(centred), [0])
  const inverse = div(1, sqrt(add(variance, epsilon)))
  const scale = mul(gamma, inverse)
  return { output: build('batchNorm', [x, centred, inverse, scale, gamma, beta], {}), mean, variance }
}

/** Batch normalisation in inference form, with statistics gathered while training: mean and variance [n]. */
export function batchNormInference(
  x: Node,
  gamma: Node,
  beta: Node,
  mean: Node,
  variance: Node,
  epsilon = defaultEpsilon,
): Node {
  const scale = div(gamma, sqrt(add(variance, epsilon)))
  return add(mul(x, scale), sub(beta, mul(mean, scale)))
}

/**
 * Dropout with a fed mask, so that the randomness is the caller's: elements of the mask are 0 or already 1 / keep
 * probability. In inference form dropout is nothing at all: leave it out.
 */
export function dropout(x: Node, mask: Node): Node {
  return mul(x, mask)
}
