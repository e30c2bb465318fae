import type { AdagradStep, AdamStep, SgdStep, UpdateKernels } from '../updates.ts'

const regularised = (g: number, w: number, { l1, l2 }: { l1: number; l2: number }): number =>
  g + l2 * w + l1 * Math.sign(w)

/** See AdamStep.least. */
const settled = (x: number, least: number): number => (Math.abs(x) < least ? 0 : x)

/** Element i of the weights takes the gradient g; `i` also says where its moments are. */
function adamElement(
  w: Float32Array,
  m: Float32Array,
  v: Float32Array,
  i: number,
  gradient: number,
  s: AdamStep,
): void {
  const g = regularised(gradient, w[i]!, s)
  m[i] = settled(s.beta1 * m[i]! + (1 - s.beta1) * g, s.least ?? 0)
  v[i] = settled(s.beta2 * v[i]! + (1 - s.beta2) * g * g, s.least ?? 0)
  w[i] = s.keep * w[i]! - (s.stepSize * m[i]!) / (Math.sqrt(v[i]!) + s.epsilon)
}

function sgdElement(w: Float32Array, b: Float32Array | null, i: number, gradient: number, s: SgdStep): void {
  const g = regularised(gradient, w[i]!, s)
  let move = g
  if (b) {
    b[i] = settled(s.momentum * b[i]! + g, 1e-30)
    move = s.nesterov ? g + s.momentum * b[i]! : b[i]!
  }
  w[i] = s.keep * w[i]! - s.learningRate * move
}

function adagradElement(w: Float32Array, sum: Float32Array, i: number, gradient: number, s: AdagradStep): void {
  const g = regularised(gradient, w[i]!, s)
  sum[i]! += g * g
  w[i] = s.keep * w[i]! - (s.learningRate * g) / (Math.sqrt(sum[i]!) + s.epsilon)
}

/** Calls element(place in the table, place in the gradients) for all elements of the rows ids[0, n). */
function eachOfRows(ids: Int32Array, n: number, dim: number, element: (i: number, j: number) => void): void {
  for (let r = 0; r < n; r++) for (let d = 0; d < dim; d++) element(ids[r]! * dim + d, r * dim + d)
}

/** The plain meaning of the update kernels. */
export const updateReference: UpdateKernels = {
  adam(weights, gradient, m, v, step) {
    for (let i = 0; i < weights.length; i++) adamElement(weights, m, v, i, gradient[i]!, step)
  },
  adamRows(weights, dim, m, v, ids, n, gradients, step) {
    eachOfRows(ids, n, dim, (i, j) => adamElement(weights, m, v, i, gradients[j]!, step))
  },
  catchUpAdam(weights, dim, m, v, last, ids, n, steps) {
    for (let j = 0; j < (ids ? n : weights.length / dim); j++) {
      const id = ids ? ids[j]! : j
      if (id < 0) continue
      for (let t = last[id]!; t < steps.count; t++) {
        const { beta1, beta2, l1, l2 } = steps
        const step = { beta1, beta2, l1, l2, stepSize: steps.stepSizes[t]!, epsilon: steps.epsilons[t]! }
        for (let i = id * dim; i < (id + 1) * dim; i++) {
          adamElement(weights, m, v, i, 0, { ...step, keep: steps.keeps[t]! })
        }
      }
      last[id] = Math.max(last[id]!, steps.count)
    }
  },
  sgd(weights, gradient, momentum, step) {
    for (let i = 0; i < weights.length; i++) sgdElement(weights, momentum, i, gradient[i]!, step)
  },
  sgdRows(weights, dim, momentum, ids, n, gradients, step) {
    eachOfRows(ids, n, dim, (i, j) => sgdElement(weights, momentum, i, gradients[j]!, step))
  },
  adagrad(weights, gradient, sum, step) {
    for (let i = 0; i < weights.length; i++) adagradElement(weights, sum, i, gradient[i]!, step)
  },
  adagradRows(weights, dim, sum, ids, n, gradients, step) {
    eachOfRows(ids, n, dim, (i, j) => adagradElement(weights, sum, i, gradients[j]!, step))
  },
  rowAdagradRows(weights, dim, sum, ids, n, gradients, step) {
    for (let r = 0; r < n; r++) {
      const id = ids[r]!
      const row: number[] = []
      for (let d = 0; d < dim; d++) row.push(regularised(gradients[r * dim + d]!, weights[id * dim + d]!, step))
      sum[id]! += row.reduce((total, g) => total + g * g, 0) / dim
      const rate = step.learningRate / (Math.sqrt(sum[id]!) + step.epsilon)
      for (let d = 0; d < dim; d++) weights[id * dim + d] = step.keep * weights[id * dim + d]! - rate * row[d]!
    }
  },
  sumOfSquares: (x) => x.reduce((total, value) => total + value * value, 0),
  scale(x, factor) {
    for (let i = 0; i < x.length; i++) x[i]! *= factor
  },
  clipValues(x, limit) {
    for (let i = 0; i < x.length; i++) x[i] = Math.max(-limit, Math.min(limit, x[i]!))
  },
  add(x, y) {
    for (let i = 0; i < x.length; i++) x[i]! += y[i]!
  },
}
