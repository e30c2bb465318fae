import { arenaBytes, type Workspace } from '../memory/arena.ts'
import { type DenseOptimiser, isAdam, type OptimiserOptions, type OptimiserState, restoreViews } from './optimiser.ts'
import { adagradStep, adamStep, checkOptions, sgdStep } from './rules.ts'

/** The arena bytes that createDenseOptimiser() takes for a parameter of n weights; the weights and gradient not counted. */
export function denseOptimiserBytes(options: OptimiserOptions, n: number): number {
  if (options.kind === 'sgd') return options.momentum ? arenaBytes({ float32: [n] }) : 0
  return arenaBytes({ float32: isAdam(options) ? [n, n] : [n] })
}

/**
 * Updates a whole parameter. `weights` and `gradient` are views of the workspace of one length; the moments are taken
 * from it. `lazy-adam` and `row-adagrad` are for tables: RangeError.
 */
export function createDenseOptimiser(
  workspace: Workspace,
  { weights, gradient }: { weights: Float32Array; gradient: Float32Array },
  options: OptimiserOptions,
): DenseOptimiser {
  checkOptions(options)
  if (options.kind === 'lazy-adam' || options.kind === 'row-adagrad') {
    throw new RangeError(`"${options.kind}" updates rows of a table, not a whole parameter`)
  }
  if (gradient.length !== weights.length) {
    throw new RangeError(`${weights.length} weights, but a gradient of ${gradient.length}`)
  }
  const { kernels } = workspace
  const views: Record<string, Float32Array> = {}
  let steps = 0
  let update: (learningRate: number) => void
  if (options.kind === 'sgd') {
    const momentum = options.momentum ? workspace.float32(weights.length) : null
    if (momentum) views.momentum = momentum
    update = (rate) => kernels.sgd(weights, gradient, momentum, sgdStep(options, rate))
  } else if (!isAdam(options)) {
    const sum = workspace.float32(weights.length).fill(options.initialSum ?? 0)
    views.sum = sum
    update = (rate) => kernels.adagrad(weights, gradient, sum, adagradStep(options, rate))
  } else {
    const m = workspace.float32(weights.length)
    const v = workspace.float32(weights.length)
    Object.assign(views, { m, v })
    update = (rate) => kernels.adam(weights, gradient, m, v, adamStep(options, rate, steps))
  }
  return {
    options,
    weights,
    gradient,
    step(learningRate) {
      steps++
      update(learningRate)
    },
    state: (): OptimiserState => ({ views, counters: { steps } }),
    restore(state) {
      restoreViews(views, state.views)
      steps = state.counters.steps ?? 0
    },
  }
}
