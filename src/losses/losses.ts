import type { Node } from '../engine/graph/node.ts'
import {
  div,
  logSoftmax,
  mul,
  neg,
  oneHot,
  reduceMean,
  reduceSum,
  size,
  softplus,
  square,
  sub,
} from '../engine/graph/ops.ts'

/** Whether a loss is the mean or the sum over its terms. */
export type Reduction = 'mean' | 'sum'

/** Squared errors: mean or sum of (prediction - target)^2 over all elements. Shapes broadcast. */
export function mse(prediction: Node, target: Node, reduction: Reduction = 'mean'): Node {
  return reduce(square(sub(prediction, target)), reduction)
}

/**
 * Binary cross-entropy of logits against targets in [0, 1]: softplus(x) - x y, which neither overflows nor takes the
 * logarithm of 0. Mean or sum over all elements.
 */
export function bceWithLogits(logits: Node, target: Node, reduction: Reduction = 'mean'): Node {
  return reduce(sub(softplus(logits), mul(logits, target)), reduction)
}

/**
 * Cross-entropy of logits [B, C] against classes: integers [B], or weights [B, C] (one-hot, or a user's multi-hot
 * row as in Mult-VAE's multinomial likelihood). Mean over the B rows, or their sum.
 */
export function crossEntropy(logits: Node, classes: Node, reduction: Reduction = 'mean'): Node {
  const [rows, depth] = logits.shape
  if (logits.shape.length !== 2 || typeof depth !== 'number') {
    throw new RangeError(`crossEntropy: logits [${logits.shape.join(', ')}] are not [batch, known number of classes]`)
  }
  const weights = classes.dtype === 'float32' ? classes : oneHot(classes, depth)
  if (weights.shape.join() !== `${rows},${depth}`) {
    throw new RangeError(
      `crossEntropy: classes [${classes.shape.join(', ')}] fit neither [${rows}] nor [${rows}, ${depth}]`,
    )
  }
  const total = neg(reduceSum(mul(weights, logSoftmax(logits))))
  return reduction === 'sum' ? total : div(total, size(logits, [0]))
}

function reduce(terms: Node, reduction: Reduction): Node {
  return reduction === 'sum' ? reduceSum(terms) : reduceMean(terms)
}
